"""The interface over HTTP: every address × role × case, tokens narrowed, ended, revoked; every look on record."""

import json
import re
from datetime import timedelta

import pytest
from tests.web.api_client import EVERYTHING, V1, Program, program, read
from tests.web.conftest import CASE, OTHER, Server, Town, sign_in, start, stop

from bequest.app import attempts
from bequest.app.console.access import MAY, MAY_DO, Act, Screen
from bequest.app.console.tokens import SCOPES, make_token, revoke_token, who_bears
from bequest.app.rehearse import OPENED_AT
from bequest.crypto.tokens import new_id, new_token, token_digest
from bequest.kernel.errors import InputError
from bequest.model.case import Role
from bequest.store.api_records import TokenRecord
from bequest.store.portal_records import AskedAtPortal, RequestState

CODE = "AAAA-BBBB-DDDD"
COLUMN = "crm.customers.mobile"
TABLE: dict[tuple[str, str], tuple[Screen | Act, object]] = {
    ("GET", ""): (Screen.CASE, None),
    ("GET", "/tasks"): (Screen.CASE, None),
    ("GET", "/obstacles"): (Screen.DESTRUCTION, None),
    ("GET", "/map/columns"): (Screen.MAP, None),
    ("GET", "/map/columns/{at}"): (Screen.MAP, None),
    ("PATCH", "/map/columns/{at}"): (Act.CORRECT, {"cls": "unheard_of"}),
    ("GET", "/map/tables"): (Screen.MAP, None),
    ("GET", "/map/tables/{table}"): (Screen.MAP, None),
    ("PATCH", "/map/tables/{table}"): (Act.CORRECT, {"record_class": "unheard_of"}),
    ("POST", "/map/tables/{table}/references"): (
        Act.CORRECT,
        {"column": "mobile", "to": "crm.customers.no_such_column", "standing": "rejected"},
    ),
    ("POST", "/map/tables/{table}/facts"): (Act.CORRECT, {"fact": "account", "column": "no_such", "how": "map"}),
    ("POST", "/map/tables/{table}/duties"): (Act.CORRECT, {"band": "no_such", "start_column": "id"}),
    ("POST", "/map/tables/{table}/taken-back"): (Act.CORRECT, {"mark": "none"}),
    ("GET", "/map/samples"): (Screen.SAMPLES, None),
    ("GET", "/people/count"): (Screen.PEOPLE, None),
    ("POST", "/people/search"): (Act.SEARCH, {"kind": "phone", "typed": "13900009999"}),
    ("GET", "/people/{number}"): (Screen.PEOPLE, None),
    ("POST", "/people/{number}/unmask"): (Act.UNMASK, {"purpose": "PIPL-45", "reason": "table test"}),
    ("GET", "/pairs"): (Screen.LINKS, None),
    ("POST", "/pairs/{code}"): (Act.REVIEW, {"same": True, "reason": "table test"}),
    ("GET", "/plan/totals"): (Screen.PLAN, None),
    ("GET", "/plan/rows"): (Screen.PLAN, None),
    ("GET", "/plan/diff"): (Screen.PLAN, None),
    ("GET", "/approvals"): (Screen.APPROVALS, None),
    ("GET", "/approvals/text"): (Screen.APPROVALS, None),
    ("POST", "/approvals"): (Act.APPROVE, {"role": "legal", "signed_at": "", "signature": "no"}),
    ("POST", "/remarks"): (Act.REMARK, {"kind": "refusal", "text": "table test"}),
    ("GET", "/notices"): (Screen.NOTICES, None),
    ("GET", "/notices/wordings"): (Screen.NOTICES, None),
    ("POST", "/notices/try"): (Act.TRY, {"channel": "email", "address": "staff@example.com"}),
    ("GET", "/requests"): (Screen.REQUESTS, None),
    ("GET", "/requests/{code}"): (Screen.REQUESTS, None),
    ("POST", "/requests/{code}/open"): (Act.REQUEST, None),
    ("POST", "/requests/{code}/reply"): (Act.REQUEST, {"text": "table test"}),
    ("POST", "/requests/{code}/owner"): (Act.REQUEST, {"person": "nobody"}),
    ("GET", "/deliveries"): (Screen.DESTRUCTION, None),
    ("GET", "/withdrawals"): (Screen.DESTRUCTION, None),
    ("POST", "/withdrawals/due"): (Act.WITHDRAW, {}),
    ("POST", "/withdrawals"): (Act.WITHDRAW, {"seen": "x"}),
    ("POST", "/withdrawals/receipts"): (Act.WITHDRAW, {"receipt": "{}"}),
    ("GET", "/destruction"): (Screen.DESTRUCTION, None),
    ("GET", "/residuals"): (Screen.DESTRUCTION, None),
    ("GET", "/certificate"): (Screen.DESTRUCTION, None),
    ("GET", "/custody"): (Screen.DESTRUCTION, None),
    ("GET", "/hits"): (Screen.HITS, None),
    ("POST", "/hits/{hit}/residue"): (Act.ADJUDICATE, {"reason": "table test"}),
    ("GET", "/log"): (Screen.EVIDENCE, None),
    ("GET", "/log/{index}/entry"): (Screen.EVIDENCE, None),
    ("GET", "/log/{index}/proof"): (Screen.EVIDENCE, None),
    ("GET", "/log/checkpoint"): (Screen.EVIDENCE, None),
    ("GET", "/heads"): (Screen.EVIDENCE, None),
    ("POST", "/heads"): (Act.VOUCH, None),
    ("POST", "/heads/requests"): (Act.VOUCH, {"witness": "nobody.example"}),
    ("POST", "/heads/asked"): (Act.VOUCH, None),
    ("POST", "/heads/cosignatures"): (Act.VOUCH, {"text": "nothing"}),
    ("POST", "/heads/query"): (Act.VOUCH, None),
    ("POST", "/heads/stamped"): (Act.VOUCH, None),
    ("POST", "/heads/registrations"): (
        Act.VOUCH,
        {
            "name": "a.txt",
            "receipt": "bm90aGluZw==",
            "platform": "table",
            "reference": "test",
            "registered_at": "2026-11-03T04:05:06Z",
        },
    ),
    ("GET", "/keys"): (Screen.EVIDENCE, None),
    ("GET", "/stores"): (Screen.EVIDENCE, None),
    ("GET", "/bundle.tar"): (Screen.BUNDLE, None),
    ("GET", "/rights"): (Screen.RIGHTS, None),
    ("GET", "/access"): (Screen.ACCESS, None),
    ("GET", "/webhooks"): (Screen.RIGHTS, None),
    ("GET", "/webhooks/{endpoint}/messages"): (Screen.RIGHTS, None),
}
"""Method and address in a case → what of the console it is, and a body that changes nothing of the town."""
AS_THINGS_STAND = {
    ("PATCH", "/map/columns/{at}"): {422}, ("PATCH", "/map/tables/{table}"): {422},
    ("POST", "/map/tables/{table}/references"): {422}, ("POST", "/map/tables/{table}/facts"): {422},
    ("POST", "/map/tables/{table}/duties"): {422}, ("POST", "/map/tables/{table}/taken-back"): {422},
    ("GET", "/approvals/text"): {200, 409}, ("POST", "/approvals"): {409},
    ("POST", "/remarks"): {409}, ("GET", "/certificate"): {404}, ("GET", "/webhooks/{endpoint}/messages"): {404},
    ("POST", "/pairs/{code}"): {422}, ("POST", "/hits/{hit}/residue"): {409}, ("POST", "/notices/try"): {409},
    ("POST", "/withdrawals/due"): {409}, ("POST", "/withdrawals"): {409}, ("POST", "/withdrawals/receipts"): {409},
    ("POST", "/requests/{code}/owner"): {422}, ("POST", "/heads/requests"): {409},
    ("POST", "/heads/cosignatures"): {409}, ("POST", "/heads/query"): {409}, ("POST", "/heads/stamped"): {409},
    ("POST", "/heads/registrations"): {409},
}  # fmt: skip
"""Answers of whoever may, where the town has nothing to give."""
ROLES = [r for r in Role if r not in {Role.ADMINISTRATOR, Role.LIQUIDATOR}]


def at(case: str, path: str) -> str:
    real = {"at": COLUMN, "number": "1", "code": CODE, "index": "0", "endpoint": "none", "hit": "hit-0",
            "table": "crm.customers"}  # fmt: skip
    query = f"?at={COLUMN}" if path == "/map/samples" else ""
    return f"/cases/{case}" + re.sub(r"\{(\w+)\}", lambda m: real[m[1]], path) + query


@pytest.fixture(scope="module")
def programs(server: Server, town: Town) -> dict[str, Program]:
    """One program per role, for the person who holds it, and of a stranger to the case."""
    with town.ctx.store.beside("somebody") as inbox:
        inbox.add(
            AskedAtPortal(CASE, CODE, town.people["ref"][2], "complain", "", b"", None, RequestState.NEW, OPENED_AT)
        )
    (town.home / "cases" / CASE / "bundle" / f"evidence-{CASE}").mkdir(parents=True, exist_ok=True)
    return {role: program(server, town, person) for role, person in town.roles.items()}


def looks(town: Town, case: str = CASE) -> int:
    with town.ctx.store.transaction() as tx:
        return len(tx.access.list(case))


def test_every_operation_of_the_document_is_in_the_table(server: Server) -> None:
    document = read(Program(server.port).ask("/openapi.json"))
    assert document["openapi"] == "3.1.0"
    inside = {
        (method.upper(), path.removeprefix(f"{V1}/cases/{{case_id}}"))
        for path, operations in document["paths"].items()
        for method in operations
        if "{case_id}" in path
    }
    assert inside == set(TABLE)
    assert set(document["paths"]) - {p for p in document["paths"] if "{case_id}" in p} == {
        f"{V1}/me", f"{V1}/cases", f"{V1}/tasks"
    }  # fmt: skip


@pytest.mark.parametrize("role", ROLES, ids=lambda r: r.value)
def test_a_role_gets_what_it_may_and_for_all_others_nothing_is_there(
    town: Town, programs: dict[str, Program], role: Role
) -> None:
    mine = programs[role.value]
    for (method, path), (wanted, body) in TABLE.items():
        may = wanted in (MAY[role] if isinstance(wanted, Screen) else MAY_DO[role])
        before, before_there = looks(town), looks(town, OTHER)
        got = mine.call(method, at(CASE, path), body)
        assert got.status in (AS_THINGS_STAND.get((method, path), {200}) if may else {404}), (
            method,
            path,
            got.text[:300],
        )
        assert (looks(town) > before) is may, (method, path, "what is done is on the access table, and nothing else")
        there = mine.call(method, at(OTHER, path), body)
        assert there.status == 404, (method, path)
        assert looks(town, OTHER) == before_there
        nowhere = mine.call(method, at("no-such-case", path), body)
        assert there.body == nowhere.body, "nobody learns that a case exists"


@pytest.mark.parametrize(("method", "path"), TABLE, ids=lambda x: x or "case")
def test_no_case_sees_another_and_without_a_token_nobody_sees_any(
    server: Server, town: Town, programs: dict[str, Program], method: str, path: str
) -> None:
    body = TABLE[method, path][1]
    before = looks(town)
    assert programs["stranger"].call(method, at(CASE, path), body).status == 404
    bare = Program(server.port).call(method, at(CASE, path), body)
    assert bare.status == 401
    assert bare.headers["www-authenticate"].startswith("Bearer")
    assert bare.headers["content-type"] == "application/problem+json"
    assert looks(town) == before


def test_a_cookie_of_the_console_is_no_token(server: Server, town: Town) -> None:
    signed_in = sign_in(server, town, town.roles["it"])
    assert signed_in.get("/console").status == 200
    assert signed_in.get(f"{V1}/cases").status == 401
    assert signed_in.post(f"{V1}/cases/{CASE}/remarks", {}).status == 401


def test_lists_hold_own_cases_only(programs: dict[str, Program]) -> None:
    assert [c["id"] for c in read(programs["it"].ask("/cases"))["items"]] == [CASE]
    assert [c["id"] for c in read(programs["stranger"].ask("/cases"))["items"]] == [OTHER]
    assert read(programs["receiver"].ask("/cases"))["items"] == []
    assert {t["case"] for t in read(programs["it"].ask("/tasks"))["items"]} <= {CASE}


def test_scopes_narrow_and_say_so(server: Server, town: Town) -> None:
    narrow = program(server, town, town.roles["officer"], scopes=["read:plan", "do:search"])
    assert narrow.ask(f"/cases/{CASE}/plan/totals").status == 200
    refused = narrow.ask(f"/cases/{CASE}/map/columns")
    assert refused.status == 403
    assert "read:map" in read(refused)["detail"]
    assert narrow.tell(f"/cases/{CASE}/people/search", {"kind": "phone", "typed": "13900009999"}).status == 200
    assert narrow.tell(f"/cases/{CASE}/people/1/unmask", {"purpose": "PIPL-45", "reason": "x"}).status == 403
    assert read(narrow.ask("/cases"))["items"] == [], "the state of cases is another scope"
    reads = program(server, town, town.roles["officer"], scopes=["read"])
    assert reads.tell(f"/cases/{CASE}/remarks", {"kind": "comment", "text": "x"}).status == 403


def test_a_token_is_narrowed_to_cases_and_roles_and_never_widened(server: Server, town: Town) -> None:
    officer = town.roles["officer"]
    as_hr = program(server, town, officer, roles=["hr"])  # a role that the person does not hold here
    assert as_hr.ask(f"/cases/{CASE}").status == (200 if town.roles["hr"] == officer else 404)
    record = town.ctx.case(CASE)
    with pytest.raises(InputError, match="no case"):
        make_token(town.ctx, record.organisation, officer, label="x", cases=["no-such-case"])
    for wrong in ({"scopes": ["everything"]}, {"roles": ["king"]}, {"days": 0}, {"days": 400}, {"scopes": []}):
        with pytest.raises(InputError):
            make_token(town.ctx, record.organisation, officer, label="x", **wrong)
    with pytest.raises(InputError):
        make_token(town.ctx, record.organisation, officer, label=" ")
    assert {"read", "do"} < set(SCOPES)


def test_tokens_end_are_revoked_and_kept_as_digests_only(server: Server, town: Town) -> None:
    mine = program(server, town, town.roles["legal"])
    assert mine.ask("/me").status == 200
    token_id = read(mine.ask("/me"))["token"]
    revoke_token(town.ctx, token_id)
    assert mine.ask("/me").status == 401
    now, ended = town.ctx.system.now(), new_token()
    record = TokenRecord(
        token_id=new_id(), organisation=town.ctx.case(CASE).organisation, person=town.roles["legal"], name="",
        label="ended", cases=(), roles=(), scopes=EVERYTHING, created_at=now - timedelta(days=2),
        expires_at=now - timedelta(seconds=1),
    )  # fmt: skip
    with town.ctx.store.transaction() as tx:
        tx.tokens.add(record, token_digest(ended))
    assert Program(server.port, token=ended).ask("/me").status == 401
    assert Program(server.port, token=new_token()).ask("/me").status == 401
    town.ctx.store.close()
    kept = b"".join(p.read_bytes() for p in town.home.glob("control.db*"))
    assert mine.token.encode() not in kept
    with town.ctx.store.transaction() as tx:
        known = {t.token_id: t for t in tx.tokens.list()}
    assert known[token_id].used_at is not None
    assert known[token_id].revoked_at is not None


def test_a_renewed_account_ends_its_tokens(server: Server, town: Town) -> None:
    from tests.web.conftest import PASSWORD

    from bequest.app.console.accounts import add_account

    person = town.roles["marketing"]
    mine = program(server, town, person)
    assert mine.ask("/me").status == 200
    town.secrets[person] = add_account(town.ctx, CASE, person, password=PASSWORD).totp_secret
    assert mine.ask("/me").status == 401


def test_the_access_table_names_the_token(town: Town, programs: dict[str, Program]) -> None:
    token_id = read(programs["legal"].ask("/me"))["token"]
    programs["legal"].ask(f"/cases/{CASE}/plan/totals?q=13900001111")
    with town.ctx.store.transaction() as tx:
        last = tx.access.list(CASE)[-1]
    assert (last.person, last.action) == (town.roles["legal"], "console.plan")
    assert last.target == f"token {token_id}: plan/totals", "what was asked for in the query is not kept"


def test_guessing_tokens_is_slowed_down(town: Town) -> None:
    own = start(town.home)
    try:
        guess = Program(own.port, token=new_token())
        statuses = [guess.ask("/me").status for _ in range(attempts.TOKENS.most + 1)]
        assert statuses == [401] * attempts.TOKENS.most + [429]
        last = guess.ask("/me")
        assert 0 < int(last.headers["retry-after"]) <= attempts.WINDOW_SECONDS
        good = program(own, town, town.roles["legal"])
        assert good.ask("/me").status == 200, "who has a token is not shut out by others"
    finally:
        stop(own)


def test_requests_of_a_token_are_counted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from bequest.app.attempts import Limit

    few = Limit("request", 2)
    counted = [attempts.count_up(town.ctx.store, few, "t1", b"k" * 32, OPENED_AT) for _ in range(3)]
    assert counted == [1, 2, 3]
    assert attempts.count_up(town.ctx.store, few, "t2", b"k" * 32, OPENED_AT) == 1


def test_errors_are_problems_in_the_language_asked_for(server: Server, programs: dict[str, Program]) -> None:
    for path, status in (("/nowhere", 404), ("/cases/x/y/z", 404)):
        got = programs["it"].ask(path)
        assert (got.status, got.headers["content-type"]) == (status, "application/problem+json")
    wrong = programs["it"].call("DELETE", "/cases", None)
    assert (wrong.status, wrong.headers["content-type"]) == (405, "application/problem+json")
    assert read(programs["it"].ask("/nowhere"))["type"] == "urn:bequest:problem:not-found"
    zh = read(programs["it"].ask("/nowhere", Accept_Language="zh-CN"))
    assert zh["title"] == "没有这个地址，或者不在您的权限内"
    broken = programs["legal"].call("POST", f"/cases/{CASE}/remarks", b"{no json")
    assert broken.status == 400
    unfit = programs["legal"].tell(f"/cases/{CASE}/remarks", {"kind": "song", "text": "13900001111"})
    assert unfit.status == 422
    assert read(unfit)["faults"][0]["where"].endswith("kind")
    assert "13900001111" not in unfit.text, "what was sent is not sent back"
    large = programs["legal"].tell(f"/cases/{CASE}/remarks", {"kind": "comment", "text": "x" * 40_000})
    assert large.status == 413
    said = programs["legal"].tell(f"/cases/{CASE}/remarks", {"kind": "refusal", "text": "no"})
    assert json.loads(said.body)["code"] == "BQ-APPROVAL-1"


def test_a_token_is_known_only_whole(town: Town) -> None:
    made = make_token(town.ctx, town.ctx.case(CASE).organisation, town.roles["it"], label="x")
    assert who_bears(town.ctx, made.token)
    assert who_bears(town.ctx, made.token[:-1]) is None
    assert made.token not in repr(made.record)

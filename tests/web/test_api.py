"""What the interface gives and does: figures of the console, pages, entity tags, keys of writes, people, requests."""

import json
from itertools import pairwise

import pytest
from tests.web.api_client import Program, program, read
from tests.web.conftest import CASE, PASSWORD, Server, Town, next_code

from bequest.app.console.tokens import who_bears
from bequest.app.queries.people_count import people_count
from bequest.app.rehearse import OPENED_AT
from bequest.crypto.tokens import answer_key
from bequest.store.portal_records import AskedAtPortal, RequestState

HERE = f"/cases/{CASE}"
CODE = "AAAA-BBBB-EEEE"


@pytest.fixture(scope="module")
def officer(server: Server, town: Town) -> Program:
    return program(server, town, town.roles["officer"])


@pytest.fixture(scope="module")
def legal(server: Server, town: Town) -> Program:
    return program(server, town, town.roles["legal"])


def accesses(town: Town) -> list:
    with town.ctx.store.transaction() as tx:
        return list(tx.access.list(CASE))


def test_the_case_says_where_it_stands(officer: Program) -> None:
    found = read(officer.ask(HERE))
    assert found["next_step"] == "cutover"
    steps = {s["step"]: s for s in found["steps"]}
    assert [s for s in steps if steps[s]["state"] == "done"][:2] == ["sources", "discover"]
    assert steps["destroy"]["state"] == "todo"
    assert read(officer.ask("/cases"))["items"][0]["roles"] == found["roles"]


def test_tasks_say_what_waits_for_whom(officer: Program) -> None:
    items = read(officer.ask(f"{HERE}/tasks"))["items"]
    assert any(i["command"].startswith("bequest cutover") for i in items)
    assert all(i["what"]["zh"] and i["what"]["en"] for i in items)


def test_totals_of_the_plan_tie_on_both_axes_and_for_every_filter(officer: Program) -> None:
    for query in ("", "?system=crm", "?kind=sensitive", "?residue=delete", "?q=mobile"):
        found = read(officer.ask(f"{HERE}/plan/totals{query}"))
        assert found["unbalanced"] == 0
        assert sum(found["sums"]["release"].values()) == sum(found["sums"]["residue"].values())
        assert sum(s["sums"]["values"] for s in found["systems"]) == found["sums"]["values"]
        rows = read(officer.ask(f"{HERE}/plan/rows{query}{'&' if query else '?'}limit=500"))["items"]
        assert sum(r["sums"]["values"] for r in rows) == found["sums"]["values"]
        assert len(rows) == found["columns"]


def test_rows_of_the_plan_bear_their_grounds(officer: Program) -> None:
    [row] = [
        r for r in read(officer.ask(f"{HERE}/plan/rows?q=crm.customers.mobile"))["items"] if r["column"] == "mobile"
    ]
    assert row["outcomes"]
    assert all(o["reasons"] and o["reasons"][0]["articles"] for o in row["outcomes"] if o["release"] == "as_is")


@pytest.mark.parametrize("path", ["/log", "/map/columns", "/plan/rows", "/tasks"])
def test_pages_hold_every_entry_once(officer: Program, path: str) -> None:
    def shown(item: dict) -> str:
        return json.dumps(item, sort_keys=True)

    whole = read(officer.ask(f"{HERE}{path}?limit=500"))
    pages, cursor, n = [], "", 0
    while True:
        page = read(officer.ask(f"{HERE}{path}?limit=7&cursor={cursor}"))
        pages.append(page["items"])
        cursor, n = page["next"], n + 1
        assert n < 200
        if not cursor:
            break
    assert all(len(p) == 7 for p in pages[:-1])
    got = [shown(i) for p in pages for i in p]
    assert got == [shown(i) for i in whole["items"]]
    assert whole["total"] == len(got)
    for cursor in ("nonsense", "!!", "w" * 400):
        assert officer.ask(f"{HERE}{path}?cursor={cursor}").status == 422
    assert officer.ask(f"{HERE}{path}?limit=0").status == officer.ask(f"{HERE}{path}?limit=501").status == 422


def test_the_log_is_the_newest_first_and_its_entries_prove_themselves(officer: Program) -> None:
    items = read(officer.ask(f"{HERE}/log?limit=500"))["items"]
    assert all(a["index"] > b["index"] for a, b in pairwise(items))
    entry = officer.ask(f"{HERE}/log/{items[-1]['index']}/entry")
    assert read(entry)["id"] == items[-1]["id"]
    proof = officer.ask(f"{HERE}/log/{items[-1]['index']}/proof")
    assert proof.text.startswith("c2sp.org/tlog-proof@v1")
    head = read(officer.ask(f"{HERE}/log/checkpoint"))
    assert head["note"].splitlines()[:2] == [head["origin"], str(head["size"])]
    assert officer.ask(f"{HERE}/log/99999/proof").status == officer.ask(f"{HERE}/log/99999/entry").status == 404
    assert read(officer.ask(f"{HERE}/log?kind=plan.approved"))["total"] >= 1


def test_an_unchanged_answer_is_not_sent_again(officer: Program) -> None:
    first = officer.ask(f"{HERE}/plan/totals")
    again = officer.ask(f"{HERE}/plan/totals", If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert officer.ask(f"{HERE}/plan/totals", If_None_Match='"other"').status == 200


def test_a_column_is_corrected_where_it_is_as_it_was_read(officer: Program) -> None:
    place = f"{HERE}/map/columns/crm.customers.mobile"
    first = officer.ask(place)
    assert read(first)["cls"] == "phone"
    assert read(first)["evidence"]
    wrong = officer.call("PATCH", place, {"need": "needed"}, If_Match='"stale"')
    assert wrong.status == 412
    done = officer.call("PATCH", place, {"need": "needed"}, If_Match=first.headers["etag"])
    assert done.status == 200, done.text
    assert read(done)["verdict"] in {"confirmed", "corrected"}
    assert officer.call("PATCH", f"{HERE}/map/columns/no.such.column", {}).status == 404
    assert officer.call("PATCH", place, {"cls": "phone", "surprise": "x"}).status == 422


def comments(town: Town, text: str) -> int:
    with town.ctx.store.transaction() as tx:
        digest = tx.policies.list(CASE)[-1].digest
        return sum(r.text == text for r in tx.remarks.of(CASE, digest))


def test_a_write_is_done_once_under_its_key(town: Town, legal: Program) -> None:
    given = {"kind": "comment", "text": "once, please"}
    first = legal.tell(f"{HERE}/remarks", given, Idempotency_Key="k-1")
    again = legal.tell(f"{HERE}/remarks", given, Idempotency_Key="k-1")
    assert first.status == again.status == 200, first.text
    assert first.body == again.body
    assert again.headers["idempotency-replayed"] == "true"
    assert comments(town, "once, please") == 1
    other = legal.tell(f"{HERE}/remarks", given | {"text": "another"}, Idempotency_Key="k-1")
    assert other.status == 422
    assert comments(town, "another") == 0
    assert legal.tell(f"{HERE}/remarks", given, Idempotency_Key="k-2").status == 200
    assert comments(town, "once, please") == 2
    assert legal.tell(f"{HERE}/remarks", given, Idempotency_Key="x" * 256).status == 422


def test_what_was_refused_may_be_sent_again_under_its_key(legal: Program) -> None:
    refused = legal.tell(f"{HERE}/remarks", {"kind": "refusal", "text": "too late"}, Idempotency_Key="k-3")
    assert refused.status == 409
    done = legal.tell(f"{HERE}/remarks", {"kind": "comment", "text": "then a comment"}, Idempotency_Key="k-3")
    assert done.status == 200


def test_a_write_that_was_cut_off_is_not_done_again_unseen(town: Town, legal: Program) -> None:
    import hashlib

    record = who_bears(town.ctx, legal.token)
    assert record
    body = json.dumps({"kind": "comment", "text": "cut off"}).encode()
    key = hashlib.sha256(b"k-4").hexdigest()
    asked = hashlib.sha256(b"\0".join([b"POST", f"/api/v1{HERE}/remarks".encode(), body])).hexdigest()
    now = town.ctx.system.now()
    with town.ctx.store.transaction() as tx:
        assert tx.tokens.begin(record.token_id, key, asked, now, now) is None
    got = legal.call("POST", f"{HERE}/remarks", body, Idempotency_Key="k-4")
    assert got.status == 409
    assert comments(town, "cut off") == 0


def test_kept_answers_are_sealed_under_the_token_that_asked(town: Town, legal: Program, officer: Program) -> None:
    from bequest.store import models as rows

    legal.tell(f"{HERE}/remarks", {"kind": "comment", "text": "words in a kept answer"}, Idempotency_Key="k-5")
    with town.ctx.store.transaction():
        kept = [bytes(r.sealed) for r in rows.ApiAnswer._base_manager.using(town.ctx.store._alias).all()]
    assert kept
    assert not any(b"kept answer" in k for k in kept)
    assert answer_key(legal.token) != answer_key(officer.token)
    mine = officer.tell(f"{HERE}/remarks", {"kind": "comment", "text": "the same key, another"}, Idempotency_Key="k-5")
    assert mine.status == 200, "keys of two tokens have nothing to do with each other"


def test_people_are_counted_found_whole_and_shown_masked(town: Town, officer: Program) -> None:
    who = town.people.row(3, named=True)
    count = read(officer.ask(f"{HERE}/people/count"))
    assert count["people"] == people_count(town.ctx, CASE).people == sum(count["outcomes"].values())
    [number] = read(officer.tell(f"{HERE}/people/search", {"kind": "phone", "typed": who["phone"]}))["people"]
    assert officer.tell(f"{HERE}/people/search", {"kind": "phone", "typed": who["phone"][:7]}).status == 422
    shown = officer.ask(f"{HERE}/people/{number}")
    for value in (who["phone"], who["email"], who["name"]):
        assert value not in shown.text
    assert who["phone"] not in str(accesses(town))
    [told] = [t for t in read(shown)["told"] if t["ref"] == who["ref"]]
    assert told["channel"] == "sms"
    assert officer.ask(f"{HERE}/people/99999999").status == 404


def test_values_in_clear_need_a_purpose_are_on_record_and_count_with_the_console(town: Town, officer: Program) -> None:
    who = town.people.row(4, named=True)
    [number] = read(officer.tell(f"{HERE}/people/search", {"kind": "ref", "typed": who["ref"]}))["people"]
    place = f"{HERE}/people/{number}/unmask"
    for wrong in (
        {},
        {"purpose": "PIPL-45"},
        {"purpose": "nosy", "reason": "x"},
        {"purpose": "PIPL-45", "reason": " "},
    ):
        assert officer.tell(place, wrong).status == 422
    got = officer.tell(place, {"purpose": "PIPL-45", "reason": "ticket 99"})
    assert who["phone"] in got.text
    [line] = [a for a in accesses(town) if a.action == "console.unmask" and a.target.endswith(": ticket 99")]
    assert line.person == town.roles["officer"]
    with town.ctx.store.transaction() as tx:
        assert [e for e in tx.outbox.all(CASE) if "unmask" in e.event_id]
    searches = sum(a.action == "console.search" and a.person == line.person for a in accesses(town))
    officer.tell(f"{HERE}/people/search", {"kind": "ref", "typed": who["ref"]})
    assert sum(a.action == "console.search" and a.person == line.person for a in accesses(town)) == searches + 1


def test_a_request_is_opened_answered_and_its_state_shown(server: Server, town: Town) -> None:
    service = program(server, town, town.roles["service"])
    with town.ctx.store.beside("somebody") as inbox:
        inbox.add(
            AskedAtPortal(CASE, CODE, town.people["ref"][5], "correct", "", b"", None, RequestState.NEW, OPENED_AT)
        )
    assert CODE in [r["code"] for r in read(service.ask(f"{HERE}/requests?state=new"))["items"]]
    place = f"{HERE}/requests/{CODE}"
    sent = service.tell(f"{place}/reply", {"text": "It is corrected.", "outcome": "granted"}, Idempotency_Key="r-1")
    assert read(sent)["state"] == "answered"
    assert (
        service.tell(f"{place}/reply", {"text": "It is corrected.", "outcome": "granted"}, Idempotency_Key="r-1").body
        == sent.body
    )
    thread = read(service.tell(f"{place}/open", None))
    assert [(m["from_staff"], m["text"]) for m in thread["messages"]] == [(True, "It is corrected.")]
    assert any(a.action == "portal.read" and a.target == CODE for a in accesses(town))
    assert service.ask(f"{HERE}/requests/XXXX-XXXX-XXXX").status == 404


def test_samples_are_masked(town: Town, officer: Program) -> None:
    found = read(officer.ask(f"{HERE}/map/samples?at=crm.customers.mobile"))["masked"]
    assert found
    assert all("*" in v for v in found)
    assert officer.ask(f"{HERE}/map/samples?at=crm.customers.nothing").status == 404


def test_a_token_is_made_and_revoked_at_the_console(server: Server, town: Town) -> None:
    from tests.web.conftest import sign_in

    person = town.roles["it"]
    browser = sign_in(server, town, person)
    wrong = browser.send("/console/tokens", "/console/tokens/make", {"label": "x", "scope": "read", "password": "no"})
    assert wrong.status == 422
    given = {
        "label": "the warehouse",
        "read": "yes",
        "days": "30",
        "password": PASSWORD,
        "code": next_code(town, person),
    }
    made = browser.send("/console/tokens", "/console/tokens/make", given)
    assert made.status == 200, made.text[-500:]
    import re

    [token] = set(re.findall(r"bqt_[\w-]{43}", made.text))
    mine = Program(server.port, token=token)
    me = read(mine.ask("/me"))
    assert (me["person"], me["label"], me["scopes"]) == (person, "the warehouse", ["read"])
    assert mine.tell(f"{HERE}/remarks", {"kind": "comment", "text": "x"}).status == 403
    shown = browser.get("/console/tokens").text
    assert token not in shown
    assert me["token"] in shown
    other = sign_in(server, town, town.roles["hr"])
    assert other.send("/console/tokens", "/console/tokens/revoke", {"token": me["token"]}).status == 422
    assert mine.ask("/me").status == 200
    assert browser.send("/console/tokens", "/console/tokens/revoke", {"token": me["token"]}).status == 303
    assert mine.ask("/me").status == 401


def test_tables_are_told_and_a_fact_is_stated_and_taken_back(officer: Program) -> None:
    found = read(officer.ask(f"{HERE}/map/tables?limit=500"))
    customers = next(t for t in found["items"] if t["at"] == "crm.customers")
    assert customers["key"] == ["id"]
    known = next(r for r in customers["references"] if r["column"] == "shop_id")
    assert (known["counts"], known["values"], known["values_found"]) == (True, 2, 2)
    place = f"{HERE}/map/tables/crm.customers"
    fact = {"fact": "deceased", "column": "remark", "how": "present", "values": {"present": "yes"}, "default": "no"}
    assert officer.tell(f"{place}/facts", fact | {"default": "perhaps"}).status == 422
    after = read(officer.tell(f"{place}/facts", fact))
    new = after["facts"][-1]
    assert (new["fact"], new["column"], new["values"]) == ("deceased", "remark", {"present": "yes"})
    assert read(officer.tell(f"{place}/taken-back", {"mark": new["mark"]}))["facts"] == customers["facts"]
    assert officer.tell(f"{place}/taken-back", {"mark": new["mark"]}).status == 422
    assert officer.ask(f"{HERE}/map/tables/no.such").status == 404

"""The console over HTTP: sign-in, and every screen × role × case; what a role may not see is not there."""

import io
import re
import tarfile

import pytest
from tests.web.conftest import CASE, OTHER, PASSWORD, Client, Server, Town, sign_in

from bequest.app.console.access import MAY, MAY_DO, SCREEN_OF, Act, Screen
from bequest.app.rehearse import OPENED_AT
from bequest.app.run_link import run_link
from bequest.crypto.passwords import totp_code
from bequest.model.case import Role
from bequest.store.portal_records import AskedAtPortal, RequestState

SCREENS = {
    Screen.CASE: "", Screen.MAP: "/map", Screen.ASSESS: "/assess", Screen.PLAN: "/plan", Screen.APPROVALS: "/approvals",
    Screen.STEPS: "/steps", Screen.PEOPLE: "/people", Screen.LINKS: "/links",
    Screen.NOTICES: "/notices", Screen.REQUESTS: "/requests/<str:code>", Screen.PUBLICITY: "/publicity",
    Screen.DESTRUCTION: "/destruction", Screen.HITS: "/hits",
    Screen.EVIDENCE: "/evidence", Screen.ACCESS: "/access", Screen.RIGHTS: "/rights",
    Screen.BUNDLE: "/bundle.tar",
    Screen.SAMPLES: "/plan?at=crm.customers.mobile&samples=1",
}  # fmt: skip
FORMS = {
    Act.APPROVE: ("/approvals/sign", "/approvals/attest", "/approvals/passkey"),
    Act.REMARK: ("/approvals/say", "/approvals/settle"),
    Act.CORRECT: ("/map/correct", "/map/tables/set", "/map/tables/reference", "/map/tables/fact"),
    Act.SEARCH: ("/people/find",), Act.UNMASK: ("/people/<int:number>/unmask",),
    Act.REVIEW: ("/links/decide",),
    Act.REQUEST: ("/requests/<str:code>/open", "/requests/<str:code>/reply", "/requests/<str:code>/own"),
    Act.INVITE: ("/rights/invite",),
    Act.WITHDRAW: ("/withdrawals/look", "/withdrawals/tell", "/withdrawals/receipt"),
    Act.TRY: ("/notices/try",), Act.ADJUDICATE: ("/hits/decide", "/hits/agree"),
    Act.START: ("/steps/start",), Act.AGREE: ("/steps/agree",), Act.HALT: ("/steps/halt",),
    Act.ASK: ("/plan/what-if",), Act.CHECK: ("/evidence/check",),
    Act.VOUCH: tuple(
        f"/outside/{form}"
        for form in ("head", "request", "ask", "cosigned", "query", "stamp", "stamped", "registered")
    ),
    Act.GRANT: ("/rights/ask", "/rights/decide"), Act.FILL: ("/assess/impact/save",),
}  # fmt: skip
"""Where each act is sent to."""
MORE = {
    "/publicity/<str:name>",
    "/approvals/text",
    "/map/tables",
    "/steps/now",
    "/assess/impact",
    r"/assess/impact\.(?P<ending>docx|pdf)$",
    "/what-if",
    "/notices/wording",
    "/destruction/withdrawals",
    "/evidence/outside",
    "/evidence/outside/<int:size>.checkpoint",
    "/people/<int:number>",
    r"/evidence/(?P<index>\d{1,9})\.(?P<what>proof|entry)$",
}
"""Downloads that belong to a screen of the table."""
CODE = "AAAA-BBBB-CCCC"


def at(path: str) -> str:
    """An address of the tables with something real in it."""
    return path.replace("<int:number>", "1").replace("<str:code>", CODE)


ROLES = [r for r in Role if r not in {Role.ADMINISTRATOR, Role.LIQUIDATOR}]


@pytest.fixture(scope="session")
def staff(server: Server, town: Town) -> dict[str, Client]:
    """One signed-in client per role, and a stranger who has a role in the other case only; a request to look at."""
    with town.ctx.store.beside("somebody") as inbox:
        inbox.add(
            AskedAtPortal(CASE, CODE, town.people["ref"][0], "complain", "", b"", None, RequestState.NEW, OPENED_AT)
        )
    return {role: sign_in(server, town, person) for role, person in town.roles.items()}


def test_every_screen_has_an_address_and_every_role_its_screens() -> None:
    assert {*SCREENS} == {*Screen}
    assert {*MAY} == {*Role} == {*MAY_DO}
    assert {*FORMS} == {*Act} == {*SCREEN_OF}


def test_every_form_of_the_console_is_in_the_table() -> None:
    """An address that takes forms and is in no table would be open to whoever finds it."""
    from bequest.web.urls import CONSOLE

    heads = ("console/case/<str:case_id>", "^console/case/(?P<case_id>[^/]+)")
    paths = {
        str(p.pattern).removeprefix(heads[0]).removeprefix(heads[1]) for p in CONSOLE if "case_id" in str(p.pattern)
    }
    assert paths == {
        *(p.partition("?")[0] for p in SCREENS.values()),
        *(f for forms in FORMS.values() for f in forms),
        *MORE,
    }


@pytest.mark.parametrize("role", ROLES, ids=lambda r: r.value)
def test_a_role_does_what_it_may_and_nothing_else(staff: dict[str, Client], role: Role) -> None:
    """A form without its fields: who may send it is told what is missing, for all others it is not there."""
    client = staff[role.value]
    for act, paths in FORMS.items():
        for path in paths:
            for case, may in ((CASE, act in MAY_DO[role]), (OTHER, False)):
                got = client.send("/console", at(f"/console/case/{case}{path}"), {})
                done = {"/open": 200, "/head": 303}.get(path[path.rindex("/") :], 422)  # what needs no field is done
                assert got.status == (done if may else 404), (act, case, got.text[-300:])


@pytest.mark.parametrize("path", [f for forms in FORMS.values() for f in forms])
def test_forms_need_a_session_their_token_and_post(server: Server, staff: dict[str, Client], path: str) -> None:
    address = at(f"/console/case/{CASE}{path}")
    assert server.client().send("/console/in", address, {}).headers["location"] == "/console/in"
    assert staff["legal"].post(address, {}).status == 403
    assert staff["legal"].get(address).status == 405


@pytest.mark.parametrize("role", ROLES, ids=lambda r: r.value)
def test_a_role_sees_its_screens_and_no_other(town: Town, staff: dict[str, Client], role: Role) -> None:
    (town.home / "cases" / CASE / "bundle" / f"evidence-{CASE}").mkdir(parents=True, exist_ok=True)
    client = staff[role.value]
    for screen, path in SCREENS.items():
        got = client.get(at(f"/console/case/{CASE}{path}"))
        if screen is Screen.SAMPLES:  # a part of the plan: the page is there, the values are not
            assert ("kept nowhere" in client.get(f"/console/case/{CASE}{path}&lang=en").text) == (screen in MAY[role])
            continue
        assert got.status == (200 if screen in MAY[role] else 404), screen
        assert client.get(at(f"/console/case/{OTHER}{path}")).status == 404, screen


@pytest.mark.parametrize("path", [p for s, p in SCREENS.items() if s is not Screen.SAMPLES], ids=lambda p: p or "case")
def test_no_case_sees_another_and_nobody_sees_any(
    server: Server, town: Town, staff: dict[str, Client], path: str
) -> None:
    path = at(path)
    assert staff["stranger"].get(f"/console/case/{CASE}{path}").status == 404
    assert staff["officer"].get(f"/console/case/no-such-case{path}").status == 404
    missing = staff["officer"].get(f"/console/case/no-such-case{path}").text.replace("no-such-case", OTHER)
    assert staff["officer"].get(f"/console/case/{OTHER}{path}").text == missing  # nobody learns that it exists
    anonymous = server.client().get(f"/console/case/{CASE}{path}")
    assert (anonymous.status, anonymous.headers["location"]) == (303, "/console/in")


def test_home_lists_own_cases_only(staff: dict[str, Client]) -> None:
    assert f"/console/case/{CASE}" in staff["it"].get("/console").text
    assert OTHER not in staff["it"].get("/console").text
    assert CASE not in staff["stranger"].get("/console").text
    assert f"/console/case/{CASE}" not in staff["receiver"].get("/console").text


def test_every_look_is_on_the_access_table(town: Town, staff: dict[str, Client]) -> None:
    def looks() -> int:
        with town.ctx.store.transaction() as tx:
            return sum(a.person == town.roles["legal"] and a.action == "console.plan" for a in tx.access.list(CASE))

    before = looks()
    assert staff["legal"].get(f"/console/case/{CASE}/plan").status == 200
    assert looks() == before + 1
    assert "console.plan" in staff["officer"].get(f"/console/case/{CASE}/access").text


def test_the_console_shows_no_value_of_a_customer(town: Town, staff: dict[str, Client]) -> None:
    texts = [at(p) for s, p in SCREENS.items() if s is not Screen.BUNDLE]
    pages = "".join(staff["officer"].get(f"/console/case/{CASE}{p}").text for p in texts)
    for who in town.people.iter_rows(named=True):
        assert who["phone"] not in pages
        assert who["email"] not in pages
        assert who["token"] not in pages


def test_totals_of_the_plan_tie_in_both_languages(staff: dict[str, Client]) -> None:
    for lang, word in (("zh", "差 0，平"), ("en", "difference 0, balances")):
        text = staff["officer"].get(f"/console/case/{CASE}/plan?lang={lang}").text
        assert text.count(word) >= 2
        assert '<tr class="tie off"' not in text


def test_a_filtered_plan_ties_with_what_it_does_not_show(staff: dict[str, Client]) -> None:
    whole = staff["it"].get(f"/console/case/{CASE}/plan?lang=en").text
    some = staff["it"].get(f"/console/case/{CASE}/plan?lang=en&kind=sensitive&release=none").text
    total = re.search(r"Source count</th><td></td><td class=\"n\">([\d,]+)</td>", whole)
    assert total
    assert f'Source count</th><td></td><td class="n">{total[1]}</td>' in some
    figures = re.findall(
        r'<th scope="row">(\d+) (?:columns? shown|not shown)</th><td></td><td class="n[ z]*">([\d,·]+)', some
    )
    assert len(figures) == 2
    assert sum(int(f[1].replace(",", "").replace("·", "0")) for f in figures) == int(total[1].replace(",", ""))
    found = staff["it"].get(f"/console/case/{CASE}/plan?lang=en&q=no-such-thing").text
    assert "No column fits the filter" in found


def test_samples_are_masked_and_the_look_is_on_record(town: Town, staff: dict[str, Client]) -> None:
    text = staff["it"].get(f"/console/case/{CASE}/plan?at=crm.customers.mobile&samples=1").text
    shown = re.findall(r'<li class="mono">([^<]*)</li>', text)
    assert shown
    assert all(re.fullmatch(r"1\d{2}\*{4}\d{4}", s) for s in shown)
    for who in town.people.iter_rows(named=True):
        assert who["phone"] not in text
    with town.ctx.store.transaction() as tx:
        looks = [a for a in tx.access.list(CASE) if a.action == "console.samples" and a.person == town.roles["it"]]
    assert looks[-1].target == "crm.customers.mobile"


def test_a_column_is_corrected_where_it_stands(town: Town, staff: dict[str, Client]) -> None:
    from bequest.app.run_discover import data_map
    from bequest.model.datamap import Verdict

    place = f"/console/case/{CASE}/map"
    said = {"at": "crm.staff.dept", "class": "employment", "role": "staff", "need": "not_needed"}
    bad = staff["it"].send(f"{place}?at=crm.staff.dept", f"{place}/correct", said | {"class": "nonsense"})
    assert bad.status == 422
    assert staff["it"].send(f"{place}?at=crm.staff.dept", f"{place}/correct", said).status == 303
    table = data_map(town.ctx, CASE).table("crm", "staff")
    assert (table.column("dept").verdict, table.column("dept").need.value) == (Verdict.CORRECTED, "not_needed")
    assert table.verdict is Verdict.PROPOSED, "a word on a column is none on its table"
    assert [a.target for a in accesses(town) if a.action == "console.correct"][-1] == "crm.staff.dept"


def test_references_facts_and_duties_are_decided_on_where_they_stand(town: Town, staff: dict[str, Client]) -> None:
    from bequest.app.decide import schema_digest
    from bequest.app.run_discover import data_map

    def said(form: str, **given: str) -> int:
        address = f"/console/case/{CASE}/map/tables"
        return staff["it"].send(f"{address}?at={table}", f"{address}/{form}", {"at": table} | given).status

    def logged() -> int:
        with town.ctx.store.transaction() as tx:
            return sum(e.typ == "datamap.confirmed" for e in tx.outbox.all(CASE))

    table, approved, n_before = "tickets.tickets", schema_digest(data_map(town.ctx, CASE)), logged()
    own = data_map(town.ctx, CASE).table("tickets", "tickets")
    one = own.relations[0]
    reference = {"column": one.column, "to": f"{one.to_source}.{one.to_table}.{one.to_column}"}
    assert said("reference", **reference, standing="nonsense") == 422
    assert said("reference", **reference, standing="confirmed", role=one.role.value) == 303
    assert schema_digest(data_map(town.ctx, CASE)) == approved, "what counts is the same: nothing is approved anew"
    assert said("reference", **reference, standing="rejected") == 303
    assert one not in data_map(town.ctx, CASE).table("tickets", "tickets").relations
    assert schema_digest(data_map(town.ctx, CASE)) != approved, "the policy that was approved no longer fits"
    page = staff["it"].get(f"/console/case/{CASE}/map/tables?at={table}&lang=en").text
    assert "rejected" in page
    assert said("reference", **reference, standing="confirmed") == 303
    fact = {"fact": "dispute", "column": own.columns[0].name, "how": "map", "values": "a = b = open", "default": "none"}
    assert said("fact", **fact | {"default": "perhaps"}) == 422
    assert said("fact", **fact | {"how": "id_band", "values": "", "default": ""}) == 422
    assert said("fact", **fact, role="customer") == 303
    assert said("fact", **fact, role="customer") == 422, "it is there already"
    duty = {"band": "record_3y", "start_column": own.columns[0].name, "if_column": ""}
    assert said("fact", **duty) == 303
    now = data_map(town.ctx, CASE).table("tickets", "tickets")
    assert now.facts[-1].values == {"a = b": "open"}
    assert now.retention[-1].band == "record_3y"
    page = staff["it"].get(f"/console/case/{CASE}/map/tables?at={table}").text
    for mark in re.findall(r'name="drop" value="([0-9a-f]{16})"', page)[-2:]:
        assert said("fact", drop=mark) == 303
        assert said("fact", drop=mark) == 422
    now = data_map(town.ctx, CASE).table("tickets", "tickets")
    assert (now.facts, now.retention) == (own.facts, own.retention)
    assert said("set", record_class="nonsense") == 422
    assert said("set", key="no_such_column") == 422
    assert said("set", record_class=own.record_class.value, key="\r\n".join(own.key)) == 303
    assert {r.ends for r in data_map(town.ctx, CASE).table("tickets", "tickets").relations} == {
        r.ends for r in own.relations
    }
    assert logged() > n_before + 5
    assert {a.target for a in accesses(town) if a.action == "console.correct"} >= {table}


def accesses(town: Town):
    with town.ctx.store.transaction() as tx:
        return tx.access.list(CASE)


def look_for(client: Client, kind: str, typed: str):
    place = f"/console/case/{CASE}/people"
    return client.send(place, f"{place}/find", {"kind": kind, "typed": typed})


def test_somebody_is_found_by_what_is_theirs_and_shown_masked(town: Town, staff: dict[str, Client]) -> None:
    who = town.people.row(0, named=True)
    found = {k: look_for(staff["service"], k, who[c]).headers["location"] for k, c in
             (("phone", "phone"), ("email", "email"), ("ref", "ref"))}  # fmt: skip
    assert len(set(found.values())) == 1
    text = staff["service"].get(found["phone"]).text
    assert who["phone"] not in text
    assert who["email"] not in text
    assert who["name"] not in text
    assert f"{who['phone'][:3]}****{who['phone'][-4:]}" in text
    assert look_for(staff["service"], "phone", "13900009999").status == 200
    assert look_for(staff["service"], "phone", who["phone"][:7]).status == 422, "nobody is found by a part"
    assert who["phone"] not in str(accesses(town))


def test_values_in_clear_need_purpose_and_reason_and_are_on_record(town: Town, staff: dict[str, Client]) -> None:
    who = town.people.row(1, named=True)
    place = look_for(staff["officer"], "phone", who["phone"]).headers["location"]
    for given in ({}, {"purpose": "PIPL-45"}, {"purpose": "nosy", "reason": "I want to"}, {"reason": "ticket 7"}):
        got = staff["officer"].send(place, f"{place}/unmask", given)
        assert got.status == 422
        assert who["phone"] not in got.text
    n_before = len(accesses(town))
    got = staff["officer"].send(place, f"{place}/unmask", {"purpose": "PIPL-45", "reason": "ticket 7"})
    assert got.status == 200
    assert who["phone"] in got.text
    assert who["phone"] not in staff["officer"].get(place).text
    [line] = [a for a in accesses(town)[n_before:] if a.action == "console.unmask"]
    assert (line.person, line.purpose) == (town.roles["officer"], "PIPL-45")
    assert line.target.endswith(": ticket 7")
    with town.ctx.store.transaction() as tx:
        assert [e.event_id for e in tx.outbox.all(CASE) if "unmask" in e.event_id]


def test_unmasking_is_limited(town: Town, staff: dict[str, Client], monkeypatch: pytest.MonkeyPatch) -> None:
    from bequest.app.people_desk import person as desk
    from bequest.kernel.errors import GuardError

    monkeypatch.setattr(desk, "UNMASKS_A_DAY", 1)
    number = int(look_for(staff["officer"], "ref", town.people["ref"][1]).headers["location"].rsplit("/", 1)[1])
    with pytest.raises(GuardError):
        desk.unmask(town.ctx, CASE, number, by=town.roles["officer"], purpose="PIPL-45", reason="again")


def test_what_is_somebody_elses_in_a_row_is_not_shown(town: Town) -> None:
    from bequest.app.people_desk.person import person
    from bequest.model.facts import RowRole

    for number in range(1, 40):
        for record in person(town.ctx, CASE, number).held:
            assert not {c.column.role for c in record.cells} & {RowRole.STAFF}
            if record.role is RowRole.CONSIGNEE:
                assert RowRole.CUSTOMER not in {c.column.role for c in record.cells}


def test_the_bundle_comes_as_one_file(town: Town, staff: dict[str, Client]) -> None:
    folder = town.home / "cases" / CASE / "bundle" / f"evidence-{CASE}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\n")
    got = staff["officer"].get(f"/console/case/{CASE}/bundle.tar")
    assert got.headers["content-disposition"] == f'attachment; filename="evidence-{CASE}.tar"'
    with tarfile.open(fileobj=io.BytesIO(got.body)) as tar:
        assert tar.getnames() == [f"evidence-{CASE}/bagit.txt"]


def test_every_failure_to_sign_in_has_the_same_answer(server: Server, town: Town) -> None:
    person = town.roles["hr"]
    tries = [("nobody", PASSWORD, "123456"), (person, "wrong password here", "123456"), (person, PASSWORD, "000000")]
    client = server.client()
    got = [client.send("/console/in", "/console/in", {"name": n, "password": p, "code": c}) for n, p, c in tries]
    assert {g.status for g in got} == {422}
    plain = {re.sub(r'value="[^"]*"|data-options="[^"]*"', "", g.text) for g in got}
    assert len(plain) == 1


def test_a_code_works_once_and_five_failures_lock(server: Server, town: Town) -> None:
    import time

    person = town.roles["finance"]
    client = sign_in(server, town, person)
    assert client.get("/console").status == 200
    now = int(time.time())
    used = [totp_code(town.secrets[person], now + d) for d in (0, -30)]
    for code in used:
        again = server.client().send("/console/in", "/console/in", {"name": person, "password": PASSWORD, "code": code})
        assert again.status == 422
    for _ in range(3):
        server.client().send("/console/in", "/console/in", {"name": person, "password": "wrong", "code": "000000"})
    time.sleep(31)  # a code nobody has used
    fresh = totp_code(town.secrets[person], int(time.time()) + 30)
    locked = server.client().send("/console/in", "/console/in", {"name": person, "password": PASSWORD, "code": fresh})
    assert locked.status == 422
    assert client.get("/console").status == 200  # whoever is in stays in


def test_signing_out_ends_the_session_on_the_server(server: Server, town: Town) -> None:
    client = sign_in(server, town, town.roles["marketing"])
    cookie = client.cookies["bq_staff"]
    assert client.get("/console/out").status == 405
    assert client.send("/console", "/console/out", {}).status == 303
    client.cookies["bq_staff"] = cookie
    assert client.get("/console").headers["location"] == "/console/in"


def test_a_session_cookie_is_strict_and_kept_as_a_digest_only(server: Server, town: Town) -> None:
    client = sign_in(server, town, town.roles["service"])
    from bequest.store import models as rows

    with town.ctx.store.transaction():
        kept = list(rows.SignIn._base_manager.using(town.ctx.store._alias).values_list("token_digest", flat=True))
    assert kept
    assert client.cookies["bq_staff"] not in kept


def test_a_renewed_account_puts_everybody_out(server: Server, town: Town) -> None:
    from bequest.app.console.accounts import add_account

    person = town.roles["operator"]
    client = sign_in(server, town, person)
    assert client.get("/console").status == 200
    town.secrets[person] = add_account(town.ctx, CASE, person, password=PASSWORD).totp_secret
    assert client.get("/console").status == 303


def test_what_would_differ_is_shown_and_nothing_is_written(town: Town, staff: dict[str, Client]) -> None:
    address = f"/console/case/{CASE}/plan/what-if"
    run_link(town.ctx, CASE)  # other tests correct the data map, and what was linked before is refused then
    with town.ctx.store.transaction() as tx:
        before = (len(tx.policies.list(CASE)), len(tx.outbox.all(CASE)))
    got = staff["legal"].send(f"/console/case/{CASE}/what-if?lang=en", f"{address}?lang=en", {
        "path0": "receivers.buyer.country", "value0": "sg"})  # fmt: skip
    if "there is no" in got.text:
        party = town.ctx.case(CASE).case.receivers[0].id
        got = staff["legal"].send(f"/console/case/{CASE}/what-if?lang=en", f"{address}?lang=en", {
            "path0": f"receivers.{party}.country", "value0": "sg"})  # fmt: skip
    assert got.status == 200, re.findall(r'role="alert".*', got.text)
    assert "values that change" in got.text.lower()
    assert "PIPL Art. 39" in got.text
    with town.ctx.store.transaction() as tx:
        assert (len(tx.policies.list(CASE)), len(tx.outbox.all(CASE))) == before
    wrong = staff["legal"].send(f"/console/case/{CASE}/what-if", address, {"path0": "nowhere", "value0": "x"})
    assert wrong.status == 422


def test_a_proof_is_checked_and_a_changed_one_is_not_taken(staff: dict[str, Client]) -> None:
    here = f"/console/case/{CASE}/evidence"
    proof, entry = (staff["legal"].get(f"{here}/3.{what}").text for what in ("proof", "entry"))
    got = staff["legal"].send(here, f"{here}/check?lang=en", {"proof": proof, "entry": entry})
    assert got.status == 200, got.text[-1500:]
    assert "The proof holds" in got.text
    other = staff["legal"].get(f"{here}/4.entry").text
    wrong = staff["legal"].send(here, f"{here}/check?lang=en", {"proof": proof, "entry": other})
    assert wrong.status == 422
    assert "does not hold" in wrong.text

"""The portal over HTTP: what it shows and to whom, what a click does and does not, what it gives away: nothing."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.web.conftest import CASE, Server, Town, start, stop, wait_for

from bequest.app.answer_receipts import write_receipts
from bequest.app.make_bundle import write_trust
from bequest.app.portal.messages import reply, thread
from bequest.app.portal.page import keep_page, page_of
from bequest.app.telling import saved_answers
from bequest.crypto.links import lookup_of, open_card, secret_of
from bequest.evidence.event_types import EventType
from bequest.evidence.verify import verify_kept
from bequest.kernel.errors import InputError
from bequest.steps.notify.answer_receipt import RECEIPT_PROFILE
from bequest.store.portal_records import RequestOutcome, RequestState


def asked(town: Town, ref: str):
    with town.ctx.store.transaction() as tx:
        return tx.portal.of_person(CASE, ref)


def choose(client, token: str, what: str, **given: str) -> str:
    """Both clicks; the receipt's code."""
    path = f"/o/{token}/do/{what}"
    got = client.send(path, path, given)
    assert got.status == 303, got.text
    return got.headers["location"].rsplit("/", 1)[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_whole_without_script_and_small(server: Server, town: Town, lang: str) -> None:
    client = server.client()
    page = client.get(f"/o/{town.people['token'][0]}?lang={lang}")
    assert page.status == 200
    sheet = re.search(r'href="(/style-[^"]+)"', page.text)
    assert sheet
    style = client.get(sheet[1])
    assert style.status == 200
    assert len(page.body) + len(style.body) < 100_000
    assert not re.search(r"<script|<iframe|\sstyle=|\son[a-z]+=|https?://", page.text.replace("http://www.w3.org", ""))
    assert f'lang="{"zh-CN" if lang == "zh" else "en"}"' in page.text
    assert "checked" not in page.text
    assert "btn main" not in page.text


@pytest.mark.parametrize("path", ["/", "/o/{token}", "/o/{bad}", "/console/in", "/nothing", "/robots.txt"])
def test_every_answer_bears_the_security_headers(server: Server, town: Town, path: str) -> None:
    got = server.client().get(path.format(token=town.people["token"][0], bad="0" * 32))
    policy = got.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert ("script-src 'self'" in policy) is (path == "/console/in"), "the one page here with a script: passkeys"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["x-frame-options"] == "DENY"
    assert got.headers["referrer-policy"] == "same-origin"
    assert got.headers["cache-control"] == "no-store"
    assert "noindex" in got.headers["x-robots-tag"]


def test_cookies_are_secure_and_not_for_scripts(server: Server, town: Town) -> None:
    got = server.client().get(f"/o/{town.people['token'][0]}/do/object?lang=zh")
    assert "bq_csrf" in got.headers["set-cookie"] or "bq_lang" in got.headers["set-cookie"]
    for part in ("Secure", "HttpOnly", "SameSite"):
        assert part in got.headers["set-cookie"]


def test_opening_every_page_changes_nothing(server: Server, town: Town) -> None:
    """A mail scanner opens links, also those on the page it gets."""
    who, client = town.customer(), server.client()
    page = client.get(f"/o/{who['token']}")
    for link in set(re.findall(r'href="(/o/[^"#]+)', page.text)):
        client.get(link)
    assert asked(town, who["ref"]) == ()


def test_a_choice_needs_the_second_click_and_ends_in_the_answers_and_the_log(server: Server, town: Town) -> None:
    who, client = town.customer(), server.client()
    first = client.get(f"/o/{who['token']}/do/object")
    assert first.status == 200
    assert "个保法 44" in first.text
    assert asked(town, who["ref"]) == ()
    code = choose(client, who["token"], "object")
    receipt = client.get(f"/o/{who['token']}/receipt/{code}")
    assert receipt.status == 200
    assert f'<dd class="mono">{code}</dd>' in receipt.text
    wait_for(lambda: asked(town, who["ref"])[0].state is RequestState.TAKEN)
    answers = saved_answers(town.ctx.workspace(CASE))
    assert answers is not None
    [row] = answers.filter(answers["ref"] == who["ref"]).iter_rows(named=True)
    assert (row["fact"], row["value"], row["channel"]) == ("objection", "objected", "portal")
    with town.ctx.store.transaction() as tx:
        received = [e for e in tx.outbox.all(CASE) if e.typ == EventType.ANSWERS_RECEIVED.value]
        assert {b.channel for b in tx.answers.list(CASE)} == {"portal"}
    assert received
    again = choose(client, who["token"], "withdraw_objection")
    assert again != code
    wait_for(lambda: asked(town, who["ref"])[-1].state is RequestState.TAKEN)
    later = saved_answers(town.ctx.workspace(CASE))
    assert later is not None
    assert later.filter(later["ref"] == who["ref"])["value"].to_list() == ["none"]


def test_the_receipt_can_be_downloaded_and_holds_nothing_of_the_person(
    server: Server, town: Town, tmp_path: Path
) -> None:
    who, client = town.customer(), server.client()
    choose(client, who["token"], "consent_new_purpose")
    code = choose(client, who["token"], "refuse_new_purpose")
    page = client.get(f"/o/{who['token']}/receipt/{code}")
    link = re.search(r'href="(/o/[^"]+/file)"', page.text)
    assert link
    got = client.get(link[1])
    assert (got.status, got.headers["content-type"]) == (200, "application/ld+json")
    assert got.headers["content-disposition"] == f'attachment; filename="receipt-{code}.jsonld"'
    receipt = json.loads(got.body)
    record = receipt["dpv:hasRecordOfActivity"]
    assert [e["@type"][0] for e in record["dpv:hasConsentStatus"]] == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    assert receipt["dct:conformsTo"] == RECEIPT_PROFILE
    assert record["dpv:hasDataSubject"]["dct:identifier"] == who["ref"]
    for secret in (who["name"], who["phone"], who["email"], who["token"]):
        assert secret not in got.text
    with town.ctx.store.transaction() as tx:  # the notice it names is the one that the log committed to
        refs = {r["sha256"] for e in tx.outbox.all(CASE) for r in e.payload.get("refs", ())}
    assert record["dpv:hasNotice"]["@id"].removeprefix("urn:sha256:") in refs
    stranger = town.customer()
    assert client.get(f"/o/{stranger['token']}/receipt/{code}/file").status == 404

    wait_for(lambda: all(a.state is RequestState.TAKEN for a in asked(town, who["ref"])))
    trust = tmp_path / "trust.json"
    write_trust(town.ctx, CASE, trust)
    (tmp_path / "plain.jsonld").write_bytes(got.body)
    if b"bequest:proof" not in got.body:  # downloaded before it was taken
        assert not verify_kept(trust, [tmp_path / "plain.jsonld"], rehearsal=True).ok
    proven = client.get(link[1])
    (tmp_path / "mine.jsonld").write_bytes(proven.body)
    for secret in (who["name"], who["phone"], who["email"], who["token"]):
        assert secret not in proven.text
    assert "bequest-verify --proof" in client.get(f"/o/{who['token']}/receipt/{code}").text
    report = verify_kept(trust, [tmp_path / "mine.jsonld"], rehearsal=True)
    assert report.ok, report.failed
    assert f"{who['ref']} answered at" in report.checks[0].en
    assert "refuses the new purpose" in report.checks[0].en
    names = write_receipts(town.ctx, CASE, who["ref"], tmp_path / "out")
    assert len(names) == 2, "each answer has its own"
    assert verify_kept(trust, [tmp_path / "out" / n for n in names], rehearsal=True).ok
    mine, staff = json.loads(proven.body), json.loads((tmp_path / "out" / names[-1]).read_bytes())
    assert {**mine, "bequest:proof": 0} == {**staff, "bequest:proof": 0}, "staff hand out the same receipt"
    assert staff["dpv:hasRecordOfActivity"]["dpv:hasNotice"] == record["dpv:hasNotice"]
    states = [e["@type"][0] for e in staff["dpv:hasRecordOfActivity"]["dpv:hasConsentStatus"]]
    assert states == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
    with town.ctx.store.transaction() as tx:
        assert "answers.receipt" in {a.action for a in tx.access.list(CASE)}
    with pytest.raises(InputError, match="no answer to this letter"):
        write_receipts(town.ctx, CASE, stranger["ref"], tmp_path / "out")
    with pytest.raises(InputError, match="no letter"):
        write_receipts(town.ctx, CASE, "nobody", tmp_path / "out")


@pytest.mark.parametrize(
    "what", ["consent_new_purpose", "refuse_new_purpose", "guardian_consent", "guardian_refuse", "dispute"]
)
def test_each_choice_can_be_made_and_undone_in_as_many_steps(server: Server, town: Town, what: str) -> None:
    back = {
        "consent_new_purpose": "refuse_new_purpose", "refuse_new_purpose": "consent_new_purpose",
        "guardian_consent": "guardian_refuse", "guardian_refuse": "guardian_consent", "dispute": "dispute_settled",
    }[what]  # fmt: skip
    token, client = town.child if "guardian" in what else town.people["token"][0], server.client()
    assert choose(client, token, what) != choose(client, token, back)


def test_a_guardian_is_asked_where_the_records_say_that_it_is_a_child(server: Server, town: Town) -> None:
    adult = town.people["token"][0]
    assert "guardian_consent" not in server.client().get(f"/o/{adult}/card").text
    assert server.client().get(f"/o/{adult}/do/guardian_consent").status == 409
    assert "guardian_consent" in server.client().get(f"/o/{town.child}/card").text


def test_sensitive_fields_are_agreed_to_apart_by_a_box_that_is_not_ticked(server: Server, town: Town) -> None:
    who, client = town.customer(), server.client()
    here = f"/o/{who['token']}"
    assert "consent_sensitive" not in client.get(f"{here}/card").text
    assert client.get(f"{here}/do/consent_sensitive").status == 409
    with town.ctx.store.transaction() as tx:
        page = page_of(tx, CASE)
    assert page is not None
    asking = replace(page, lots=tuple(replace(lot, asks_sensitive=True) for lot in page.lots))
    keep_page(town.ctx, asking)
    try:
        card = client.get(f"{here}/card?lang=zh")
        assert "一件要单独问您的事：敏感个人信息" in card.text
        path = f"{here}/do/consent_sensitive"
        first = client.get(f"{path}?lang=en")
        assert "I separately agree that my sensitive data is passed on" in first.text
        assert re.search(r'<input type="checkbox" name="separately" value="yes" required>', first.text)
        assert "checked" not in first.text
        assert client.send(path, path, {}).status == 422
        assert asked(town, who["ref"]) == ()
        choose(client, who["token"], "consent_sensitive", separately="yes")
        choose(client, who["token"], "refuse_sensitive")  # taken back in as many steps
        wait_for(lambda: [a.state for a in asked(town, who["ref"])] == [RequestState.TAKEN] * 2)
    finally:
        keep_page(town.ctx, page)
    answers = saved_answers(town.ctx.workspace(CASE))
    assert answers is not None
    mine = answers.filter((answers["ref"] == who["ref"]) & (answers["fact"] == "consent_transfer")).sort("at")
    assert mine["value"].to_list()[-1] == "silent"


def test_the_same_choice_twice_has_one_receipt(portal_alone: Server, town: Town) -> None:
    who, client = town.customer(), portal_alone.client()
    assert choose(client, who["token"], "object") == choose(client, who["token"], "object")


def test_details_and_requests_need_the_second_datum(server: Server, town: Town) -> None:
    who, client = town.customer(), server.client()
    card = f"/o/{who['token']}/card"
    assert client.get(f"/o/{who['token']}/do/copy").status == 403
    wrong = client.send(card, f"/o/{who['token']}/datum", {"datum": who["phone"]})  # that is where the link came
    assert wrong.status == 422
    right = client.send(card, f"/o/{who['token']}/datum", {"datum": f" {who['email'].upper()} "})
    assert right.status == 303
    page = client.get(card).text
    assert who["phone"] not in page
    assert who["email"] not in page
    assert who["phone"][:3] + "****" + who["phone"][-4:] in page
    code = choose(client, who["token"], "correct", text="地址应为三号楼")
    made, [said] = thread(town.ctx, CASE, code, by="os-user")
    assert said.text == "地址应为三号楼"
    assert made.due_on is not None
    assert "三号楼".encode() not in made.sealed_text


def test_messages_go_both_ways_and_the_portal_reads_only_what_staff_wrote(
    server: Server, portal_alone: Server, town: Town
) -> None:
    who, client = town.customer(), server.client()
    code = choose(client, who["token"], "complain", text="没有人接电话")
    page = f"/o/{who['token']}/receipt/{code}"
    assert client.send(page, f"{page}/say", {"text": "  "}).status == 422
    assert client.send(page, f"{page}/say", {"text": "昨天也打过"}).status == 303
    assert "昨天也打过" not in client.get(page).text
    reply(town.ctx, CASE, code, "已改为两条线路", by=town.roles["service"], outcome=RequestOutcome.GRANTED)
    shown = client.get(page).text
    assert "已改为两条线路" in shown
    assert [m.text for m in thread(town.ctx, CASE, code, by="os-user")[1]] == [
        "没有人接电话", "昨天也打过", "已改为两条线路",
    ]  # fmt: skip
    other = town.people["token"][town.people.height - 2]
    assert client.get(f"/o/{other}/receipt/{code}").status == 404
    assert client.send(f"/o/{who['token']}/card", f"/o/{other}/receipt/{code}/say", {"text": "x"}).status == 404
    with town.ctx.store.transaction() as tx:
        kept = b"".join(m.sealed for m in tx.portal.messages(CASE, [code]))
    assert "线路".encode() not in kept


def test_satisfaction_is_asked_once_there_is_something_to_judge_and_counts_once(server: Server, town: Town) -> None:
    who, client = town.customer(), server.client()
    card, rate = f"/o/{who['token']}/card", f"/o/{who['token']}/rate"
    assert "/rate" not in client.get(card).text
    assert client.send(f"/o/{who['token']}/do/object", rate, {"value": "5"}).status == 422
    code = choose(client, who["token"], "complain", text="x")
    reply(town.ctx, CASE, code, "y", by=town.roles["service"], outcome=RequestOutcome.GRANTED)
    with town.ctx.store.transaction() as tx:
        before = tx.portal.ratings(CASE)
    for value, status in (("9", 422), ("1", 303), ("4", 303)):
        assert client.send(card, rate, {"value": value}).status == status
    with town.ctx.store.transaction() as tx:
        after = tx.portal.ratings(CASE)
    assert sum(after.values()) == sum(before.values()) + 1
    assert after[4] == before.get(4, 0) + 1


def test_five_wrong_data_of_a_link_make_a_pause(server: Server, town: Town) -> None:
    who, client = town.customer(), server.client()
    page, path = f"/o/{who['token']}/card", f"/o/{who['token']}/datum"
    answers = [client.send(page, path, {"datum": f"a{n}@example.com"}).status for n in range(6)]
    assert answers == [422] * 5 + [429]
    assert client.send(page, path, {"datum": who["email"]}).status == 429


def test_a_form_from_elsewhere_is_refused(server: Server, town: Town) -> None:
    who, client = town.customer(), server.client()
    path = f"/o/{who['token']}/do/object"
    assert client.post(path, {}).status == 403
    client.get(path)
    assert client.post(path, {"csrfmiddlewaretoken": "x" * 64}).status == 403
    assert (
        client.post(path, {"csrfmiddlewaretoken": client.cookies["bq_csrf"]}, Origin="https://evil.example").status
        == 403
    )
    assert asked(town, who["ref"]) == ()


def test_damaged_unknown_and_foreign_links_all_look_alike(server: Server, town: Town) -> None:
    token = town.people["token"][0]
    tries = ["0" * 32, token[:-1], token[:-1] + ("0" if token[-1] != "0" else "1"), "%E4%BD%A0", "a" * 79]
    pages = {server.client().get(f"/o/{t}").text.replace(t, "") for t in tries}
    assert len({re.sub(r"/o/[^?\"]*", "", p) for p in pages}) == 1
    assert all(server.client().get(f"/o/{t}").status == 404 for t in tries)


def test_whoever_tries_many_links_has_to_wait(town: Town) -> None:
    alone = start(town.home, "--only", "portal")
    try:
        client = alone.client()
        seen = [client.get(f"/o/{n:032x}").status for n in range(32)]
        assert seen[:30] == [404] * 30
        assert seen[30:] == [429, 429]
        assert client.get(f"/o/{town.people['token'][0]}").status == 429
    finally:
        stop(alone)


def test_no_log_of_the_server_bears_a_link(server: Server, town: Town) -> None:
    token = town.people["token"][0]
    for path in (f"/o/{token}", f"/o/{token[:-1]}x", f"/o/{token}/do/nothing"):
        server.client().get(path)
    server.client().post(f"/o/{token}/do/object", {})
    text = server.log.read_text()
    assert token[:12] not in text


def test_large_forms_other_methods_and_foreign_hosts_are_refused(server: Server, town: Town) -> None:
    token, client = town.people["token"][1], server.client()
    path = f"/o/{token}/do/complain"
    assert client.send(path, path, {"text": "长" * 2_001}).status == 422
    assert client.send(path, path, {"text": "x" * 200_000}).status in {400, 413}
    assert client._do("PUT", f"/o/{token}", b"", {}).status in {403, 405}
    assert client.get("/", Host="evil.example").status == 400


def test_what_a_customer_writes_is_escaped(server: Server, town: Town) -> None:
    client = server.client()
    page = client.post("/console/in", {})
    assert page.status == 403
    got = client.send("/console/in", "/console/in", {"name": '"><script>x</script>', "password": "a", "code": "1"})
    assert got.status == 422
    assert "<script>" not in got.text


def test_the_portal_alone_has_no_key_no_file_and_no_source(portal_alone: Server, town: Town) -> None:
    """The deployment: the control database is enough; nothing of a case lies on that host, and there is no console."""
    home = Path(portal_alone.log.parent / "home")
    assert {p.name for p in home.iterdir()} <= {"control.db", "control.db-wal", "control.db-shm", "control.lock"}
    client = portal_alone.client()
    assert client.get(f"/o/{town.people['token'][0]}").status == 200
    assert client.get("/console").status == 404
    assert client.get("/console/in").status == 404
    assert {p.name for p in home.iterdir()} <= {"control.db", "control.db-wal", "control.db-shm", "control.lock"}


def test_the_control_database_alone_opens_no_card(town: Town) -> None:
    token = town.people["token"][0]
    secret = secret_of(token)
    assert secret is not None
    with town.ctx.store.transaction() as tx:
        card = tx.portal.card(lookup_of(secret))
    assert card is not None
    assert open_card(bytes.fromhex(card.lookup), card.sealed, CASE) is None
    assert open_card(secret, card.sealed, "another-case") is None
    plain = open_card(secret, card.sealed, CASE)
    assert plain is not None
    for value in (town.people["phone"][0], town.people["email"][0], town.people["name"][0]):
        assert value.encode() not in plain, "the open part holds a value in clear"
        assert value.encode() not in card.sealed


def test_what_is_kept_in_memory_between_pages_is_of_no_person_and_what_was_asked_leads_to_no_card(town: Town) -> None:
    from bequest.app.portal.ask import ask
    from bequest.app.portal.choices import Ask
    from bequest.app.portal.open_card import Opened, open_link

    opened = open_link(town.ctx.store, town.people["token"][-1], town.ctx.now(CASE))
    assert isinstance(opened, Opened)
    kept = repr(opened.situation)
    for value in (opened.token, opened.ref, *(town.people[x][-1] for x in ("phone", "email", "name"))):
        assert value not in kept
    made = ask(town.ctx.store, opened, Ask.COMPLAIN, text="say")
    assert len(made.asker) == 32
    with town.ctx.store.transaction() as tx:
        assert tx.portal.card(made.asker) is None


def test_an_expired_link_says_so_kindly(town: Town, server: Server) -> None:
    from datetime import timedelta

    from bequest.app.portal.open_card import Closed, Opened, open_link

    now = town.ctx.now(CASE)
    token = town.people["token"][2]
    assert isinstance(open_link(town.ctx.store, token, now), Opened)
    with town.ctx.store.transaction() as tx:
        secret = secret_of(token)
        assert secret is not None
        card = tx.portal.card(lookup_of(secret))
        assert card is not None
        from bequest.store import models as rows

        table = rows.PortalCard._base_manager.using(town.ctx.store._alias).filter(lookup=card.lookup)
        table.update(opens_until=now - timedelta(days=1))
    assert open_link(town.ctx.store, token, now) is Closed.EXPIRED
    page = server.client().get(f"/o/{token}")
    assert page.status == 410
    assert "过期" in page.text

"""Requests of customers: who handles them, how they end, who is told of a reply, what a receipt code alone shows."""

import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.web.conftest import CASE, Server, Town, sign_in, start, stop, wait_for
from tests.web.test_portal import choose

from bequest.app.context import Context, open_context
from bequest.app.portal.carriers import Carriers
from bequest.app.portal.messages import reply, take_on, thread
from bequest.app.portal.replies import tell_replies
from bequest.crypto.links import receipt_code
from bequest.kernel.errors import InputError
from bequest.store import models as rows
from bequest.store.portal_records import AskedAtPortal, ReplyTold, RequestOutcome, RequestState


@pytest.fixture
def fresh(town: Town):
    """A server of its own: counters of attempts are keyed anew."""
    running = start(town.home)
    yield running
    stop(running)


def request_in(town: Town, code: str):
    with town.ctx.store.transaction() as tx:
        return tx.portal.by_code(code)


def test_a_request_is_taken_on_refused_with_reasons_and_asked_again(server: Server, town: Town) -> None:
    who, client = town.customer(), server.client()
    code = choose(client, who["token"], "complain", text="x")
    service = sign_in(server, town, town.roles["service"])
    place = f"/console/case/{CASE}/requests/{code}"
    assert service.send(place, f"{place}/own", {"person": town.roles["finance"]}).status == 422
    assert service.send(place, f"{place}/own", {"person": town.roles["service"]}).status == 303
    assert request_in(town, code).owner == town.roles["service"]
    with town.ctx.store.transaction() as tx:
        assert any(a.action == "portal.owner" and a.target == code for a in tx.access.list(CASE))
    assert service.send(place, f"{place}/reply", {"text": "", "outcome": "refused"}).status == 422
    assert request_in(town, code).state is RequestState.NEW
    assert service.send(place, f"{place}/reply", {"text": "期限未到", "outcome": "refused"}).status == 303
    assert request_in(town, code).outcome is RequestOutcome.REFUSED
    receipt = f"/o/{who['token']}/receipt/{code}"
    page = client.get(receipt).text
    assert "期限未到" in page
    assert "没有照办" in page
    assert "人民法院" in page
    assert '"dpv:RequestRejected"' in client.get(f"{receipt}/file").text
    assert client.send(receipt, f"{receipt}/say", {"text": "请再看"}).status == 303
    again = request_in(town, code)
    assert (again.state, again.outcome, again.owner) == (RequestState.NEW, None, town.roles["service"])
    with pytest.raises(InputError, match="does not answer requests"):
        take_on(town.ctx, CASE, code, "nobody", by="os-user")


def test_a_relative_of_somebody_who_died_asks_without_a_second_datum_and_sees_nothing(
    server: Server, town: Town
) -> None:
    who, client = town.customer(), server.client()
    card = client.get(f"/o/{who['token']}/card?lang=zh").text
    assert "收信人已经去世" in card
    first = client.get(f"/o/{who['token']}/do/relative?lang=zh").text
    assert "个保法 49" in first
    code = choose(client, who["token"], "relative", text="我是他的女儿")
    made = request_in(town, code)
    assert made.due_on is not None
    assert [m.text for m in thread(town.ctx, CASE, code, by="os-user")[1]] == ["我是他的女儿"]
    assert who["phone"][:3] + "****" not in client.get(f"/o/{who['token']}/card").text


def test_customers_are_told_of_a_reply_where_their_letter_went(town: Town, tmp_path: Path) -> None:
    who = town.people.row(11, named=True)
    client_code = _asked(town, who["ref"])
    kept, program = tmp_path / "sent.jsonl", tmp_path / "send"
    program.write_text(f"#!/bin/sh\ncat >> {kept}\necho >> {kept}\n")
    program.chmod(0o700)
    ctx = _copy(town, tmp_path / "home")
    try:
        tell_replies(ctx, Carriers())
        with ctx.store.transaction():
            rows.Case._base_manager.using(ctx.store._alias).filter(pk=CASE).update(rehearsal=False)
        reply(ctx, CASE, client_code, "办好了", by=town.roles["service"], outcome=RequestOutcome.GRANTED)
        assert tell_replies(ctx, Carriers(text_program=program)) == 1
        assert tell_replies(ctx, Carriers(text_program=program)) == 0
        reply(ctx, CASE, client_code, "再说一句", by=town.roles["service"])
        tell_replies(ctx, Carriers())
        with ctx.store.transaction() as tx:
            told = [m.told for m in tx.portal.messages(CASE, [client_code]) if m.from_staff]
    finally:
        ctx.store.close()
    [sent] = [json.loads(line) for line in kept.read_text().splitlines() if line]
    assert sent["to"] == who["phone"]
    assert "办好了" not in sent["text"]
    assert town.ctx.case(CASE).case.transferor.name not in sent["text"]
    assert told == [ReplyTold.SENT, ReplyTold.NO_WAY]


def test_nothing_is_sent_of_a_rehearsal(server: Server, town: Town) -> None:
    code = _asked(town, town.people["ref"][12])
    reply(town.ctx, CASE, code, "y", by=town.roles["service"])

    def told() -> ReplyTold:
        with town.ctx.store.transaction() as tx:
            return tx.portal.messages(CASE, [code])[-1].told

    wait_for(lambda: told() is not ReplyTold.WAITS)
    assert told() is ReplyTold.REHEARSAL


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_receipt_code_alone_shows_how_far_it_is_and_nothing_else(portal_alone: Server, town: Town, lang: str) -> None:
    who, client = town.customer(), portal_alone.client()
    code = choose(client, who["token"], "complain", text="geheim")
    typed = code.lower().replace("-", " ")
    got = portal_alone.client().post(f"/receipt?lang={lang}", {"code": typed})
    assert got.status == 200
    assert ("等待办理" if lang == "zh" else "waiting to be handled") in got.text
    case = town.ctx.case(CASE).case
    for hidden in (who["ref"], who["token"], "geheim", case.transferor.name, case.title, CASE, code):
        assert hidden not in got.text
    assert "set-cookie" not in got.headers or "bq_inner" not in got.headers["set-cookie"]


def test_unknown_codes_look_alike_and_many_make_a_pause(fresh: Server, town: Town) -> None:
    client = fresh.client()
    answers = [client.post("/receipt", {"code": c}) for c in ("AAAA-0000-0000", "", "x" * 4000, "' OR 1=1")]
    assert {(a.status, re.sub(r"\s+", "", a.text)) for a in answers} == {(422, re.sub(r"\s+", "", answers[0].text))}
    for _ in range(26):
        client.post("/receipt", {"code": "AAAA-0000-0001"})
    paused = client.post("/receipt", {"code": "AAAA-0000-0001"})
    assert paused.status == 429
    assert paused.headers["retry-after"]


def _copy(town: Town, home: Path) -> Context:
    """The home as it is, where no server is at work."""
    shutil.copytree(town.home, home, ignore=shutil.ignore_patterns("control.db*"))
    with sqlite3.connect(town.home / "control.db") as there, sqlite3.connect(home / "control.db") as here:
        there.backup(here)
    here.close()
    there.close()
    home.chmod(0o700)
    return open_context(home)


def _asked(town: Town, ref: str) -> str:
    code, at = receipt_code(), town.ctx.now(CASE)
    with town.ctx.store.beside("somebody") as inbox:
        inbox.add(AskedAtPortal(CASE, code, ref, "complain", "", b"", None, RequestState.NEW, at))
    return code

"""Opening a page by an address that is typed: known and unknown look alike, a code works once, few tries are borne."""

import re

import pytest
from tests.web.conftest import CASE, Answer, Client, Server, Town, start, stop, wait_for

from bequest.app.portal.visitors import listed_codes
from bequest.store import models as rows


@pytest.fixture
def fresh(town: Town):
    """A server of its own: counters of attempts are keyed anew."""
    running = start(town.home)
    yield running
    stop(running)


def ask(client: Client, address: str) -> Answer:
    return client.send("/find", "/find", {"address": address})


def looked_at(town: Town) -> bool:
    with town.ctx.store.transaction() as tx:
        return not tx.visits.waiting()


def code_for(town: Town, address: str) -> str:
    wait_for(lambda: looked_at(town))
    return next((x["code"] for x in reversed(listed_codes(town.ctx, CASE)) if x["address"] == address), "")


def plain(got: Answer) -> str:
    return re.sub(r'value="[^"]*"', "", got.text)


def test_the_address_of_a_letter_opens_its_page_with_the_code_sent_there(fresh: Server, town: Town) -> None:
    who, client = town.people.row(4, named=True), fresh.client()
    assert ask(client, f"+86 {who['phone']}").headers["location"] == "/find/code"
    cookie = client.cookies["bq_find"]
    code = code_for(town, who["phone"])
    assert re.fullmatch(r"\d{6}", code)
    opened = client.send("/find/code", "/find/code", {"code": f" {code} "})
    # one letter opens at once; of several at a shared number each visitor chooses the own
    where = opened.headers["location"] if opened.status == 303 else opened.text
    assert f"/o/{who['token']}" in where
    client.cookies["bq_find"] = cookie
    assert client.send("/find/code", "/find/code", {"code": code}).status == 422, "a code works once"


def test_known_and_unknown_addresses_have_the_same_answers(fresh: Server, town: Town) -> None:
    who = town.people.row(5, named=True)
    answers = []
    for address in (who["phone"], "13900001234", "nobody@example.com"):
        client = fresh.client()
        first = ask(client, address)
        wait_for(lambda: looked_at(town))
        shown = client.get("/find/code")
        wrong = client.send("/find/code", "/find/code", {"code": "000000"})
        assert "Max-Age=900" in first.headers["set-cookie"] or "max-age=900" in first.headers["set-cookie"].lower()
        answers.append((first.status, first.headers["location"], plain(shown), wrong.status, plain(wrong)))
    assert len(set(answers)) == 1
    with town.ctx.store.transaction():
        kept = rows.PortalVisit._base_manager.using(town.ctx.store._alias)
        sizes = {(len(v.sealed_address), len(v.sealed_links)) for v in kept.all()}
    assert len(sizes) == 1, "nor does the database tell them apart"
    assert fresh.client().send("/find", "/find", {"address": "not an address"}).status == 422


def test_the_second_datum_opens_nothing(fresh: Server, town: Town) -> None:
    """The letter went by text message: the mailbox alone must not open the page it would then confirm."""
    who = town.people.row(6, named=True)
    client = fresh.client()
    ask(client, who["email"])
    assert code_for(town, who["email"]) == ""


def test_five_tries_then_nothing_and_another_browser_opens_nothing(fresh: Server, town: Town) -> None:
    who, client = town.people.row(7, named=True), fresh.client()
    ask(client, who["phone"])
    code = code_for(town, who["phone"])
    other = fresh.client()
    ask(other, "13900001235")
    assert other.send("/find/code", "/find/code", {"code": code}).status == 422
    wrong = "111111" if code != "111111" else "222222"
    for _ in range(5):
        assert client.send("/find/code", "/find/code", {"code": wrong}).status == 422
    assert client.send("/find/code", "/find/code", {"code": code}).status == 422


def test_one_address_gets_three_codes_and_one_source_ten_tries(fresh: Server, town: Town) -> None:
    who = town.people.row(8, named=True)
    statuses = [ask(fresh.client(), who["phone"]).status for _ in range(11)]
    assert statuses == [303] * 10 + [429]
    wait_for(lambda: looked_at(town))
    assert sum(x["address"] == who["phone"] for x in listed_codes(town.ctx, CASE)) == 3


def test_no_address_is_kept_in_clear(fresh: Server, town: Town) -> None:
    who = town.people.row(9, named=True)
    ask(fresh.client(), who["phone"])
    wait_for(lambda: looked_at(town))
    town.ctx.store.close()
    for name in ("control.db", "control.db-wal"):
        path = town.home / name
        assert not path.exists() or who["phone"].encode() not in path.read_bytes()
    assert who["phone"] not in fresh.log.read_text()

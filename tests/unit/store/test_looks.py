"""Looks without a transaction, and choices that many people make at once."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import connections
from tests.control_databases import give_back, new_control_database
from tests.servers import Postgres
from tests.unit.store.samples import CASE, ORGANISATION, REAL_CASE, T0

from bequest.kernel.errors import StateError
from bequest.store.boot import open_store
from bequest.store.portal_records import AskedAtPortal, LookFor, RequestState
from bequest.store.repositories import Store

FOR = LookFor(page="page", erased="erased", begun="begun:1", refused="refused")
ASKED = AskedAtPortal(CASE.id, "CODE-1", "R1", "object", "", b"text", T0.date(), RequestState.NEW, T0, asker="a" * 32)
WAIT = 30


@pytest.fixture
def served(postgres: Postgres, tmp_path: Path) -> Iterator[Store]:
    """On a server, where transactions can be open beside each other."""
    url = new_control_database(postgres)
    store = open_store(tmp_path / "served", url)
    with store.transaction() as tx:
        tx.cases.add(CASE, organisation=ORGANISATION, at=T0)
    yield store
    store.close()
    give_back(postgres, url)


def beside(store: Store, what: Callable[[], None]) -> threading.Thread:
    """Do it in a thread with a connection of its own."""

    def work() -> None:
        try:
            what()
        finally:
            store.close()

    made = threading.Thread(target=work, daemon=True)
    made.start()
    return made


def test_a_card_is_seen_with_how_its_case_stands_and_what_was_asked(store: Store) -> None:
    nothing = store.looks.card("l" * 32, ASKED.asker, ("source", 7), FOR)
    assert (nothing.card, nothing.tried, nothing.asked, nothing.page) == (None, 0, (), None)
    with store.transaction() as tx:
        tx.portal.put_cards(CASE.id, [("l" * 32, b"sealed")], opens_until=T0, at=T0)
        tx.attempts.add("source", 7)
        tx.settings.set("page", "digest", T0, case_id=CASE.id)
        tx.settings.set("page", "of another case", T0, case_id=REAL_CASE.id)
        tx.cases.set_clock(CASE.id, T0)
    with store.beside("R1") as inbox:
        inbox.add(ASKED)
        inbox.add(replace(ASKED, code="CODE-2", asker="b" * 32))
        inbox.add(replace(ASKED, code="CODE-3", case_id=REAL_CASE.id))
        assert inbox.before(CASE.id, ASKED.asker) == (ASKED,)
    look = store.looks.card("l" * 32, ASKED.asker, ("source", 7), FOR)
    assert look.card is not None
    assert (look.card.case_id, look.card.sealed, look.card.opens_until) == (CASE.id, b"sealed", T0)
    assert (look.tried, look.page, look.erased, look.n_refused, look.has_begun) == (1, '"digest"', None, 0, False)
    assert (look.rehearsal, look.clock_at, look.status) == (True, T0, "open")
    assert look.asked == (ASKED,)
    with store.transaction() as tx:
        assert tx.portal.of_person(CASE.id, "R1")[0] == ASKED
        tx.settings.set("erased", 1, T0, case_id=CASE.id)
    assert store.looks.card("l" * 32, "", ("source", 8), FOR).erased == "1"
    assert store.looks.tried("source", 7) == 1
    assert store.looks.setting("page", CASE.id) == '"digest"'


def test_no_look_inside_a_transaction(store: Store) -> None:
    with store.transaction(), pytest.raises(StateError, match="open already"):
        store.looks.tried("source", 1)
    with store.beside("R1"), pytest.raises(StateError, match="open already"):
        store.looks.tried("source", 1)


def test_a_look_is_made_again_where_the_server_hung_up_and_so_is_the_beginning_of_a_choice(
    served: Store, postgres: Postgres
) -> None:
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bequest'"
    postgres.execute("postgres", end)
    assert served.looks.tried("source", 1) == 0
    postgres.execute("postgres", end)
    with served.beside("R1") as inbox:
        inbox.add(ASKED)
    with pytest.raises(StateError, match="connection to the control database was lost"):  # noqa: SIM117, PT012
        with served.beside("R2") as inbox:
            inbox.add(replace(ASKED, code="CODE-2"))
            postgres.execute("postgres", end)
            inbox.before(CASE.id, ASKED.asker)
    with served.beside("R1") as inbox:
        assert inbox.before(CASE.id, ASKED.asker) == (ASKED,)


def test_two_people_choose_at_once_and_one_person_after_another(served: Store) -> None:
    seen: list[int] = []

    def other() -> None:
        with served.beside("R2") as inbox:
            inbox.add(replace(ASKED, code="CODE-2", asker="b" * 32))

    def same() -> None:
        with served.beside("R1") as inbox:
            seen.append(len(inbox.before(CASE.id, ASKED.asker)))

    with served.beside("R1") as inbox:
        inbox.add(ASKED)
        first = beside(served, other)
        first.join(WAIT)
        assert not first.is_alive(), "somebody else waited"
        second = beside(served, same)
        second.join(0.2)
        assert second.is_alive(), "the same person did not wait"
    second.join(WAIT)
    assert seen == [1]


def test_who_looks_whether_something_waits_misses_nothing_that_is_being_entered(served: Store) -> None:
    seen: list[bool] = []

    def begin() -> None:
        with served.transaction() as tx:
            seen.append(tx.portal.waits(CASE.id, ()))

    with served.beside("R1") as inbox:
        inbox.add(ASKED)
        step = beside(served, begin)
        step.join(0.2)
        assert step.is_alive(), "the step did not wait for the choice"
    step.join(WAIT)
    assert seen == [True]
    entered: list[bool] = []

    def choose() -> None:
        with served.beside("R2") as inbox:
            inbox.add(replace(ASKED, code="CODE-2"))
        entered.append(True)

    with served.transaction() as tx:
        assert tx.portal.waits(CASE.id, ())
        late = beside(served, choose)
        late.join(0.2)
        assert not entered, "a choice was entered beside a step that had looked"
    late.join(WAIT)
    assert entered == [True]


def test_a_look_keeps_no_transaction_open(served: Store) -> None:
    served.looks.tried("source", 1)
    connection = connections[served._alias]
    assert not connection.in_atomic_block
    assert connection.connection.info.transaction_status.name == "IDLE"

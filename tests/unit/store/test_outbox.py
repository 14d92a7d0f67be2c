"""The outbox: written with the change, once, in order, by any number of processes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.unit.store.samples import CASE, REAL_CASE, T0, later, start_python

from bequest.kernel.errors import EvidenceError
from bequest.store.repositories import Store


def test_events_keep_their_order_and_content(store: Store) -> None:
    with store.transaction() as tx:
        for n in range(3):
            tx.outbox.append(CASE.id, f"e{n}", "plan.approved", {"n": n, "who": ["法务"]}, later(seconds=n))
        events = tx.outbox.all(CASE.id)
    assert [(e.seq, e.event_id, e.typ, e.payload, e.occurred_at) for e in events] == [
        (n + 1, f"e{n}", "plan.approved", {"n": n, "who": ["法务"]}, later(seconds=n)) for n in range(3)
    ]


def test_the_same_event_again_is_the_one_on_record(store: Store) -> None:
    with store.transaction() as tx:
        first = tx.outbox.append(CASE.id, "e1", "plan.approved", {"a": 1, "b": 2}, T0)
    with store.transaction() as tx:
        assert tx.outbox.append(CASE.id, "e1", "plan.approved", {"b": 2, "a": 1}, later(days=1)) == first
        assert tx.outbox.get(CASE.id, "e1") == first
        assert tx.outbox.get(CASE.id, "e2") is None


@pytest.mark.parametrize(("typ", "payload"), [("plan.approved", {"a": 2}), ("plan.made", {"a": 1})])
def test_an_id_is_not_used_for_another_event(store: Store, typ: str, payload: dict[str, int]) -> None:
    with store.transaction() as tx:
        tx.outbox.append(CASE.id, "e1", "plan.approved", {"a": 1}, T0)
        with pytest.raises(EvidenceError, match="other content"):
            tx.outbox.append(CASE.id, "e1", typ, payload, T0)


def test_cases_number_their_events_apart(store: Store) -> None:
    with store.transaction() as tx:
        tx.outbox.append(CASE.id, "e1", "case.opened", {}, T0)
        assert tx.outbox.append(REAL_CASE.id, "e1", "case.opened", {}, T0).seq == 1


def test_what_is_published_is_no_longer_pending(store: Store) -> None:
    with store.transaction() as tx:
        for n in range(3):
            tx.outbox.append(CASE.id, f"e{n}", "case.opened", {}, T0)
        tx.outbox.mark_published(CASE.id, "e0", 0)
        tx.outbox.mark_published(CASE.id, "e1", 1)
        assert [e.event_id for e in tx.outbox.pending(CASE.id)] == ["e2"]
        assert [e.published_index for e in tx.outbox.all(CASE.id)] == [0, 1, None]


def test_publishing_twice_is_publishing_once(store: Store) -> None:
    with store.transaction() as tx:
        tx.outbox.append(CASE.id, "e0", "case.opened", {}, T0)
        tx.outbox.append(CASE.id, "e1", "case.opened", {}, T0)
        marked = tx.outbox.mark_published(CASE.id, "e0", 0)
        assert tx.outbox.mark_published(CASE.id, "e0", 0) == marked
        with pytest.raises(EvidenceError, match="cannot be leaf 1 too"):
            tx.outbox.mark_published(CASE.id, "e0", 1)
        with pytest.raises(EvidenceError, match=r"leaf 0 .* is another event"):
            tx.outbox.mark_published(CASE.id, "e1", 0)
        with pytest.raises(EvidenceError, match="no event 'e9'"):
            tx.outbox.mark_published(CASE.id, "e9", 9)


def test_a_fraction_has_no_place_in_evidence(store: Store) -> None:
    with store.transaction() as tx, pytest.raises(TypeError):
        tx.outbox.append(CASE.id, "e0", "case.opened", {"n": 0.5}, T0)  # type: ignore[dict-item]


WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bequest.store.boot import open_store
from bequest.store.settings import database_url
store = open_store(Path(sys.argv[1]), database_url())
for n in range(25):
    with store.transaction() as tx:
        at = datetime(2026, 11, 2, tzinfo=UTC)
        tx.outbox.append("acme-2026", f"{sys.argv[2]}-{n}", "case.opened", {"n": n}, at)
        tx.outbox.append("acme-2026", f"both-{n}", "case.opened", {"n": n}, at)
"""


def test_two_processes_write_without_gap_or_double(store: Store) -> None:
    store.close()
    running = [start_python(WRITE, store.home, name) for name in ("one", "two")]
    assert [process.communicate(timeout=60) for process in running] == [("", ""), ("", "")]
    with store.transaction() as tx:
        events = tx.outbox.all(CASE.id)
    assert [e.seq for e in events] == list(range(1, 76))
    assert {e.event_id for e in events} == {f"{who}-{n}" for who in ("one", "two", "both") for n in range(25)}


def test_threads_of_one_process_wait_for_each_other(store: Store) -> None:
    def write(who: str) -> None:
        for n in range(10):
            with store.transaction() as tx:
                tx.outbox.append(CASE.id, f"{who}-{n}", "case.opened", {"n": n}, T0)
        store.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, ("one", "two", "three")))
    with store.transaction() as tx:
        assert [e.seq for e in tx.outbox.all(CASE.id)] == list(range(1, 31))


def test_a_killed_writer_leaves_whole_transactions_only(store: Store) -> None:
    store.close()
    second = 'tx.outbox.append("acme-2026", f"both-{n}"'
    code = WRITE.replace(second, f"print(n, flush=True); n == 7 and input(); {second}")
    writer = start_python(code, store.home, "one")
    assert writer.stdout is not None
    assert [writer.stdout.readline().strip() for _ in range(8)] == [str(n) for n in range(8)]
    writer.kill()
    writer.communicate()
    with store.transaction() as tx:
        assert {e.event_id for e in tx.outbox.all(CASE.id)} == {
            f"{who}-{n}" for who in ("one", "both") for n in range(7)
        }

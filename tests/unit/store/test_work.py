"""Data maps and step runs."""

import pytest
from tests.unit.store.samples import CASE, REAL_CASE, T0, a_data_map, later

from bequest.kernel.errors import StateError
from bequest.store.records import StepRun, StepState
from bequest.store.repositories import Store


def test_a_data_map_gets_a_version_and_comes_back(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.datamaps.latest(CASE.id) is None
        assert tx.datamaps.latest_version(CASE.id) == 0
        assert tx.datamaps.save(CASE.id, a_data_map(3), T0) == 1
        assert tx.datamaps.save(CASE.id, a_data_map(4), T0) == 2
        assert tx.datamaps.latest(CASE.id) == a_data_map(4)
        assert tx.datamaps.version(CASE.id, 1) == a_data_map(3)
        assert tx.datamaps.latest_version(CASE.id) == 2
        assert tx.datamaps.latest(REAL_CASE.id) is None
        with pytest.raises(StateError, match="no data map version 3"):
            tx.datamaps.version(CASE.id, 3)


def test_an_unchanged_data_map_keeps_its_version(store: Store) -> None:
    with store.transaction() as tx:
        assert [tx.datamaps.save(CASE.id, a_data_map(n), T0) for n in (3, 3, 4, 4, 3)] == [1, 1, 2, 2, 3]


def test_a_step_is_started_and_finished(store: Store) -> None:
    with store.transaction() as tx:
        run = tx.steps.start(CASE.id, "discover", "in", T0)
    assert run == StepRun(
        case_id=CASE.id, step="discover", run_number=1, state=StepState.STARTED, input_digest="in", started_at=T0
    )
    with store.transaction() as tx:
        done = tx.steps.finish(run, "out", {"columns": 40, "by_class": {"phone": 3}}, later(seconds=2), 1.5)
    assert (done.state, done.output_digest, done.finished_at) == (StepState.DONE, "out", later(seconds=2))
    assert (done.seconds, done.counts) == (1.5, {"columns": 40, "by_class": {"phone": 3}})
    with store.transaction() as tx:
        assert tx.steps.latest(CASE.id, "discover") == done
        assert tx.steps.latest(CASE.id, "link") is None


def test_finishing_twice_is_finishing_once(store: Store) -> None:
    with store.transaction() as tx:
        run = tx.steps.start(CASE.id, "discover", "in", T0)
        first = tx.steps.finish(run, "out", {"n": 1}, T0, 1.0)
        assert tx.steps.finish(run, "out", {"n": 2}, later(days=1), 9.0) == first
        with pytest.raises(StateError, match="has ended already"):
            tx.steps.finish(run, "other", {}, T0, 1.0)


def test_a_run_that_was_cut_off_is_marked_by_the_next(store: Store) -> None:
    with store.transaction() as tx:
        old = tx.steps.start(CASE.id, "link", "in", T0)
        other = tx.steps.start(CASE.id, "discover", "in", T0)
    with store.transaction() as tx:
        new = tx.steps.start(CASE.id, "link", "in", later(hours=1))
        assert new.run_number == 2
        with pytest.raises(StateError, match=r"run 1 .* \(failed interrupted\)"):
            tx.steps.finish(old, "out", {}, later(hours=2), 1.0)
        tx.steps.finish(other, "out", {}, later(hours=2), 1.0)
        states = [(r.step, r.run_number, r.state, r.error_code) for r in tx.steps.all(CASE.id)]
    assert states == [
        ("link", 1, StepState.FAILED, "interrupted"),
        ("discover", 1, StepState.DONE, ""),
        ("link", 2, StepState.STARTED, ""),
    ]


def test_a_failed_run_is_not_the_latest_that_was_done(store: Store) -> None:
    with store.transaction() as tx:
        done = tx.steps.finish(tx.steps.start(CASE.id, "plan", "a", T0), "out", {}, T0, 1.0)
        failed = tx.steps.fail(tx.steps.start(CASE.id, "plan", "b", T0), "BQ-LAW-1", T0)
        assert tx.steps.fail(failed, "BQ-OTHER-1", T0) == failed
        assert tx.steps.fail(done, "BQ-OTHER-1", T0) == done
        assert tx.steps.latest(CASE.id, "plan") == failed
        assert tx.steps.latest_done(CASE.id, "plan") == done

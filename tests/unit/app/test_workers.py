"""Several workers on one case: real processes that race, stand still and are killed, on both engines."""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connections
from tests.unit.store.samples import CASE, start_python

from bequest.app.context import Context, step
from bequest.app.evidence import open_log
from bequest.kernel.errors import LeaseError, StateError
from bequest.store.records import StepState

ID = CASE.id
CODE = (Path(__file__).parent / "worker.py").read_text(encoding="utf-8")
LEASE = 2.0
Worker = subprocess.Popen[str]
Start = Callable[..., Worker]


@pytest.fixture
def ctx(ctx_on_both: Context) -> Context:
    return ctx_on_both


@pytest.fixture
def start(ctx: Context, tmp_path: Path) -> Iterator[Start]:
    """Starts workers; those left at the end are killed."""
    running: list[Worker] = []

    def begin(name: str, what: str, *more: object) -> Worker:
        running.append(start_python(CODE, ctx.home, ID, name, tmp_path, what, *more))
        assert read(running[-1]) == "ready"
        return running[-1]

    ctx.store.close()
    yield begin
    for worker in running:
        worker.kill()
        worker.communicate()


def read(worker: Worker) -> str:
    assert worker.stdout is not None
    line = worker.stdout.readline().strip()
    assert line, worker.communicate()
    return line


def tell(worker: Worker, text: str = "go") -> None:
    assert worker.stdin is not None
    worker.stdin.write(f"{text}\n")
    worker.stdin.flush()


def ledger(tmp_path: Path) -> list[str]:
    path = tmp_path / "ledger.txt"
    return path.read_text().splitlines() if path.exists() else []


def states(ctx: Context, name: str) -> list[tuple[StepState, str]]:
    with ctx.store.transaction() as tx:
        return [(r.state, r.error_code) for r in tx.steps.all(ID) if r.step == name]


def published(ctx: Context) -> list[str]:
    """Events by their place in the log; every one on record has one place."""
    with ctx.store.transaction() as tx:
        events = tx.outbox.all(ID)
    with open_log(ctx, ID) as log:
        assert log.event_ids() == {e.event_id for e in events}
        assert log.size == len(events)
    places = {e.published_index: e.event_id for e in events}
    assert sorted(places, key=str) == sorted(range(len(events)), key=str)
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    return [e for e in (places[n] for n in range(len(events))) if e.startswith("clock.moved")]


def noted(ctx: Context) -> list[str]:
    """What workers put on record, in order."""
    with ctx.store.transaction() as tx:
        return [e.event_id for e in tx.outbox.all(ID) if e.typ == "clock.moved"]


# nothing twice


def test_of_three_that_begin_together_one_does_the_work_and_the_others_are_refused(
    ctx: Context, start: Start, tmp_path: Path
) -> None:
    for name in ("cutover", "deliver", "destroy"):
        workers = [start(name, "once") for _ in range(3)]
        for worker in workers:
            tell(worker)
        said = sorted(read(worker) for worker in workers)
        assert said.count("did it") == 1, said
        refused = [s for s in said if s != "did it"]
        assert all("is being worked on" in s or "is done already" in s for s in refused), refused
        assert states(ctx, name) == [(StepState.DONE, "")]
    assert len(ledger(tmp_path)) == 9
    assert Counter(published(ctx)) == Counter(
        f"clock.moved:{name}-{n}" for name in ("cutover", "deliver", "destroy") for n in range(3)
    )


def test_two_that_publish_at_once_put_every_event_into_the_log_once_and_in_order(ctx: Context, start: Start) -> None:
    workers = [start(name, "publish") for name in ("one", "two")]
    for worker in workers:
        tell(worker)
    assert [read(worker) for worker in workers] == ["did it", "did it"]
    events = published(ctx)
    assert Counter(events) == Counter(f"clock.moved:{who}-{n}" for who in ("one", "two", "both") for n in range(12))
    assert events == noted(ctx)


# takeover


def test_a_killed_worker_is_overtaken_at_once_even_before_its_parent_takes_note(ctx: Context, start: Start) -> None:
    worker = start("deliver", "batches")
    tell(worker)
    assert read(worker) == "working 1"
    with pytest.raises(LeaseError), step(ctx, ID, "deliver"):
        pass
    worker.kill()
    give_up = time.monotonic() + 10
    while "Z" not in Path(f"/proc/{worker.pid}/stat").read_text() and time.monotonic() < give_up:
        time.sleep(0.01)
    with step(ctx, ID, "deliver") as run:
        assert run.fencing == 2
    assert states(ctx, "deliver") == [(StepState.FAILED, "interrupted"), (StepState.DONE, "")]


def test_a_worker_that_stands_still_is_overtaken_and_writes_nothing_when_it_wakes_up(
    ctx: Context, start: Start, tmp_path: Path
) -> None:
    worker = start("deliver", "batches", LEASE)
    tell(worker)
    assert read(worker) == "working 1"
    tell(worker, "first")
    assert read(worker) == "written"
    worker.send_signal(signal.SIGSTOP)
    with pytest.raises(LeaseError, match="is being worked on"), step(ctx, ID, "deliver"):
        pass
    time.sleep(LEASE * 1.2)
    tell(worker, "second")
    with step(ctx, ID, "deliver") as run:
        assert run.fencing == 2
        worker.send_signal(signal.SIGCONT)
        assert read(worker).startswith(
            "LeaseError: step 'deliver' of case 'acme-2026' is no longer held under number 1"
        )
        assert ledger(tmp_path) == ["1 first"]
        run.guard()
    assert states(ctx, "deliver") == [(StepState.FAILED, "interrupted"), (StepState.DONE, "")]
    assert noted(ctx) == ["clock.moved:deliver-first"]


def test_a_worker_that_works_on_past_its_lease_keeps_it(ctx: Context, start: Start) -> None:
    worker = start("deliver", "batches", LEASE)
    tell(worker)
    assert read(worker) == "working 1"
    time.sleep(LEASE * 1.5)
    with pytest.raises(LeaseError, match="is being worked on"), step(ctx, ID, "deliver"):
        pass


@pytest.mark.parametrize("control_url", ["postgresql"], indirect=True)
def test_a_transaction_that_stands_still_is_ended_by_the_server(ctx: Context, start: Start) -> None:
    worker = start("deliver", "inside", LEASE)
    tell(worker)
    assert read(worker) == "inside"
    worker.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    assert noted(ctx) == []  # waits for its turn
    assert 0.2 < time.monotonic() - began < 10
    time.sleep(LEASE)
    with step(ctx, ID, "deliver"):
        worker.send_signal(signal.SIGCONT)
        tell(worker)
        assert "the connection to the control database was lost" in read(worker)
    assert states(ctx, "deliver")[-1] == (StepState.DONE, "")
    assert noted(ctx) == []


@pytest.mark.parametrize("control_url", ["sqlite"], indirect=True)
def test_a_transaction_that_stands_still_in_the_file_is_said_so_until_it_is_killed(ctx: Context, start: Start) -> None:
    worker = start("deliver", "inside", LEASE)
    tell(worker)
    assert read(worker) == "inside"
    worker.send_signal(signal.SIGSTOP)
    with connections[ctx.store._alias].cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 200")
    with pytest.raises(StateError, match="in use by another process"), ctx.store.transaction():
        pass
    worker.kill()
    assert noted(ctx) == []

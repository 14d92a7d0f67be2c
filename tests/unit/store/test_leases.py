"""Leases: one worker per step, between processes too."""

import os
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from tests.unit.store.samples import CASE, REAL_CASE, T0, later, start_python

from bequest.kernel.errors import LeaseError
from bequest.store.holders import may_be_alive, this_process
from bequest.store.repositories import Store, leases

STEP = "deliver"


def acquire(store: Store, holder: str, **after: int) -> int:
    with store.transaction() as tx:
        return tx.leases.acquire(CASE.id, STEP, holder, later(**after), 60)


def test_who_comes_second_is_told_who_holds_it_and_until_when(store: Store) -> None:
    acquire(store, "one")
    with pytest.raises(LeaseError) as caught:
        acquire(store, "two", seconds=59)
    assert "held by one until 2026-11-02T01:01:00Z" in caught.value.message


def test_the_same_holder_does_not_start_a_step_twice(store: Store) -> None:
    acquire(store, "one")
    with pytest.raises(LeaseError):
        acquire(store, "one")


def test_steps_and_cases_do_not_block_each_other(store: Store) -> None:
    acquire(store, "one")
    with store.transaction() as tx:
        assert tx.leases.acquire(CASE.id, "destroy", "two", T0, 60) == 1
        assert tx.leases.acquire(REAL_CASE.id, STEP, "three", T0, 60) == 1


def test_after_release_the_number_rises(store: Store) -> None:
    first = acquire(store, "one")
    with store.transaction() as tx:
        assert tx.leases.release(CASE.id, STEP, first)
        assert not tx.leases.release(CASE.id, STEP, first)
    assert acquire(store, "two") == first + 1


def test_after_expiry_another_takes_over_and_the_old_one_learns_it(store: Store) -> None:
    old = acquire(store, "one")
    new = acquire(store, "two", seconds=60)
    assert new == old + 1
    with store.transaction() as tx:
        with pytest.raises(LeaseError, match="no longer held under number 1; held by two"):
            tx.leases.check(CASE.id, STEP, old)
        with pytest.raises(LeaseError, match="held by two"):
            tx.leases.heartbeat(CASE.id, STEP, old, later(seconds=61), 60)
        assert not tx.leases.release(CASE.id, STEP, old)
        tx.leases.check(CASE.id, STEP, new)


def test_a_heartbeat_holds_the_step_longer(store: Store) -> None:
    number = acquire(store, "one")
    with store.transaction() as tx:
        assert tx.leases.heartbeat(CASE.id, STEP, number, later(seconds=50), 60) == later(seconds=110)
    with pytest.raises(LeaseError):
        acquire(store, "two", seconds=100)
    assert acquire(store, "two", seconds=110) == number + 1


def test_a_late_heartbeat_keeps_a_step_that_nobody_took(store: Store) -> None:
    number = acquire(store, "one")
    with store.transaction() as tx:
        with pytest.raises(LeaseError, match="ran out at 2026-11-02T01:01:00Z"):
            tx.leases.check(CASE.id, STEP, number, later(seconds=60))
        tx.leases.check(CASE.id, STEP, number)
        tx.leases.heartbeat(CASE.id, STEP, number, later(seconds=70), 60)
        tx.leases.check(CASE.id, STEP, number, later(seconds=71))


def test_a_lease_never_taken_is_not_held(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.leases.get(CASE.id, STEP) is None
        with pytest.raises(LeaseError, match="held by nobody"):
            tx.leases.check(CASE.id, STEP, 1)


def test_a_holder_that_is_certainly_gone_is_not_waited_for(store: Store) -> None:
    acquire(store, "one")
    with store.transaction() as tx:
        with pytest.raises(LeaseError):
            tx.leases.acquire(CASE.id, STEP, "two", T0, 60, is_alive=lambda holder: holder == "one")
        assert tx.leases.acquire(CASE.id, STEP, "two", T0, 60, is_alive=lambda holder: holder != "one") == 2


def test_this_process_is_alive_and_a_killed_one_is_gone() -> None:
    assert may_be_alive(this_process())
    other = start_python("from bequest.store.holders import this_process; print(this_process(), flush=True); input()")
    assert other.stdout is not None
    name = other.stdout.readline().strip()
    assert may_be_alive(name)
    other.kill()
    other.communicate()
    assert not may_be_alive(name)


@pytest.mark.parametrize("name", ["", "somebody", "host//12/3", "host/other-boot.1/99999999/3", "a/b/c/d"])
def test_a_holder_of_whom_nothing_is_known_counts_as_alive(name: str) -> None:
    assert may_be_alive(name)


def test_a_reused_process_id_is_another_process() -> None:
    host, run, pid, started = this_process().split("/")
    assert int(pid) == os.getpid()
    assert not may_be_alive(f"{host}/{run}/{pid}/{int(started) - 1}")


HOLD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from bequest.kernel.errors import LeaseError
from bequest.store.boot import open_store
from bequest.store.settings import database_url
store = open_store(Path(sys.argv[1]), database_url())
print("ready", flush=True)
input()
for _ in range(int(sys.argv[4])):
    try:
        with store.transaction() as tx:
            at = datetime.fromisoformat(sys.argv[3])
            number = tx.leases.acquire("acme-2026", "deliver", sys.argv[2], at, 60)
        print("got", number)
        with store.transaction() as tx:
            tx.leases.check("acme-2026", "deliver", number)
            if sys.argv[4] != "1":
                tx.leases.release("acme-2026", "deliver", number)
    except LeaseError as error:
        print("refused", error.message)
"""


def both(store: Store, rounds: int) -> list[list[str]]:
    """Two processes race for the step; what each of them said."""
    store.close()
    running: list[subprocess.Popen[str]] = [
        start_python(HOLD, store.home, name, T0.isoformat(), rounds) for name in ("one", "two")
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [process.communicate(timeout=60) for process in running]
    assert [err for _, err in ends] == ["", ""]
    return [out.splitlines() for out, _ in ends]


def test_of_two_processes_one_gets_the_step(store: Store) -> None:
    said = sorted(line for lines in both(store, 1) for line in lines)
    assert said[0] == "got 1"
    assert said[1].startswith("refused step 'deliver' of case 'acme-2026' is held by")
    assert acquire(store, "three", minutes=5) == 2


def test_two_processes_that_take_turns_never_get_the_same_number(store: Store) -> None:
    numbers = [int(line.split()[1]) for lines in both(store, 20) for line in lines if line.startswith("got")]
    assert len(numbers) == len(set(numbers))
    assert len(numbers) >= 10  # of forty tries; whoever comes while the other holds it is refused
    assert acquire(store, "three") == max(numbers) + 1


def test_the_name_of_a_holder_carries_no_user_or_command_line() -> None:
    assert len(this_process().split("/")) == 4
    assert sys.executable not in this_process()


# the clock of leases


def now(store: Store, machine: datetime) -> datetime:
    with store.transaction() as tx:
        return tx.leases.now(machine)


def beat(store: Store, at: datetime) -> None:
    with store.transaction() as tx:
        tx.leases.acquire(CASE.id, STEP, "one", at, 60)


def on_a_machine(monkeypatch: pytest.MonkeyPatch, start: str, milliseconds: int | None) -> None:
    monkeypatch.setattr(leases, "machine_start", lambda: start)
    monkeypatch.setattr(leases, "since_start", lambda: milliseconds)


@pytest.mark.parametrize("control_url", ["sqlite"], indirect=True)
def test_in_a_file_time_is_counted_from_the_machines_start(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_machine(monkeypatch, "boot-1", 5_000)
    assert now(store, T0) == T0
    for jump in (later(days=3), later(days=-3)):
        on_a_machine(monkeypatch, "boot-1", 65_000)
        assert now(store, jump) == later(seconds=60)


@pytest.mark.parametrize("control_url", ["sqlite"], indirect=True)
def test_after_another_start_time_never_goes_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    on_a_machine(monkeypatch, "boot-1", 0)
    beat(store, now(store, T0))
    on_a_machine(monkeypatch, "boot-2", 9_000)
    assert now(store, later(days=-1)) == T0
    on_a_machine(monkeypatch, "boot-2", 10_000)
    assert now(store, later(days=-1)) == later(seconds=1)
    on_a_machine(monkeypatch, "boot-3", 1)
    assert now(store, later(days=1)) == later(days=1)


@pytest.mark.parametrize("control_url", ["sqlite"], indirect=True)
def test_where_the_start_is_not_known_the_machines_clock_only_goes_forward(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for start, milliseconds in (("", 5), ("boot-1", None)):
        on_a_machine(monkeypatch, start, milliseconds)
        assert now(store, later(hours=1)) == later(hours=1)
    beat(store, later(hours=1))
    assert now(store, T0) == later(hours=1)


@pytest.mark.parametrize("control_url", ["postgresql"], indirect=True)
def test_on_a_server_time_is_the_servers(store: Store) -> None:
    assert now(store, T0 - timedelta(days=9000)) <= now(store, T0 + timedelta(days=9000))
    assert now(store, T0) - now(store, later(days=9)) < timedelta(seconds=5)

"""What every use case is handed: store, clock, hooks, progress; and the frame around a step."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bequest.app.workspace import Workspace
from bequest.crypto.keys import FileKeyProvider, master_from_file
from bequest.kernel.clock import Clock, MovableClock, SystemClock
from bequest.kernel.errors import BequestError, StateError
from bequest.model.case import Case
from bequest.store.boot import open_store
from bequest.store.holders import may_be_alive, this_process
from bequest.store.records import CaseRecord
from bequest.store.repositories import Store

LEASE_SECONDS = 120
HEARTBEAT_SECONDS = 20
ORDER = ("open", "discover", "link", "plan", "approve", "notify", "cutover", "deliver", "destroy", "close")
ONCE = frozenset({"cutover", "deliver", "destroy", "close"})
"""Steps that happen once: done is done. The others may be repeated until the cutover."""


class Hooks(Protocol):
    """Called at the boundaries of what a step does: later releases hang roles, training and incidents on them."""

    def at(self, case_id: str, point: str) -> None:
        """A boundary is reached; raising stops the step there."""


class NoHooks:
    """Nothing hangs on the boundaries."""

    def at(self, case_id: str, point: str) -> None:
        """Do nothing."""


class Progress(Protocol):
    """Shows people that work goes on."""

    def __call__(self, label: str, done: int, total: int) -> None:
        """`done` of `total` units of `label` are finished."""


def no_progress(label: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(slots=True)
class Context:
    """Handed to every use case. One per process; closed over no case."""

    home: Path
    store: Store
    hooks: Hooks = field(default_factory=NoHooks)
    progress: Progress = no_progress
    system: Clock = field(default_factory=SystemClock)
    holder: str = field(default_factory=this_process)

    def case(self, case_id: str) -> CaseRecord:
        """The case as the store has it."""
        with self.store.transaction() as tx:
            return tx.cases.get(case_id)

    def clock(self, record: CaseRecord) -> Clock:
        """The case's clock: a rehearsal's stands where it was put, a real case's is the machine's."""
        if record.rehearsal and record.clock_at is not None:
            return MovableClock(record.clock_at)
        return self.system

    def now(self, case_id: str) -> datetime:
        """The present instant in the case."""
        return self.clock(self.case(case_id)).now()

    def workspace(self, case_id: str) -> Workspace:
        """The case's working directory."""
        return Workspace(self.home, case_id)

    def keys(self, case_id: str) -> FileKeyProvider:
        """The case's keys, sealed under the home's master key."""
        return FileKeyProvider(self.workspace(case_id).dir("keys"), master_from_file(self.home / "master.key"))


def open_context(home: Path, *, hooks: Hooks | None = None, progress: Progress = no_progress) -> Context:
    """Open the home directory: control database, master key."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home = home.resolve()
    store = open_store(home)
    master_from_file(home / "master.key", create=True)
    return Context(home, store, hooks or NoHooks(), progress)


@dataclass(slots=True)
class Run:
    """A step under way: the case, its clock, the guard that batch writes call, what was counted."""

    ctx: Context
    record: CaseRecord
    step: str
    fencing: int
    at: datetime
    counts: dict[str, int] = field(default_factory=dict)
    output_digest: str = ""
    _beat: float = field(default_factory=time.monotonic)

    @property
    def case(self) -> Case:
        """The case model."""
        return self.record.case

    @property
    def workspace(self) -> Workspace:
        """The case's working directory."""
        return self.ctx.workspace(self.case.id)

    def guard(self) -> None:
        """Check that the lease is still ours, and renew it; called before every batch that changes a source.

        Raises:
            LeaseError: where another process took the step over.
        """
        now = time.monotonic()
        with self.ctx.store.transaction() as tx:
            tx.leases.check(self.case.id, self.step, self.fencing)
            if now - self._beat > HEARTBEAT_SECONDS:
                tx.leases.heartbeat(self.case.id, self.step, self.fencing, self.ctx.system.now(), LEASE_SECONDS)
                self._beat = now

    def hook(self, point: str) -> None:
        """Tell the hooks that a boundary inside the step is reached."""
        self.ctx.hooks.at(self.case.id, f"{self.step}.{point}")


def done_steps(ctx: Context, case_id: str) -> set[str]:
    """Steps of the case that finished."""
    with ctx.store.transaction() as tx:
        return {r.step for r in tx.steps.all(case_id) if r.state == "done"}


def require(ctx: Context, case_id: str, *steps: str) -> None:
    """Refuse where an earlier step is not done.

    Raises:
        StateError: naming the first step that is missing.
    """
    done = done_steps(ctx, case_id)
    for step in steps:
        if step not in done:
            raise StateError(
                f"step {step!r} of case {case_id} is not done", hint=f"Run `bequest {step} {case_id}` first."
            )


@contextmanager
def step(ctx: Context, case_id: str, name: str, *, needs: tuple[str, ...] = ()) -> Iterator[Run]:
    """The frame around a step: prerequisites, lease, run record, hooks.

    Raises:
        StateError: where the step is done and happens once, or an earlier one is missing.
        LeaseError: where another process works on it.
    """
    require(ctx, case_id, *needs)
    done = done_steps(ctx, case_id)
    if name in ONCE and name in done:
        raise StateError(f"step {name!r} of case {case_id} is done", hint=f"See `bequest case show {case_id}`.")
    if name not in ONCE and "cutover" in done and name in ORDER:
        raise StateError(
            f"case {case_id} is past its cutover: {name!r} is closed", hint="Open a new case for later changes."
        )
    record = ctx.case(case_id)
    at = ctx.clock(record).now()
    with ctx.store.transaction() as tx:
        fencing = tx.leases.acquire(case_id, name, ctx.holder, ctx.system.now(), LEASE_SECONDS, is_alive=may_be_alive)
        started = tx.steps.start(case_id, name, "", at)
    run = Run(ctx, record, name, fencing, at)
    began = time.perf_counter()
    try:
        run.hook("started")
        yield run
        run.hook("before_finish")
        with ctx.store.transaction() as tx:
            tx.leases.check(case_id, name, fencing)
            tx.steps.finish(started, run.output_digest, run.counts, at, time.perf_counter() - began)
    except BequestError as e:
        with ctx.store.transaction() as tx:
            tx.steps.fail(started, e.code, at)
        raise
    finally:
        with ctx.store.transaction() as tx:
            tx.leases.release(case_id, name, fencing)


Tick = Callable[[int], None]


def ticker(ctx: Context, label: str, total: int) -> Tick:
    """Counts rows into the progress display."""
    done = 0

    def tick(rows: int) -> None:
        nonlocal done
        done += rows
        ctx.progress(label, min(done, total), total)

    return tick

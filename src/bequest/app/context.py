"""What every use case is handed: store, clock, hooks, progress; and the frame around a step."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bequest.app.home_master import HOME_KEYS, MASTER, HomeMaster
from bequest.app.workspace import Workspace
from bequest.crypto.keys import FileKeyProvider
from bequest.kernel.clock import Clock, MovableClock, SystemClock, local_date, rfc3339
from bequest.kernel.errors import BequestError, InputError, LeaseError, StateError
from bequest.kernel.secret import Secrets
from bequest.model.case import Case
from bequest.store.boot import is_home, open_store
from bequest.store.holders import may_be_alive, this_process
from bequest.store.records import CaseRecord, CaseStatus
from bequest.store.repositories import Store
from bequest.store.transaction import Tx

LEASE_SECONDS = 120
HEARTBEAT_SECONDS = 20
ORDER = ("open", "discover", "link", "plan", "approve", "notify", "cutover", "deliver", "destroy", "close")
DELTA, WAVE = "cutover-delta", "deliver-wave"
AFTER_CUTOVER = frozenset({DELTA, WAVE})
"""Steps that may be repeated between the cutover and the destruction."""
ASSESS = "assess"
"""May be run whenever people are linked and the case is not closed: the register follows each risk to its end."""
LEASED = (*ORDER, "notify-next", DELTA, WAVE, ASSESS)
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
    secrets: Secrets = field(default_factory=Secrets)
    holder: str = field(default_factory=this_process)
    master: HomeMaster = field(init=False)

    def __post_init__(self) -> None:
        self.master = HomeMaster(self.home, self.secrets)

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
        return self.master.keys(self.workspace(case_id).dir("keys"))


def open_context(
    home: Path,
    *,
    hooks: Hooks | None = None,
    progress: Progress = no_progress,
    create: bool = True,
    environ: Mapping[str, str] | None = None,
    database_url: str = "",
) -> Context:
    """Open the home directory: control database, master key. Both are made where `create` is set and there are none.

    `environ`: where the case's references (`env:NAME`) to servers and their passwords are followed.
    `database_url`: the PostgreSQL database in which this home's control database is; without it a file of the home.

    Raises:
        InputError: where the home cannot be used, is not there, or has cases and no master key; see `open_store`.
    """
    if not create and not is_home(home):
        raise InputError(
            f"{home} is no home directory: it holds no cases",
            hint="Name it with --home or BEQUEST_HOME; `bequest case new FILE` makes one with its first case.",
        )
    home = home.resolve()
    store = open_store(home, database_url)
    if not (home / MASTER).exists() and any((*(home / "cases").glob("*/keys/*"), *(home / HOME_KEYS).glob("*"))):
        raise InputError(
            "the master key of this home is missing: no key of its cases can be opened",
            hint=f"Put {MASTER} back from its backup. A new one would open nothing, so none is made.",
        )
    ctx = Context(home, store, hooks or NoHooks(), progress, secrets=Secrets(environ))
    ctx.master.create()
    ctx.master.read()
    return ctx


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
                at = tx.leases.now(self.ctx.system.now())
                tx.leases.heartbeat(self.case.id, self.step, self.fencing, at, LEASE_SECONDS)
                self._beat = now

    def hook(self, point: str) -> None:
        """Tell the hooks that a boundary inside the step is reached, where the lease is still ours.

        Raises:
            LeaseError: where another process took the step over.
        """
        self.guard()
        self.ctx.hooks.at(self.case.id, f"{self.step}.{point}")

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Renew the lease while the block runs: reading a large source can take longer than a lease lasts.

        A process that was killed or stands still renews nothing, and is overtaken.
        """
        over = threading.Event()

        def beat() -> None:
            while not over.wait(HEARTBEAT_SECONDS):
                try:
                    with self.ctx.store.transaction() as tx:
                        at = tx.leases.now(self.ctx.system.now())
                        tx.leases.heartbeat(self.case.id, self.step, self.fencing, at, LEASE_SECONDS)
                except LeaseError:
                    break  # overtaken: the step learns it at its next guard
                except StateError:
                    continue  # the control database is busy or away; a server may come back
            self.ctx.store.close()

        thread = threading.Thread(target=beat, name=f"lease of {self.step}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def done_steps(ctx: Context, case_id: str) -> set[str]:
    """Steps of the case that finished."""
    with ctx.store.transaction() as tx:
        return {r.step for r in tx.steps.all(case_id) if r.state == "done"}


PLANNING = frozenset({"open", "discover", "link", "plan", ASSESS})
"""Steps that only read and decide."""

HOW_TO = {
    "open": "bequest case new FILE",
    "approve": "bequest approve {case} --as PERSON --key FILE",
    "notify": "bequest notify run {case}",
    "cutover": "bequest cutover {case} --confirmed-by PERSON",
    "destroy": "bequest destroy {case} --operator-key FILE --verifier-key FILE --officer-key FILE",
    "close": "bequest close {case} --feedback-to FILE",
}
"""Commands of the steps that need more than `bequest STEP CASE`."""


def how_to(step: str, case_id: str) -> str:
    """The command line of a step."""
    return HOW_TO.get(step, f"bequest {step} {{case}}").format(case=case_id)


def past_steps(tx: Tx, case_id: str) -> set[str]:
    """Steps whose outcome stands: those that finished, and those killed after their outcome was on record."""
    done = {r.step for r in tx.steps.all(case_id) if r.state == "done"}
    status = tx.cases.get(case_id).status
    if status is CaseStatus.CLOSED:
        done.add("close")
    return done | {"cutover"} if status is CaseStatus.CUT_OVER else done


def is_past(ctx: Context, case_id: str, step: str) -> bool:
    """Whether the outcome of a step stands."""
    with ctx.store.transaction() as tx:
        return step in past_steps(tx, case_id)


def require(ctx: Context, case_id: str, *steps: str) -> None:
    """Refuse where an earlier step is not done.

    Raises:
        StateError: naming the first step that is missing.
    """
    done = done_steps(ctx, case_id)
    for step in steps:
        if step not in done:
            who = " by every required role" if step == "approve" else ""
            raise StateError(
                f"step {step!r} of case {case_id} is not done", hint=f"Run `{how_to(step, case_id)}`{who} first."
            )


def require_open(ctx: Context, case_id: str, what: str) -> None:
    """Refuse where the case is past its cutover or closed: what was decided then stands.

    Raises:
        StateError: naming what is no longer possible.
    """
    with ctx.store.transaction() as tx:
        past = past_steps(tx, case_id)
    _refuse_past(past, case_id, what)


def _refuse_past(done: set[str], case_id: str, what: str) -> None:
    for step, past in (("close", "is closed"), ("cutover", "is past its cutover")):
        if step in done:
            raise StateError(
                f"case {case_id} {past}: {what} is no longer possible", hint="Open a new case for later changes."
            )


@contextmanager
def step(ctx: Context, case_id: str, name: str, *, needs: tuple[str, ...] = ()) -> Iterator[Run]:
    """The frame around a step: prerequisites, lease, run record, hooks. One step of a case runs at a time.

    Inside, every transaction of this thread checks the lease first. A step that loses the control database's server
    ends; its lease ends with its process, or runs out.

    Raises:
        StateError: where the step is done and happens once, or an earlier one is missing.
        LeaseError: where another process works on this step or another of the case.
    """
    record = ctx.case(case_id)
    at = ctx.clock(record).now()
    require(ctx, case_id, *needs)
    if name not in PLANNING:
        refuse_struck_off(record.case, at)
    with ctx.store.transaction() as tx:
        _refuse_company(ctx, tx, case_id, name)
        _refuse_ended(tx, case_id, name)
        now = tx.leases.now(ctx.system.now())
        fencing = tx.leases.acquire(case_id, name, ctx.holder, now, LEASE_SECONDS, is_alive=may_be_alive)
        started = tx.steps.start(case_id, name, "", at)
    run = Run(ctx, record, name, fencing, at)
    began = time.perf_counter()
    try:
        with ctx.store.fenced((case_id, name, fencing)):
            with run.alive():
                run.hook("started")
                yield run
                run.hook("before_finish")
            with ctx.store.transaction() as tx:
                tx.steps.finish(started, run.output_digest, run.counts, at, time.perf_counter() - began)
    except Exception as e:
        with suppress(StateError), ctx.store.fenced(None), ctx.store.transaction() as tx:
            tx.steps.fail(started, e.code if isinstance(e, BequestError) else type(e).__name__, at)
        raise
    finally:
        with suppress(StateError), ctx.store.fenced(None), ctx.store.transaction() as tx:
            tx.leases.release(case_id, name, fencing)


def refuse_struck_off(case: Case, at: datetime) -> None:
    """Refuse to act for a company that is no longer on the register.

    Raises:
        StateError: from that day on.
    """
    closes = case.register_closes_on
    if closes is not None and local_date(at, case.timezone) >= closes:
        raise StateError(
            f"case {case.id}: the register closed on {closes}, and nobody can act for {case.transferor.id} any more",
            hint="Where the striking-off was put off, correct register_closes_on and take it over with `bequest case"
            " update`. Else whoever answers for it now (its shareholders, a liquidator whom the court appoints) opens a"
            " case of their own; what is done so far stays in the log.",
        )


def _refuse_ended(tx: Tx, case_id: str, name: str) -> None:
    """Refuse what is done for good; asked under the lock of the lease, for another process may just have finished."""
    done = {r.step for r in tx.steps.all(case_id) if r.state == "done"}
    past = past_steps(tx, case_id)
    if name in AFTER_CUTOVER:
        _refuse_past(past - {"cutover"}, case_id, f"step {name!r}")
        if "destroy" in done:
            raise StateError(f"case {case_id}: the data are deleted", hint="Open a new case for what came later.")
    elif name == ASSESS:
        _refuse_past(past - {"cutover"}, case_id, f"step {name!r}")
    elif name not in ONCE:
        _refuse_past(past, case_id, f"step {name!r}")
    elif name in done:
        raise StateError(
            f"step {name!r} of case {case_id} is done already, and happens once",
            hint=f"`bequest case show {case_id}` says what comes next.",
        )


def _refuse_company(ctx: Context, tx: Tx, case_id: str, name: str) -> None:
    """Refuse while a living process works on any step of the case."""
    now = tx.leases.now(ctx.system.now())
    for other in (name, *(s for s in LEASED if s != name)):
        lease = tx.leases.get(case_id, other)
        if lease is None or lease.released or lease.expires_at <= now or not may_be_alive(lease.holder):
            continue
        machine, _, process = (*lease.holder.split("/"), "", "")[:3]
        raise LeaseError(
            f"step {other!r} of case {case_id} is being worked on by process {process} on {machine}",
            hint="One step of a case runs at a time: wait until it has finished, then run the command again."
            f" If that machine is gone, the step is free after {rfc3339(lease.expires_at)}.",
        )


Tick = Callable[[int], None]


def ticker(ctx: Context, label: str, total: int) -> Tick:
    """Counts rows into the progress display."""
    done = 0

    def tick(rows: int) -> None:
        nonlocal done
        done += rows
        ctx.progress(label, min(done, total), total)

    return tick

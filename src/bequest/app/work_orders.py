"""The worker: takes steps that were ordered in the console and runs them, one after another.

Rules kept:
- an order is one worker's; whose process is gone, or shows no sign of life, is overtaken, and the step goes on where it
  stopped, as every step does;
- what a run has finished is not run again, whoever noted it or did not;
- an error of a step ends its order and not the worker.
"""

import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from bequest.app.context import HEARTBEAT_SECONDS, LEASE_SECONDS, Context
from bequest.app.delta_cutover import run_delta_cutover
from bequest.app.run_assess import run_assess
from bequest.app.run_close import Send, run_close
from bequest.app.run_cutover import run_cutover
from bequest.app.run_deliver import run_deliver
from bequest.app.run_destroy import run_destroy
from bequest.app.run_discover import run_discover
from bequest.app.run_link import run_link
from bequest.app.run_notify import run_notify, send_next
from bequest.app.run_plan import run_plan
from bequest.kernel.errors import BequestError, LeaseError
from bequest.model.case import Role
from bequest.steps.notify.smtp import SmtpServer
from bequest.store.holders import may_be_alive
from bequest.store.order_records import OrderState, StepOrder

LOG = logging.getLogger("bequest.worker")
TELL_EVERY_SECONDS = 1.0
PAUSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Outfit:
    """What a worker was given to run steps with."""

    smtp: SmtpServer | None = None
    portal: str = ""
    """Where customers reach the portal; empty: as the case has it."""
    feedback: Callable[[str], Send] | None = None
    """Of a case, what takes the messages about the result for a carrier."""
    keys: Mapping[Role, Path] = field(default_factory=dict)
    """Private keys of operator, verifier and protection officer: with all three the worker can destroy."""

    @property
    def steps(self) -> frozenset[str]:
        """The steps that this worker can run."""
        able = {Role.OPERATOR, Role.VERIFIER, Role.OFFICER} <= set(self.keys)
        return frozenset(s for s in RUNNERS if s != "destroy" or able)


def _cutover(ctx: Context, order: StepOrder, _: Outfit) -> None:
    run_cutover(ctx, order.case_id, confirmed_by=order.asked_by)


def _delta(ctx: Context, order: StepOrder, _: Outfit) -> None:
    run_delta_cutover(ctx, order.case_id, confirmed_by=order.asked_by)


def _close(ctx: Context, order: StepOrder, given: Outfit) -> None:
    send = given.feedback(order.case_id) if given.feedback else None
    run_close(ctx, order.case_id, send=send, repeatable=True, smtp=given.smtp)


RUNNERS: Mapping[str, Callable[[Context, StepOrder, Outfit], object]] = {
    "discover": lambda ctx, order, _: run_discover(ctx, order.case_id),
    "link": lambda ctx, order, _: run_link(ctx, order.case_id),
    "assess": lambda ctx, order, _: run_assess(ctx, order.case_id),
    "plan": lambda ctx, order, _: run_plan(ctx, order.case_id),
    "notify": lambda ctx, order, given: run_notify(ctx, order.case_id, smtp=given.smtp, portal=given.portal),
    "notify-next": lambda ctx, order, given: send_next(ctx, order.case_id, smtp=given.smtp),
    "cutover": _cutover,
    "cutover-delta": _delta,
    "deliver": lambda ctx, order, _: run_deliver(ctx, order.case_id),
    "deliver-wave": lambda ctx, order, _: run_deliver(ctx, order.case_id, wave=True),
    "destroy": lambda ctx, order, given: run_destroy(ctx, order.case_id, keys=given.keys),
    "close": _close,
}


class _Sign:
    """Tells the control database beside the step that the worker lives and how far it is."""

    def __init__(self, ctx: Context, order: StepOrder, steps: frozenset[str]) -> None:
        self._ctx, self._order, self._steps = ctx, order, steps
        self._now, self._told = ("", 0, 0), ("", -1, -1)
        self._over = threading.Event()

    def __call__(self, label: str, done: int, total: int) -> None:
        """Progress of the step; only remembered here."""
        self._now = (label, done, total)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Tell while the block runs."""
        thread = threading.Thread(target=self._tell, name="progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _tell(self) -> None:
        waited = 0.0
        while not self._over.wait(TELL_EVERY_SECONDS):
            waited += TELL_EVERY_SECONDS
            if self._now == self._told and waited < HEARTBEAT_SECONDS:
                continue
            with suppress(BequestError):  # the control database is busy or away: the next time
                now, waited = self._now, 0.0
                with self._ctx.store.transaction() as tx:
                    at = tx.leases.now(self._ctx.system.now())
                    tx.orders.beat(self._order, at, *now)
                    tx.orders.note_worker(self._ctx.holder, self._steps, at)
                self._told = now
        self._ctx.store.close()


def work_once(ctx: Context, given: Outfit, tell: Callable[[StepOrder], None] = lambda _: None) -> StepOrder | None:
    """Take one order and see it to its end; None where none waits. `tell` hears of it when it is taken."""
    with ctx.store.transaction() as tx:
        at = tx.leases.now(ctx.system.now())
        tx.orders.note_worker(ctx.holder, given.steps, at)
        order = tx.orders.take(ctx.holder, given.steps, at, LEASE_SECONDS, may_be_alive)
    if order is None:
        return None
    tell(order)
    with ctx.store.transaction() as tx:
        was_done = order.tries > 1 and tx.orders.is_done_by(order)
    if was_done:
        _end(ctx, order, OrderState.DONE)
        return order
    sign = _Sign(ctx, order, given.steps)
    try:
        with sign.told():
            RUNNERS[order.step](replace(ctx, progress=sign), order, given)
    except LeaseError as error:  # somebody is at work on the case: later
        _end(ctx, order, OrderState.QUEUED, error)
    except BequestError as error:
        _end(ctx, order, OrderState.FAILED, error)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        LOG.error("a defect: %s in %s, line %s", type(error).__name__, Path(place.filename).stem, place.lineno)
        _end(ctx, order, OrderState.FAILED, defect=type(error).__name__)
    else:
        _end(ctx, order, OrderState.DONE)
    return order


def _end(
    ctx: Context, order: StepOrder, state: OrderState, error: BequestError | None = None, *, defect: str = ""
) -> None:
    with ctx.store.transaction() as tx:
        at = tx.leases.now(ctx.system.now())
        if error is not None:
            tx.orders.end(order, state, at, code=error.code, text=error.message, hint=error.hint)
        else:
            tx.orders.end(order, state, at, code=defect)


def work(ctx: Context, given: Outfit, stop: threading.Event, tell: Callable[[StepOrder], None]) -> None:
    """Run what is ordered until `stop` is set; a step that runs is finished first."""
    try:
        while not stop.is_set():
            try:
                taken = work_once(ctx, given, tell)
            except BequestError as error:  # the control database is away: try again
                LOG.warning("%s", error.message)
                taken = None
            if taken is None or _is_put_back(ctx, taken):
                stop.wait(PAUSE_SECONDS)
    finally:
        with suppress(BequestError), ctx.store.transaction() as tx:
            tx.orders.drop_worker(ctx.holder)


def work_off(ctx: Context, given: Outfit, tell: Callable[[StepOrder], None]) -> None:
    """Run what waits now; until nothing does, or a case is being worked on by somebody else."""
    while (taken := work_once(ctx, given, tell)) is not None and not _is_put_back(ctx, taken):
        pass


def _is_put_back(ctx: Context, order: StepOrder) -> bool:
    with suppress(BequestError), ctx.store.transaction() as tx:
        return any(o.order_id == order.order_id and o.state is OrderState.QUEUED for o in tx.orders.list(order.case_id))
    return True

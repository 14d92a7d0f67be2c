"""Steps ordered in the console, and the workers that take them. Instants are those of the leases' clock."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from bequest.kernel.errors import StateError
from bequest.store import models as rows
from bequest.store.models.scoped import NAME_LENGTH, WORD_LENGTH
from bequest.store.order_records import OPEN, OrderState, StepOrder, WorkerSeen
from bequest.store.register import record_of
from bequest.store.unit import CaseRepository, aware, pack, unpack

_OPEN = [s.value for s in OPEN]
MOST_TEXT = 2000


class Orders(CaseRepository):
    """Orders by case. Every change holds the case's row, so that two workers never take one order."""

    def add(self, case_id: str, step: str, asked_by: str, at: datetime, *, needs_second: bool) -> StepOrder:
        """A new order.

        Raises:
            StateError: while another order of the case is open.
        """
        self._locked_case(case_id)
        if (other := self._in(rows.StepOrder, case_id).filter(state__in=_OPEN).first()) is not None:
            raise StateError(
                f"step {other.step!r} of case {case_id} is ordered already and not finished",
                hint="One step of a case runs at a time: wait until it has ended, or withdraw it while it waits.",
            )
        state = OrderState.WAITING if needs_second else OrderState.QUEUED
        row = rows.StepOrder(
            case_id=case_id, order_id=f"{step}-{self._in(rows.StepOrder, case_id).count() + 1}", step=step,
            asked_by=asked_by, asked_at=aware(at), agreed_by="", state=state.value, state_at=aware(at), runs_before=0,
            tries=0, holder="", label="", done=0, total=0, error_code="", error_text="", error_hint="",
        )  # fmt: skip
        row.save(using=self._unit.alias, force_insert=True)
        return _read(row)

    def agree(self, case_id: str, order_id: str, person: str, at: datetime) -> StepOrder:
        """The second person agrees: a worker may take it.

        Raises:
            StateError: where it does not wait for a second person.
        """
        row = self._row(case_id, order_id, OrderState.WAITING)
        row.agreed_by, row.agreed_at = person, aware(at)
        return self._to(row, OrderState.QUEUED, at)

    def withdraw(self, case_id: str, order_id: str, at: datetime) -> StepOrder:
        """It is not wanted any more.

        Raises:
            StateError: once a worker has taken it.
        """
        return self._to(self._row(case_id, order_id, OrderState.WAITING, OrderState.QUEUED), OrderState.WITHDRAWN, at)

    def take(
        self, holder: str, steps: Iterable[str], at: datetime, ttl_seconds: int, is_alive: Callable[[str], bool]
    ) -> StepOrder | None:
        """The oldest order that waits for a worker or whose worker is gone, now this worker's; None where none is.

        `steps`: those the worker can run. `is_alive`: false for a holder whose process is certainly gone.
        """
        found = self._unit.rows(rows.StepOrder).filter(
            state__in=[OrderState.QUEUED.value, OrderState.RUNNING.value], step__in=list(steps)
        )
        for case_id, order_id in list(found.order_by("state_at", "pk").values_list("case_id", "order_id")):
            self._locked_case(case_id)
            row = self._in(rows.StepOrder, case_id).get(order_id=order_id)
            silent = row.beat_at is None or row.beat_at + timedelta(seconds=ttl_seconds) < aware(at)
            gone = row.state == OrderState.RUNNING.value and (silent or not is_alive(row.holder))
            if row.state != OrderState.QUEUED.value and not gone:
                continue
            if not row.tries:
                row.runs_before = self._in(rows.StepRun, case_id).filter(step=row.step).count()
            row.holder, row.tries, row.beat_at = holder, row.tries + 1, aware(at)
            row.label, row.done, row.total = "", 0, 0
            return self._to(row, OrderState.RUNNING, at)
        return None

    def is_done_by(self, order: StepOrder) -> bool:
        """Whether a run of the step that began after the order was first taken is done: the work is not done twice."""
        runs = self._in(rows.StepRun, order.case_id).filter(step=order.step, run_number__gt=order.runs_before)
        return runs.filter(state="done").exists()

    def beat(self, order: StepOrder, at: datetime, label: str, done: int, total: int) -> bool:
        """Still at work, so far; false where another worker took it over."""
        return bool(
            self._mine(order).update(
                beat_at=aware(at), label=label[:NAME_LENGTH], done=max(done, 0), total=max(total, 0)
            )
        )

    def end(
        self, order: StepOrder, state: OrderState, at: datetime, *, code: str = "", text: str = "", hint: str = ""
    ) -> bool:
        """How it ended, or `queued` to try it again later; false where another worker took it over."""
        return bool(
            self._mine(order).update(
                state=state.value, state_at=aware(at), error_code=code[:WORD_LENGTH], error_text=text[:MOST_TEXT],
                error_hint=hint[:MOST_TEXT],
            )
        )  # fmt: skip

    def list(self, case_id: str) -> tuple[StepOrder, ...]:
        """All orders of the case, in the order they were given."""
        return tuple(_read(row) for row in self._in(rows.StepOrder, case_id).order_by("pk"))

    def note_worker(self, holder: str, steps: Iterable[str], at: datetime) -> None:
        """A worker is there."""
        self._unit.rows(rows.StepWorker).update_or_create(
            holder=holder, defaults={"steps_json": pack(sorted(steps)), "seen_at": aware(at)}
        )

    def drop_worker(self, holder: str) -> None:
        """A worker has ended."""
        self._unit.rows(rows.StepWorker).filter(holder=holder).delete()

    def workers(self, since: datetime) -> tuple[WorkerSeen, ...]:
        """Workers seen since an instant; others are forgotten."""
        table = self._unit.rows(rows.StepWorker)
        return tuple(
            WorkerSeen(r.holder, frozenset(map(str, unpack(r.steps_json))), r.seen_at)  # type: ignore[arg-type]
            for r in table.filter(seen_at__gte=aware(since)).order_by("pk")
        )

    def _mine(self, order: StepOrder) -> QuerySet[rows.StepOrder]:
        return self._in(rows.StepOrder, order.case_id).filter(
            order_id=order.order_id, tries=order.tries, state=OrderState.RUNNING.value
        )

    def _row(self, case_id: str, order_id: str, *states: OrderState) -> rows.StepOrder:
        self._locked_case(case_id)
        row = self._in(rows.StepOrder, case_id).filter(order_id=order_id).first()
        if row is None or row.state not in {s.value for s in states}:
            raise StateError(
                f"there is no order {order_id!r} that waits for this" if row is None else f"the order is {row.state}",
                hint="Load the page anew: somebody else has acted meanwhile.",
            )
        return row

    def _to(self, row: rows.StepOrder, state: OrderState, at: datetime) -> StepOrder:
        row.state, row.state_at = state.value, aware(at)
        row.save(using=self._unit.alias)
        return _read(row)


def _read(row: rows.StepOrder) -> StepOrder:
    return record_of(StepOrder, row)

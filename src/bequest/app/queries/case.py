"""Where a case stands."""

from dataclasses import dataclass

from bequest.app.context import ORDER, Context
from bequest.app.ending import register_warning
from bequest.app.passed_on import PassedOn, passed_on
from bequest.kernel.clock import local_date, rfc3339
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, RELEASES_NOTHING, TELLS_NOBODY, Case, Event
from bequest.store.records import KeyRecord, StepRun, StoreRecord


@dataclass(frozen=True, slots=True)
class CaseOverview:
    """The case, its steps (latest run each), the present instant in it, what comes next."""

    case: Case
    status: str
    revision: int
    now: str
    steps: tuple[StepRun, ...]
    next_step: str
    warning: tuple[str, str] | None = None
    """What to say as the day of striking-off comes near: in Chinese, in English."""
    withdrawals: tuple[PassedOn, ...] = ()
    """Withdrawals and corrections told to receivers after a delivery; those without `done` are outstanding."""


LEFT_OUT: tuple[tuple[frozenset[Event], frozenset[str]], ...] = (
    (MOVES_NOTHING, frozenset({"cutover", "deliver", "destroy"})),
    (RELEASES_NOTHING, frozenset({"deliver"})),
    (ENTRUSTS, frozenset({"destroy"})),
    (TELLS_NOBODY, frozenset({"notify"})),
)
"""Which events have no need of which steps; all others are of every case."""


def steps_of(case: Case) -> tuple[str, ...]:
    """The steps this event has, in their order."""
    without = frozenset[str]().union(*(steps for events, steps in LEFT_OUT if case.event in events))
    return tuple(s for s in ORDER if s not in without)


def case_overview(ctx: Context, case_id: str) -> CaseOverview:
    """Where a case stands."""
    record = ctx.case(case_id)
    with ctx.store.transaction() as tx:
        runs = tx.steps.all(case_id)
    latest = {r.step: r for r in runs}
    done = {r.step for r in runs if r.state == "done"}
    following = next((s for s in steps_of(record.case) if s not in done), "")
    return CaseOverview(
        case=record.case,
        status=record.status.value,
        revision=record.revision,
        now=rfc3339(ctx.clock(record).now()),
        steps=tuple(latest.values()),
        next_step=following,
        warning=register_warning(record.case, local_date(ctx.clock(record).now(), record.case.timezone)),
        withdrawals=passed_on(ctx, case_id),
    )


def key_table(ctx: Context, case_id: str) -> tuple[KeyRecord, ...]:
    """The key table of the case."""
    with ctx.store.transaction() as tx:
        return tuple(tx.keys.list(case_id))


def store_table(ctx: Context, case_id: str) -> tuple[StoreRecord, ...]:
    """Every place of ours that holds values."""
    with ctx.store.transaction() as tx:
        return tuple(tx.stores.list(case_id))

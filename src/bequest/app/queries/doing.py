"""What is being done in a case and how far it is: runs, who is at work, tasks of others, packages, buckets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bequest.app.context import LEASED, Context
from bequest.app.obstacles import Obstacle, obstacles
from bequest.app.reading import open_sources
from bequest.app.run_discover import data_map
from bequest.app.run_plan import load_plans
from bequest.app.tasks import task_list
from bequest.kernel.canonical import Json
from bequest.kernel.clock import local_date
from bequest.store.records import CustodyBucket, LeaseRecord, StepRun
from bequest.store.task_records import TaskRecord

ACTING = ("cutover", "cutover-delta", "deliver", "deliver-wave", "destroy", "close")
"""Steps that change something outside."""
MOST_RUNS = 12


@dataclass(frozen=True, slots=True)
class Doing:
    """The state of a case's acts at an instant."""

    runs: tuple[StepRun, ...]
    """The latest runs of steps that act, newest first."""
    working: tuple[LeaseRecord, ...]
    """Steps that somebody is at work on now."""
    tasks: tuple[TaskRecord, ...]
    buckets: tuple[CustodyBucket, ...]
    progress: Mapping[str, Json]
    """Values gone by source and table, of the destruction under way or done."""
    today: date
    seen_at: datetime


def doing(ctx: Context, case_id: str) -> Doing:
    """How far everything is, read from the record."""
    record = ctx.case(case_id)
    with ctx.store.transaction() as tx:
        now = tx.leases.now(ctx.system.now())
        runs = [r for r in tx.steps.all(case_id) if r.step in ACTING]
        leases = [found for s in LEASED if (found := tx.leases.get(case_id, s)) is not None]
        buckets = tuple(tx.custody.list(case_id))
        destructions = tx.destructions.list(case_id)
    at = ctx.clock(record).now()
    return Doing(
        runs=tuple(runs[::-1][:MOST_RUNS]),
        working=tuple(x for x in leases if not x.released and x.expires_at > now),
        tasks=task_list(ctx, case_id),
        buckets=buckets,
        progress=destructions[-1].counts if destructions else {},
        today=local_date(at, record.case.timezone),
        seen_at=at,
    )


def preflight(ctx: Context, case_id: str) -> tuple[Obstacle, ...]:
    """What stores would refuse when the plan is carried out; asked of them now.

    Raises:
        StateError: before planning.
        SourceError: where a store cannot be asked.
    """
    case = ctx.case(case_id).case
    plans = load_plans(ctx.workspace(case_id), data_map(ctx, case_id))
    return tuple(obstacles(case, open_sources(case, ctx.secrets, may_be_gone=True), plans))

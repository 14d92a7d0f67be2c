"""Delta cutover: rows that came or changed after the mark are decided under the approved table, until none is left.

Decisions D8, D9: nothing that is not decided is passed on or destroyed. Deliver and destroy leave such rows and say so;
this takes them in. It may be repeated until the destruction has begun.
"""

from dataclasses import dataclass

from bequest.app.approve_policy import approved_policy
from bequest.app.context import DELTA, Context, Run, step
from bequest.app.evidence import await_published, publish, record, record_attempt
from bequest.app.fixed import note_fixed
from bequest.app.reading import check_schema, open_sources
from bequest.app.redecide import Again, fix_again
from bequest.app.run_cutover import may_confirm, same_policy, take_inventory
from bequest.app.run_deliver import not_begun
from bequest.app.run_discover import data_map
from bequest.app.run_link import index_and_link
from bequest.app.run_plan import decide_now, load_plans
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import to_json
from bequest.steps.plan.merge import Moved, moved_rows

UNFIXED = "a delta cutover is under way"
"""Mark while rows are taken in: nothing may act on decisions that are half replaced."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What a delta cutover met since the mark, in rows."""

    late: int
    changed: int
    gone: int

    @property
    def is_empty(self) -> bool:
        """Whether everything is as it was at the mark."""
        return not (self.late or self.changed or self.gone)


def run_delta_cutover(ctx: Context, case_id: str, *, confirmed_by: str) -> Delta:
    """Take in what came since the mark; run again until there is nothing more.

    Raises:
        ApprovalError: where it is more than the approval covers.
        GuardError: where the person named may not confirm the cutover.
        StateError: once the destruction has begun.
    """
    with step(ctx, case_id, DELTA, needs=("cutover",)) as run:
        not_begun(ctx, run, "a delta cutover")
        may_confirm(run, confirmed_by)
        found = _take_in(ctx, run, confirmed_by)
        run.counts = {"late": found.late, "changed": found.changed, "gone": found.gone}
        publish(ctx, case_id)
    return found


def _take_in(ctx: Context, run: Run, confirmed_by: str) -> Delta:
    approved = approved_policy(ctx, run.record)
    datamap = data_map(ctx, run.case.id)
    sources = open_sources(run.case, ctx.secrets)
    check_schema(datamap, sources)
    old = load_plans(run.workspace, datamap)
    note_fixed(run.workspace, UNFIXED)
    indexes, linked = index_and_link(ctx, run.case, datamap, sources)
    moved = {key: moved_rows(plan, indexes[key]) for key, plan in old.items()}
    found = _counted(moved)
    run.hook("indexed")
    decided = decide_now(ctx, run.case, datamap, sources, told=True)
    same_policy(ctx, run, approved, decided)
    with ctx.store.transaction() as tx:
        intent, number = record_attempt(
            ctx, tx, run.case.id, EventType.CUTOVER_INTENT, at=run.at, refs={"policy": approved.digest},
            content={"confirmed_by": confirmed_by, "writes_stopped": True, "delta": to_json(found)},
        )  # fmt: skip
    await_published(ctx, run.case.id, intent)
    run.hook("intent_published")
    fix_again(ctx, run, datamap, Again(decided.plans, decided.population, moved), linked)
    inventory = take_inventory(run, datamap, indexes, sources)
    run.hook("before_outcome")
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, run.case.id, EventType.CUTOVER_OUTCOME, number, at=run.at, intent=intent,
            refs={"inventory": inventory.digest}, content=to_json(inventory), counts=run.counts,
        )  # fmt: skip
    note_fixed(run.workspace)
    return found


def _counted(moved: dict[tuple[str, str], Moved]) -> Delta:
    return Delta(
        sum(m.late for m in moved.values()),
        sum(len(m.changed) for m in moved.values()),
        sum(int((m.to < 0).sum()) for m in moved.values()),
    )

"""Decide again after the cutover, under the policy that was approved: answers that came since, rows that came since."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bequest.app.context import Context, Run
from bequest.app.delivered import waves_sent
from bequest.app.evidence import publish, record
from bequest.app.fixed import fixed_mark, note_fixed, refuse_half_done, take_answers
from bequest.app.people_outcomes import disposition_root, main_pairs, seal_feedback
from bequest.app.portal.take import take_waiting
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_indexes, load_linked
from bequest.app.run_plan import decide_now, load_plans, save_plans
from bequest.app.tasks import renew_tasks
from bequest.engine.tableplan import TablePlan
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import digest, short
from bequest.kernel.errors import StateError
from bequest.model.datamap import DataMap
from bequest.model.plan import ColumnCount, Population
from bequest.model.whole import TABLE as WHOLE
from bequest.sources.source import OpenSource
from bequest.steps.link.link import Linked
from bequest.steps.plan.lots import Residues, counts_of
from bequest.steps.plan.merge import Moved, merge_plan

TableKey = tuple[str, str]


def redecide_answers(ctx: Context, run: Run, sources: dict[str, OpenSource]) -> bool:
    """Take the answers that came since the decisions were fixed; whether there were any.

    Killed and run again, it ends the same: the decisions count as fixed only when all is on record.

    Raises:
        StateError: while a delta cutover is cut off half-way.
    """
    refuse_half_done(run.workspace, run.case.id)
    take_waiting(ctx, run.case.id)
    taken = take_answers(run.workspace)
    if taken.mark == fixed_mark(run.workspace):
        return False
    datamap = data_map(ctx, run.case.id)
    with ctx.store.transaction() as tx:
        latest = tx.populations.latest(run.case.id)
    if latest is None:
        raise StateError("nothing is fixed yet", hint=f"Run `bequest cutover {run.case.id}` first.")
    totals = tuple(t for t in latest.population.totals if t.table != WHOLE)
    decided = decide_now(ctx, run.case, datamap, {}, told=True, totals=totals, taken=taken)
    linked = load_linked(run.workspace, run.case, datamap, fixed=True)
    plans = fix_again(ctx, run, datamap, Again(decided.plans, decided.population), linked)
    renew_tasks(ctx, run, decided.stays_whole, plans, sources)
    run.hook("answers_taken")
    note_fixed(run.workspace, taken)
    return True


@dataclass(frozen=True, slots=True)
class Again:
    """What was decided anew; `moved`: where rows stand after a delta cutover."""

    plans: Mapping[TableKey, TablePlan]
    population: Population
    moved: Mapping[TableKey, Moved] = field(default_factory=dict)


def fix_again(ctx: Context, run: Run, datamap: DataMap, again: Again, linked: Linked) -> dict[TableKey, TablePlan]:
    """Join what was decided anew with what has gone out already; fix it and put it on record."""
    old = load_plans(run.workspace, datamap)
    with ctx.store.transaction() as tx:
        sent = waves_sent(tx, run.case.id)
    residues = Residues(next((p.dispositions for p in old.values()), ()))  # none: all stores stay whole
    merged = {
        key: merge_plan(old[key], plan, residues, sent, moved=again.moved.get(key)) for key, plan in again.plans.items()
    }
    return fix_plans(ctx, run, datamap, {k: replace(p, dispositions=residues.dispositions) for k, p in merged.items()},
                     linked, again.population)  # fmt: skip


def fix_plans(
    ctx: Context, run: Run, datamap: DataMap, plans: dict[TableKey, TablePlan], linked: Linked, before: Population,
    *, keep: bool = True,
) -> dict[TableKey, TablePlan]:  # fmt: skip
    """Put plans that replace others after the cutover on record, with everything that follows from them.

    `keep`: they are what is carried out from now on; not where they only say what an erasure has left.
    """
    population = _population(run, datamap, plans, before)
    if keep:
        save_plans(run.workspace, plans)
    pairs = main_pairs(run.case, datamap, plans, linked.n_subjects)["pair"]
    seal_feedback(ctx, run, pairs, linked)
    refs = disposition_root(ctx, run, pairs, linked.anchors)
    with ctx.store.transaction() as tx:
        in_force = tx.policies.in_force(run.case.id)
        if in_force is None:
            raise StateError("no policy is in force", hint="Nothing is decided without an approved policy.")
        counted = tx.populations.add(run.case.id, population, run.at, policy_digest=in_force.digest).digest
        n = f"again-{short(digest([counted, refs]))}"  # the same, where a killed run comes here again
        record(
            ctx, tx, run.case.id, EventType.POPULATION_DECIDED, n, at=run.at,
            refs={"policy": in_force.digest, "population": counted},
            counts={"subjects": population.n_subjects, "records": population.n_records},
        )  # fmt: skip
        record(
            ctx, tx, run.case.id, EventType.DISPOSITION_FIXED, n, at=run.at, refs=refs,
            counts={"subjects": population.n_subjects},
        )  # fmt: skip
    publish(ctx, run.case.id)
    return plans


def _population(run: Run, datamap: DataMap, plans: Mapping[TableKey, TablePlan], before: Population) -> Population:
    """The counts of the plans as they are carried out.

    Raises:
        StateError: where they do not add up to the source counts.
    """
    indexes = load_indexes(run.workspace, datamap)
    counts = [c for c in before.counts if c.table == WHOLE]  # nothing that comes later changes what was decided on them
    shares: list[ColumnCount] = []
    for t in datamap.tables:
        if (t.source, t.name) in plans:
            first, further = counts_of(t, plans[(t.source, t.name)], indexes[(t.source, t.name)])
            counts += first
            shares += further
    made = replace(before, counts=tuple(counts), shares=tuple(shares))
    if made.conserved() or made.lots_conserved():
        raise StateError("the outcomes no longer add up to the source counts", hint="Report this: nothing was done.")
    return made

"""Freeze: approvals in force, windows over, writes stopped; then the last inventory, the last answers, the mark."""

import json
from dataclasses import dataclass

import polars as pl

from bequest.app.approve_policy import approved_policy
from bequest.app.context import Context, Run, step
from bequest.app.decide import Decided
from bequest.app.ending import check_settled
from bequest.app.evidence import publish, record, record_attempt
from bequest.app.fixed import note_fixed, take_answers
from bequest.app.intents import await_published
from bequest.app.people_outcomes import disposition_root, main_pairs, seal_feedback
from bequest.app.portal.take import take_waiting
from bequest.app.preflight import check_papers
from bequest.app.reading import check_schema, open_sources
from bequest.app.run_discover import data_map
from bequest.app.run_link import index_and_link, load_indexes
from bequest.app.run_plan import decide_now, save_plans
from bequest.app.tasks import renew_tasks
from bequest.app.telling import register, window_closes
from bequest.app.whole import whole_marks
from bequest.app.workspace import Workspace
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import to_json
from bequest.kernel.clock import local_date
from bequest.kernel.codec import decode
from bequest.kernel.errors import ApprovalError, GuardError, StateError
from bequest.law.outcomes import is_looser
from bequest.model.case import ALL_STAYS, MOVES_NOTHING, TELLS_NOBODY, Case, Role
from bequest.model.datamap import DataMap
from bequest.model.plan import Policy, Population
from bequest.model.settlement import Unsettled
from bequest.sources.source import OpenSource
from bequest.steps.cutover.mark import (
    IDENTITY,
    FileMark,
    Inventory,
    TableMark,
    final_inventory,
    mark_table,
    read_file_mark,
)
from bequest.steps.plan.diff import NEEDS_APPROVAL, Change, diff, volume_changes
from bequest.store.records import CaseStatus


@dataclass(frozen=True, slots=True)
class CutOver:
    """What the cutover fixed."""

    policy: Policy
    population: Population


def run_cutover(ctx: Context, case_id: str, *, confirmed_by: str) -> CutOver:
    """Confirm that writes have stopped, take the final inventory, decide for good under the approved policy.

    Killed and run again, it ends the same; nothing is looked at anew once the outcome is on record.

    Raises:
        ApprovalError: where the policy is not in force, its date has passed, or a change needs a new approval.
        StateError: where somebody is not told, or a window still runs.
        GuardError: where the person named may not confirm the cutover.
    """
    if ctx.case(case_id).case.event in MOVES_NOTHING:
        raise StateError(
            f"event {ctx.case(case_id).case.event} moves nothing: there is no cutover",
            hint="Go on with `bequest close`.",
        )
    told = ("notify",) if ctx.case(case_id).case.event not in TELLS_NOBODY else ()
    with step(ctx, case_id, "cutover", needs=("approve", *told)) as run:
        done = _on_record(ctx, run) or _cut_over(ctx, run, confirmed_by)
        run.counts = {
            "records": done.population.n_records,
            "subjects": done.population.n_subjects,
            "situations": done.population.n_situations,
            "singletons": done.population.n_singletons,
        }
        run.output_digest = load_inventory(run.workspace).digest
        publish(ctx, case_id)
    return done


def all_classified(case: Case, datamap: DataMap) -> None:
    """Refuse while a column is of no known class: from here on the data map stands, and no certificate could be issued.

    Raises:
        StateError: naming the columns.
    """
    if case.event in ALL_STAYS:
        return  # nothing is destroyed; what nobody classified stays where it is
    unknown = datamap.unknown_columns()
    if unknown and not any(s.what is Unsettled.UNCLASSIFIED for s in case.settlements):
        raise StateError(
            f"nobody has said what these columns hold: {', '.join('.'.join(c) for c in unknown)}",
            hint="After the cutover the data map stands, and while a column is unknown no certificate of destruction is"
            " issued. Say it with `bequest map import`, then link, plan and approve again.",
        )


def _on_record(ctx: Context, run: Run) -> CutOver | None:
    """The cutover of a run that was killed after its outcome was on record."""
    if run.record.status is not CaseStatus.CUT_OVER:
        return None
    with ctx.store.transaction() as tx:
        in_force, population = tx.policies.in_force(run.case.id), tx.populations.latest(run.case.id)
    return CutOver(in_force.policy, population.population) if in_force and population else None


def _cut_over(ctx: Context, run: Run, confirmed_by: str) -> CutOver:
    may_confirm(run, confirmed_by)
    approved = approved_policy(ctx, run.record)
    check_papers(run.case, by="cutover")
    _windows_over(run)
    datamap = data_map(ctx, run.case.id)
    sources = open_sources(run.case, run.ctx.secrets)
    check_schema(datamap, sources)
    all_classified(run.case, datamap)
    linked = index_and_link(ctx, run.case, datamap, sources)
    indexes = load_indexes(run.workspace, datamap, IDENTITY)
    run.hook("indexed")
    take_waiting(ctx, run.case.id)
    taken = take_answers(run.workspace)
    decided = decide_now(ctx, run.case, datamap, sources, told=True, taken=taken)
    same_policy(ctx, run, approved, decided)
    check_settled(run.case, decided.policy, decided.population)
    intent, number = _intent(ctx, run, confirmed_by, approved.digest)  # nothing above changes or fixes anything
    run.hook("intent_published")
    save_plans(run.workspace, decided.plans)
    run.hook("decided")
    inventory = take_inventory(run, datamap, indexes, sources)
    pairs = main_pairs(run.case, datamap, decided.plans, linked.n_subjects)["pair"]
    if run.case.event not in ALL_STAYS:
        seal_feedback(ctx, run, pairs, linked)
    renew_tasks(ctx, run, decided.stays_whole, decided.plans, sources)
    root = disposition_root(ctx, run, pairs, linked.anchors)
    note_fixed(run.workspace, taken)
    run.hook("before_outcome")
    _outcome(ctx, run, (intent, number), approved, decided, inventory, root)
    return CutOver(approved, decided.population)


def may_confirm(run: Run, person_id: str) -> None:
    """Nothing, where the person has the role of confirming that writes have stopped.

    Raises:
        GuardError: where not.
    """
    holders = [p.id for p in run.case.people if Role.CUTOVER in p.roles]
    if person_id not in holders:
        raise GuardError(
            f"{person_id!r} may not confirm the cutover" if person_id else "nobody is named who confirms the cutover",
            hint=f"Give --confirmed-by. The role cutover has in the case file: {', '.join(holders) or 'nobody'}.",
        )


def _windows_over(run: Run) -> None:
    if run.case.event not in TELLS_NOBODY:
        _all_told(run)
    today = local_date(run.at, run.case.timezone)
    planned = run.case.effective_on
    if today < planned:  # a duty to keep that still runs today may be over on the day for which everything was decided
        raise StateError(
            f"too early: everything was decided as of {planned}, and people were told so; today is {today}",
            hint=f"Cut over on {planned} or later, or set an earlier effective_on and plan again.",
        )


def _all_told(run: Run) -> None:
    state = register(run.workspace)
    end = window_closes(run.workspace, run.case)
    if end is None and not state.height:
        raise StateError(
            "nobody is known by name here, and no public notice was published: no window runs",
            hint=f"Tell the people by public notice: `bequest notify publish {run.case.id}`.",
        )
    if end is None:
        missing = state.filter(pl.col("told_on").is_null()).height
        raise StateError(
            f"{missing:,} people are not told yet: no window runs for them",
            hint=f"Enter the carriers' reports with `bequest notify report {run.case.id} FILE`; then tell all others"
            f" by `bequest notify publish {run.case.id}`.",
        )
    today = local_date(run.at, run.case.timezone)
    if today <= end:
        raise StateError(
            f"too early: people may still object until {end}; today is {today}", hint=f"Cut over after {end}."
        )


def _intent(ctx: Context, run: Run, confirmed_by: str, policy_digest: str) -> tuple[str, str]:
    with ctx.store.transaction() as tx:
        intent, number = record_attempt(
            ctx, tx, run.case.id, EventType.CUTOVER_INTENT, at=run.at,
            content={"confirmed_by": confirmed_by, "writes_stopped": True}, refs={"policy": policy_digest},
        )  # fmt: skip
    await_published(ctx, run.case.id, intent)
    return intent, number


def same_policy(ctx: Context, run: Run, approved: Policy, decided: Decided) -> None:
    """Only what was approved may happen: same policy, and volumes within the tolerance."""
    changes: list[Change] = []
    if decided.policy != approved:
        changes = [c for c in diff(approved, decided.policy, is_looser) if c.kind in NEEDS_APPROVAL]
    with ctx.store.transaction() as tx:
        before = _population_of(tx.settings.get("approved_population", case_id=run.case.id))
    if before is not None:
        changes += volume_changes(before, decided.population, approved.tolerance_percent)
    if changes:
        first = changes[0]
        raise ApprovalError(
            f"{len(changes)} changes since the approval need a new one; the first: {first.kind} {first.what} "
            f"({first.before or '—'} → {first.after or '—'})",
            hint="Run `bequest plan`, look at `bequest plan diff`, and have the new policy approved.",
        )


def _population_of(value: object) -> Population | None:
    return decode(Population, value) if isinstance(value, dict) else None


def take_inventory(
    run: Run, datamap: DataMap, indexes: dict[tuple[str, str], pl.DataFrame], sources: dict[str, OpenSource]
) -> Inventory:
    """The final inventory: it is what deliver and destroy go by."""
    marks: list[TableMark] = []
    for table in datamap.tables:
        key = (table.source, table.name)
        if key in indexes:
            marks.append(mark_table(table.source, table.name, [c.name for c in table.columns], indexes[key]))
    files: list[FileMark] = []
    for name, source in sources.items():
        files.extend(read_file_mark(name, path) for path in source.raw_paths() if path.is_file())
    tables, objects = whole_marks(run.workspace)
    inventory = final_inventory([*marks, *tables], [*files, *objects])
    run.workspace.write_json(run.workspace.dir("work") / "mark.json", to_json(inventory))
    return inventory


def load_inventory(workspace: Workspace) -> Inventory:
    """The mark.

    Raises:
        StateError: before the cutover.
    """
    path = workspace.dir("work") / "mark.json"
    if not path.is_file():
        raise StateError("there is no mark yet", hint="Run `bequest cutover` first.")
    return decode(Inventory, json.loads(path.read_text(encoding="utf-8")))


def _outcome(
    ctx: Context, run: Run, attempt: tuple[str, str], approved: Policy, decided: Decided, inventory: Inventory,
    root: dict[str, str],
) -> None:  # fmt: skip
    case_id = run.case.id
    intent, number = attempt
    policy = approved.digest
    with ctx.store.transaction() as tx:
        population = tx.populations.add(case_id, decided.population, run.at, policy_digest=policy).digest
        record(
            ctx, tx, case_id, EventType.POPULATION_DECIDED, "cutover", at=run.at,
            refs={"policy": policy, "population": population},
            counts={"subjects": decided.population.n_subjects, "records": decided.population.n_records},
        )  # fmt: skip
        record(
            ctx, tx, case_id, EventType.DISPOSITION_FIXED, "1", at=run.at, refs=root,
            counts={"subjects": decided.population.n_subjects},
        )  # fmt: skip
        record(
            ctx, tx, case_id, EventType.CUTOVER_OUTCOME, number, at=run.at, intent=intent,
            refs={"inventory": inventory.digest}, content=to_json(inventory),
        )  # fmt: skip
        if run.case.event not in MOVES_NOTHING:
            tx.cases.set_status(case_id, CaseStatus.CUT_OVER, run.at)

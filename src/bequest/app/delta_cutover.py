"""Delta cutover: rows that came or changed after the mark are decided under the approved table, until none is left.

Decisions D8, D9: nothing that is not decided is passed on or destroyed. Deliver and destroy leave such rows and say so;
this takes them in. It may be repeated until the destruction has begun.
"""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from bequest.app.approve_policy import approved_policy
from bequest.app.context import DELTA, Context, Run, step
from bequest.app.evidence import publish, record, record_attempt
from bequest.app.fixed import is_half_done, note_fixed, note_half_done, take_answers
from bequest.app.intents import await_published
from bequest.app.portal.take import take_waiting
from bequest.app.reading import check_schema, open_sources
from bequest.app.redecide import Again, fix_again
from bequest.app.run_cutover import may_confirm, same_policy, take_inventory
from bequest.app.run_deliver import not_begun
from bequest.app.run_discover import data_map
from bequest.app.run_link import index_and_link, load_indexes
from bequest.app.run_plan import decide_now, load_plans
from bequest.app.tasks import renew_tasks
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import to_json
from bequest.kernel.errors import BequestError, StateError
from bequest.model.case import ALL_STAYS
from bequest.steps.cutover.mark import IDENTITY
from bequest.steps.plan.merge import Moved, moved_rows


@dataclass(frozen=True, slots=True)
class Delta:
    """What a delta cutover met since the mark, in rows."""

    late: int
    changed: int
    gone: int
    lists: tuple[str, ...] = ()
    """Tasks whose list of persons is another one now."""

    @property
    def counts(self) -> dict[str, int]:
        """The rows by what they are."""
        return {"late": self.late, "changed": self.changed, "gone": self.gone}

    @property
    def is_empty(self) -> bool:
        """Whether everything is as it was at the mark."""
        return not (self.late or self.changed or self.gone)


def run_delta_cutover(ctx: Context, case_id: str, *, confirmed_by: str) -> Delta:
    """Take in what came since the mark; run again until there is nothing more.

    Raises:
        ApprovalError: where it is more than the approval covers.
        GuardError: where the person named may not confirm the cutover.
        StateError: once the destruction has begun, and where nothing is to be destroyed.
    """
    if (event := ctx.case(case_id).case.event) in ALL_STAYS:
        raise StateError(f"event {event} has no delta cutover", hint="Entrust what came later in another case.")
    with step(ctx, case_id, DELTA, needs=("cutover",)) as run:
        not_begun(ctx, run, "a delta cutover")
        may_confirm(run, confirmed_by)
        found = _take_in(ctx, run, confirmed_by)
        run.counts = found.counts
        publish(ctx, case_id)
    return found


def _take_in(ctx: Context, run: Run, confirmed_by: str) -> Delta:
    approved = approved_policy(ctx, run.record)
    datamap = data_map(ctx, run.case.id)
    sources = open_sources(run.case, ctx.secrets)
    check_schema(datamap, sources)
    old = load_plans(run.workspace, datamap)
    _set_aside(run.workspace)
    try:
        linked = index_and_link(ctx, run.case, datamap, sources)
        indexes = load_indexes(run.workspace, datamap, IDENTITY)
        moved = {key: moved_rows(plan, indexes[key]) for key, plan in old.items()}
        found = _counted(moved)
        run.hook("indexed")
        take_waiting(ctx, run.case.id)
        taken = take_answers(run.workspace)
        decided = decide_now(ctx, run.case, datamap, sources, told=True, taken=taken)
        same_policy(ctx, run, approved, decided)
    except BequestError:
        _put_back(run.workspace)
        raise
    with ctx.store.transaction() as tx:
        intent, number = record_attempt(
            ctx, tx, run.case.id, EventType.CUTOVER_INTENT, at=run.at, refs={"policy": approved.digest},
            content={"confirmed_by": confirmed_by, "writes_stopped": True, "delta": {**found.counts}},
        )  # fmt: skip
    await_published(ctx, run.case.id, intent)
    run.hook("intent_published")
    shutil.rmtree(_aside(run.workspace), ignore_errors=True)  # from here on it can only be finished
    plans = fix_again(ctx, run, datamap, Again(decided.plans, decided.population, moved), linked)
    lists = renew_tasks(ctx, run, decided.stays_whole, plans, sources)
    inventory = take_inventory(run, datamap, indexes, sources)
    run.hook("before_outcome")
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, run.case.id, EventType.CUTOVER_OUTCOME, number, at=run.at, intent=intent,
            refs={"inventory": inventory.digest}, content=to_json(inventory), counts=found.counts,
        )  # fmt: skip
    note_fixed(run.workspace, taken)
    return replace(found, lists=lists)


_REPLACED = ("index", "link", "anchors.parquet", "linked.json", "whole.json", "stays.json", "fairness.json")
"""Below `work`: what is made anew before it is known whether the approval covers it."""
_NOTE = "fixed.json"


def _aside(workspace: Workspace) -> Path:
    return workspace.root / "work" / "before-delta"


def _set_aside(workspace: Workspace) -> None:
    """Keep what the decisions in force stand on until new ones may replace them; a killed run has kept it already."""
    work, aside = workspace.dir("work"), _aside(workspace)
    if not (aside / _NOTE).is_file() and not is_half_done(workspace):
        shutil.rmtree(aside, ignore_errors=True)
        workspace.dir("work", aside.name)
        for name in (n for n in (*_REPLACED, _NOTE) if (work / n).exists()):
            _copy(work / name, aside / name)
    note_half_done(workspace)


def _put_back(workspace: Workspace) -> None:
    """As it was before; where a killed run had already replaced decisions there is no way back, only on."""
    work, aside = workspace.dir("work"), _aside(workspace)
    if (aside / _NOTE).is_file():
        for name in (n for n in (*_REPLACED, _NOTE) if (aside / n).exists()):
            shutil.rmtree(work / name, ignore_errors=True)
            _copy(aside / name, work / name)
        shutil.rmtree(aside)


def _copy(this: Path, to: Path) -> None:
    """Copies of files that are only ever replaced, never written into."""
    if this.is_dir():
        shutil.copytree(this, to)
    else:
        write_file(to, this.read_bytes())


def _counted(moved: dict[tuple[str, str], Moved]) -> Delta:
    return Delta(
        sum(m.late for m in moved.values()),
        sum(len(m.changed) for m in moved.values()),
        sum(int((m.to < 0).sum()) for m in moved.values()),
    )

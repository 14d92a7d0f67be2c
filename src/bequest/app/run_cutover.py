"""Freeze: approvals in force, windows over, writes stopped; then the last inventory, the last answers, the mark."""

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from bequest.app.approve_policy import approved_policy
from bequest.app.context import Context, Run, step
from bequest.app.decide import MAIN_CLASSES, Decided
from bequest.app.evidence import await_published, keep_statement, platform_signer, publish, record, record_attempt
from bequest.app.reading import check_schema, open_sources
from bequest.app.run_discover import data_map
from bequest.app.run_link import index_and_link
from bequest.app.run_notify import keep_place, read_sealed_frame
from bequest.app.run_plan import decide_now, save_plans
from bequest.app.tasks import open_tasks
from bequest.app.telling import people_of, register
from bequest.app.whole import whole_marks
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import hmac_sha256
from bequest.crypto.sealing import write_sealed
from bequest.engine.tableplan import DECISION_PREFIX
from bequest.evidence.disposition_tree import DispositionTree
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import to_json
from bequest.kernel.clock import local_date
from bequest.kernel.codec import decode
from bequest.kernel.errors import ApprovalError, GuardError, StateError
from bequest.law.outcomes import is_looser
from bequest.model.case import MOVES_NOTHING, Role
from bequest.model.datamap import DataMap, FieldClass
from bequest.model.disposition import Release, Residue
from bequest.model.plan import Policy, Population
from bequest.sources.source import OpenSource
from bequest.steps.close.feedback import outbox_rows, outcome_of
from bequest.steps.cutover.mark import FileMark, Inventory, TableMark, final_inventory, mark_table, read_file_mark
from bequest.steps.link.link import Linked
from bequest.steps.notify.ladder import window_end
from bequest.steps.plan.diff import NEEDS_APPROVAL, Change, diff, volume_changes
from bequest.store.records import CaseStatus

FEEDBACK_DAYS = 30


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
    with step(ctx, case_id, "cutover", needs=("approve", "notify")) as run:
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


def _on_record(ctx: Context, run: Run) -> CutOver | None:
    """The cutover of a run that was killed after its outcome was on record."""
    if run.record.status is not CaseStatus.CUT_OVER:
        return None
    with ctx.store.transaction() as tx:
        in_force, population = tx.policies.in_force(run.case.id), tx.populations.latest(run.case.id)
    return CutOver(in_force.policy, population.population) if in_force and population else None


def _cut_over(ctx: Context, run: Run, confirmed_by: str) -> CutOver:
    _may_confirm(run, confirmed_by)
    approved = approved_policy(ctx, run.record)
    _windows_over(run)
    datamap = data_map(ctx, run.case.id)
    sources = open_sources(run.case, run.ctx.secrets)
    check_schema(datamap, sources)
    indexes, linked = index_and_link(ctx, run.case, datamap, sources)
    run.hook("indexed")
    decided = decide_now(ctx, run.case, datamap, sources, told=True)
    _same_policy(ctx, run, approved, decided)
    intent, number = _intent(ctx, run, confirmed_by, approved.digest)  # nothing above changes or fixes anything
    run.hook("intent_published")
    save_plans(run.workspace, decided)
    run.hook("decided")
    inventory = _inventory(run, datamap, indexes, sources)
    _seal_feedback(ctx, run, decided, linked)
    open_tasks(ctx, run, decided.stays_whole, dict(decided.plans), sources)
    root = _disposition_root(ctx, run, decided, linked.anchors)
    run.hook("before_outcome")
    _outcome(ctx, run, (intent, number), approved, decided, inventory, root)
    return CutOver(approved, decided.population)


def _may_confirm(run: Run, person_id: str) -> None:
    holders = [p.id for p in run.case.people if Role.CUTOVER in p.roles]
    if person_id not in holders:
        raise GuardError(
            f"{person_id!r} may not confirm the cutover" if person_id else "nobody is named who confirms the cutover",
            hint=f"Give --confirmed-by. The role cutover has in the case file: {', '.join(holders) or 'nobody'}.",
        )


def _windows_over(run: Run) -> None:
    state = register(run.workspace)
    end = window_end(state, run.case.window)
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
    planned = run.case.effective_on
    if today < planned:  # a duty to keep that still runs today may be over on the day for which everything was decided
        raise StateError(
            f"too early: everything was decided as of {planned}, and people were told so; today is {today}",
            hint=f"Cut over on {planned} or later, or set an earlier effective_on and plan again.",
        )


def _intent(ctx: Context, run: Run, confirmed_by: str, policy_digest: str) -> tuple[str, str]:
    with ctx.store.transaction() as tx:
        intent, number = record_attempt(
            ctx, tx, run.case.id, EventType.CUTOVER_INTENT, at=run.at,
            content={"confirmed_by": confirmed_by, "writes_stopped": True}, refs={"policy": policy_digest},
        )  # fmt: skip
    await_published(ctx, run.case.id, intent)
    return intent, number


def _same_policy(ctx: Context, run: Run, approved: Policy, decided: Decided) -> None:
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


def _inventory(
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
    files.extend(whole_marks(run.workspace))
    inventory = final_inventory(marks, files)
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


def main_pairs(decided: Decided, n_subjects: int) -> pl.DataFrame:
    """Per subject the pair of the main record: `subject`, `release`, `residue` of the first releasable column."""
    parts = []
    for plan_key, plan in decided.plans.items():
        table = decided.planned[plan_key].table
        if table.record_class not in MAIN_CLASSES:
            continue
        main = next((c for c in table.columns if c.cls is FieldClass.PERSON_NAME), table.columns[0])
        pairs = [f"{d.release.value} {d.residue.value}" for d in plan.dispositions]
        parts.append(
            plan.rows.select(
                "subject",
                pl.lit(MAIN_CLASSES.index(table.record_class), pl.UInt8).alias("rank"),
                pl.col(DECISION_PREFIX + main.name)
                .replace_strict(dict(enumerate(pairs)), return_dtype=pl.Utf8)
                .alias("pair"),
            ).drop_nulls("subject")
        )
    everyone = pl.DataFrame({"subject": pl.Series(range(n_subjects), dtype=pl.UInt32)})
    if not parts:
        return everyone.with_columns(pl.lit("none in_use").alias("pair"))
    best = (
        pl.concat(parts)
        .sort("subject", "rank", maintain_order=True)
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", "pair")
    )
    return everyone.join(best, on="subject", how="left", maintain_order="left").with_columns(
        pl.col("pair").fill_null("follows record")
    )


def _disposition_root(ctx: Context, run: Run, decided: Decided, anchors: pl.Series) -> dict[str, str]:
    """The disposition tree over all people, one line each, hidden by salts: digests of root and statement."""
    evidence_key = ctx.keys(run.case.id).get("evidence")
    pairs = main_pairs(decided, len(anchors))["pair"].to_list()
    entries = (
        (anchor, hmac_sha256(evidence_key, b"disp-salt\0" + anchor), pair)
        for anchor, pair in zip(anchors.to_list(), pairs, strict=True)
    )
    tree = DispositionTree(entries)
    root = tree.root.hex()
    write_file(run.workspace.dir("work") / "disposition.leaves", b"".join(tree.leaves()))
    counts: dict[str, int] = {}
    for pair in pairs:
        counts[pair.replace(" ", "_")] = counts.get(pair.replace(" ", "_"), 0) + 1
    statement = Statement(
        "DispositionRoot",
        (Subject("urn:bequest:disposition-tree", root),),
        {"root": root, "subjects": len(pairs), "byPair": {k: (v if v >= 10 else "<10") for k, v in counts.items()}},
    )
    path = run.workspace.dir("statements") / "disposition-root.dsse.json"
    envelope = keep_statement(path, statement, [platform_signer(ctx, run.case.id)])
    return {"root": root, "statement": hashlib.sha256(envelope).hexdigest()}


def _seal_feedback(ctx: Context, run: Run, decided: Decided, linked: Linked) -> None:
    """Addresses for the feedback after the destruction, sealed before the sources lose them."""
    people = read_sealed_frame(
        ctx, run.case.id, run.workspace.dir("letters") / "contacts.sealed", "bodies", b"contacts"
    )
    state = register(run.workspace)
    contacts = (
        people.join(state.select("ref", "public_only"), on="ref")
        .filter(~pl.col("public_only"))
        .join(people_of(run.workspace, linked), on="ref")
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", "name", "phone", "email")
    )
    words = main_pairs(decided, linked.n_subjects)["pair"].replace_strict(
        _outcome_words(), default=None, return_dtype=pl.Utf8
    )
    rows = outbox_rows(contacts, words)
    buffer = io.BytesIO()
    rows.write_parquet(buffer)
    folder = run.workspace.dir("stores", "outbox")
    path = folder / "feedback.sealed"
    write_sealed(path, [buffer.getvalue()], ctx.keys(run.case.id).get("outbox"), b"feedback")
    keep_place(
        ctx, run.case.id, "stores/outbox", path,
        content="办结反馈的联系方式 / addresses for the one-time feedback", ground="PIPL-22, PIPL-47",
        key="outbox", ends_on=local_date(run.at, run.case.timezone) + timedelta(days=FEEDBACK_DAYS),
    )  # fmt: skip


def _outcome_words() -> dict[str, str]:
    return {f"{a.value} {b.value}": outcome_of(a, b).value for a in Release for b in Residue}


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

"""Decide, propose the policy, compare, explain."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from bequest.app.context import Context, step
from bequest.app.decide import Decided, decide_case
from bequest.app.evidence import publish, record
from bequest.app.exporting import count_exported, save_exported
from bequest.app.fairness import compare_plan, keep_as_proposed, kept_fairness, save_fairness
from bequest.app.fixed import Taken
from bequest.app.known import known_input
from bequest.app.law import pack_of
from bequest.app.preflight import (
    check_anonymising,
    check_people,
    check_receivers,
    check_reductions,
    check_watermarks,
)
from bequest.app.reading import check_schema, count_values, open_sources
from bequest.app.run_discover import data_map
from bequest.app.run_link import load_linked
from bequest.app.whole import save_stays, save_whole, take_stock, whole_files
from bequest.app.workspace import Workspace
from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels.cmac import tokens
from bequest.engine.rows import row_tag_prefix
from bequest.engine.tableplan import TablePlan
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import short, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import CaseFileError, DataMapError, InputError, StateError
from bequest.law.crime import Meter, crime_meter
from bequest.law.outcomes import is_looser
from bequest.model.case import Case, LegalRoute
from bequest.model.datamap import DataMap, FieldClass, TableMap
from bequest.model.disposition import CellDecision, Disposition, Release
from bequest.model.plan import ColumnTotal, Policy, Population, SituationKey
from bequest.sources.source import OpenSource
from bequest.steps.link.link import Linked
from bequest.steps.plan.diff import Change, diff

TableKey = tuple[str, str]


def decide_now(
    ctx: Context, case: Case, datamap: DataMap, sources: dict[str, OpenSource], *, told: bool,
    totals: tuple[ColumnTotal, ...] | None = None, taken: Taken | None = None,
) -> Decided:  # fmt: skip
    """The case decided on what is known now; `told` where notices count as they stand, not as planned.

    `taken`: the answers to go by, where they were taken beforehand; otherwise those of this moment.

    `totals` are the source counts of rows where they were taken already: after the cutover sources may hold less, and
    whole stores and files are those of the mark, whatever lies in their place now.

    Raises:
        StateError: where outcomes do not add up to the source counts.
    """
    workspace = ctx.workspace(case.id)
    linked = load_linked(workspace, case, datamap, fixed=totals is not None)
    if totals is None:
        save_whole(workspace, take_stock(ctx, case), whole_files(case, sources))
    counted = count_values(ctx, datamap, sources) if totals is None else totals
    given = known_input(workspace, case, datamap, linked, counted, told=told, taken=taken)
    decided = decide_case(given)
    save_stays(workspace, decided.stays_whole)
    check_sums(case.id, decided.population)
    save_fairness(workspace, compare_plan(case, decided, given.indexes, linked.n_subjects, told=told))
    save_exported(workspace, count_exported(case, decided, linked, given.indexes))
    return decided


def check_sums(case_id: str, population: Population) -> None:
    """Refuse outcomes that do not add up to the source counts, on the whole or lot by lot.

    Raises:
        StateError: naming the first that does not.
    """
    apart = population.lots_conserved()
    if apart:
        raise StateError(f"lot {apart[0][0]} does not add up in {apart[0][1]}.{apart[0][2]}", hint="Report this.")
    wrong = population.conserved()
    if wrong:
        source, table, column, got, want = wrong[0]
        raise StateError(
            f"{source}.{table} changed after linking: column {column} had {got:,} values then and has {want:,} now"
            + (f" ({len(wrong)} columns differ)" if len(wrong) > 1 else ""),
            hint=f"Run `bequest link {case_id}` again, best when nobody writes to the source.",
        )


def run_plan(ctx: Context, case_id: str) -> Decided:
    """Decide every situation and propose the policy; nothing happens to any data."""
    with step(ctx, case_id, "plan", needs=("link",)) as run:
        datamap = data_map(ctx, case_id)
        sources = open_sources(run.case, run.ctx.secrets)
        check_schema(datamap, sources)
        check_receivers(run.case)
        check_people(run.case)
        check_reductions(datamap)
        check_anonymising(run.case, datamap)
        check_watermarks(run.case, datamap)
        decided = decide_now(ctx, run.case, datamap, sources, told=False)
        _no_empty_lot(run.case, decided)
        save_plans(run.workspace, decided.plans)
        fair = kept_fairness(run.workspace)
        compared = keep_as_proposed(run.workspace, fair)
        with ctx.store.transaction() as tx:
            digest = tx.policies.add(case_id, decided.policy, run.at).digest
            counted = tx.populations.add(case_id, decided.population, run.at, policy_digest=digest).digest
            record(
                ctx, tx, case_id, EventType.POLICY_PROPOSED,
                f"{short(digest, 20)}-{short(counted, 20)}-{short(compared, 20)}", at=run.at,
                refs={"policy": digest, "law-pack": decided.policy.law_pack_digest, "fairness": compared},
                counts={
                    "situations": decided.population.n_situations,
                    "lines": len(decided.policy.rows),
                    "unexplained": len(fair.findings),
                },
            )  # fmt: skip
        p = decided.population
        run.counts = {
            "records": p.n_records,
            "subjects": p.n_subjects,
            "situations": p.n_situations,
            "singletons": p.n_singletons,
            "lines": len(decided.policy.rows),
            "values": sum(t.values for t in p.totals),
            "unexplained": len(fair.findings),
        }
        run.output_digest = digest
    publish(ctx, case_id)
    return decided


def crime_meters(case: Case, population: Population) -> tuple[Meter, ...]:
    """What would be provided under Art. 23, held against the numbers from which it is serious without a lawful ground.

    Empty where no lot is on that route: succession is a lawful ground of its own.
    """
    by_consent = {lot.id for lot in case.lots if lot.legal_route is LegalRoute.PIPL_23}
    items: dict[FieldClass, int] = {}
    for c in population.counts:
        if c.lot in by_consent and c.release is not Release.NONE and c.cls is not FieldClass.NOT_PI:
            items[c.cls] = items.get(c.cls, 0) + c.values
    return crime_meter(pack_of(case), items, on=case.effective_on)


def _no_empty_lot(case: Case, decided: Decided) -> None:
    """Refuse a lot that holds nothing: a slip in its scope would otherwise pass nobody on, and be approved."""
    met = {lot for plan in decided.plans.values() for lot in plan.lots()}
    for lot in case.lots:
        if lot.scope and lot.id not in met:
            places = ", ".join(f"{s.source}.{s.table}.{s.column}" for s in lot.scope)
            raise CaseFileError(
                f"lot {lot.id} is empty: no row has one of its values in {places}",
                hint="Correct the values after `in` in the case file, take it over with `bequest case update`, then"
                f" `bequest link {case.id}`.",
            )


def save_plans(workspace: Workspace, plans: Mapping[TableKey, TablePlan]) -> None:
    """Keep the decided rows for the steps that act: valid only once all are there.

    Plans whose dispositions only continue those on disk replace these table by table: they are valid at every moment.
    """
    note = workspace.dir("work", "decided") / "dispositions.json"
    dispositions = next((p.dispositions for p in plans.values()), ())
    known = _dispositions(note) if note.is_file() else ()
    continued = bool(known) and dispositions[: len(known)] == known
    if continued:
        workspace.write_json(note, to_json(dispositions))
    else:
        note.unlink(missing_ok=True)
    for (source, table), plan in plans.items():
        shares = workspace.table_file("decided", source, f"{table}.shares")
        if plan.shares.height:
            workspace.write(shares, plan.shares)
        else:
            shares.unlink(missing_ok=True)
        workspace.write(workspace.table_file("decided", source, table), plan.rows)
    if not continued:
        workspace.write_json(note, to_json(dispositions))


def _dispositions(note: Path) -> tuple[Disposition, ...]:
    return tuple(decode(Disposition, d) for d in json.loads(note.read_text(encoding="utf-8")))


def load_plans(workspace: Workspace, datamap: DataMap) -> dict[TableKey, TablePlan]:
    """The decided rows as saved."""
    path = workspace.dir("work", "decided") / "dispositions.json"
    if not path.is_file():
        raise StateError("nothing is decided yet, or deciding was cut off", hint="Run `bequest plan` again.")
    dispositions = _dispositions(path)
    return {
        (t.source, t.name): TablePlan(
            t.source,
            t.name,
            t.columns,
            t.key,
            t.relations,
            dispositions,
            workspace.read(workspace.table_file("decided", t.source, t.name), "plan"),
            _shares(workspace, t),
            t.anonymise.k if t.anonymise else 0,
        )
        for t in datamap.tables
        if t.in_case
    }


def _shares(workspace: Workspace, table: TableMap) -> pl.DataFrame:
    path = workspace.table_file("decided", table.source, f"{table.name}.shares")
    return workspace.read(path, "plan") if path.is_file() else pl.DataFrame()


def plan_diff(ctx: Context, case_id: str) -> tuple[Policy | None, Policy, tuple[Change, ...]]:
    """What changed from the approved policy (or the one before) to the latest.

    Raises:
        StateError: where nothing is planned.
    """
    with ctx.store.transaction() as tx:
        heads = tx.policies.list(case_id)
        approved = tx.policies.in_force(case_id)
        if not heads:
            raise StateError(f"case {case_id} has no policy", hint=f"Run `bequest plan {case_id}` first.")
        latest = tx.policies.get(case_id, heads[-1].digest).policy
        earlier = approved.digest if approved else heads[-2].digest if len(heads) > 1 else ""
        old = tx.policies.get(case_id, earlier).policy if earlier else None
    if old is None or earlier == heads[-1].digest:
        return old, latest, ()
    return old, latest, diff(old, latest, is_looser)


@dataclass(frozen=True, slots=True)
class ColumnExplanation:
    """Why a column of a row, or of a whole table, ends as it does."""

    column: str
    situation: SituationKey
    said: CellDecision
    after: Disposition
    rows: int
    reduced_by: str = ""
    """What the data map says of how to reduce it."""


def explain_row(ctx: Context, case_id: str, source: str, table: str, row_key: str) -> tuple[ColumnExplanation, ...]:
    """Why each column of one row ends as it does; the access is logged.

    Raises:
        InputError: where the table or the row is not in the case.
    """
    mapped = _table_in_case(ctx, case_id, source, table)
    if not row_key:
        raise InputError("the key of the row is missing", hint=f"Write --person {source}.{table}:KEY.")
    decided, _ = decided_as_known(ctx, case_id)
    planned = decided.planned[(source, table)]
    ecb = aes_ecb(ctx.keys(case_id).get("link"))
    tag = tokens(pl.Series([row_key]), ecb, row_tag_prefix(source, table))[0]
    rows = decided.plans[(source, table)].rows.filter(pl.col("row_tag") == tag)["row_no"]
    if not len(rows):
        raise InputError(
            f"there was no row with that key in {source}.{table} when it was linked",
            hint=f"Rows there are known by {' and '.join(mapped.key) or 'their number, counted from 0'}.",
        )
    situation = int(planned.situation[rows[0]])
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        n = len(tx.outbox.all(case_id))
        record(ctx, tx, case_id, EventType.ACCESS_READ, f"explain-{n}", at=at)
    publish(ctx, case_id)
    found = [(planned, situation)]
    if (source, table) in decided.shares:
        places = np.flatnonzero(decided.facts.shares[(source, table)].rows == rows[0])
        share = decided.shares[(source, table)]
        found += [(share, int(share.situation[at])) for at in places.tolist()]
    return tuple(
        ColumnExplanation(c.name, p.keys[s], p.decisions[s][i], p.after[s][i], 1, c.reduced_by)
        for p, s in found
        for i, c in enumerate(p.table.columns)
    )


def explain_field(ctx: Context, case_id: str, source: str, table: str, column: str) -> tuple[ColumnExplanation, ...]:
    """Every situation in which values of a column stand, with the number of rows, most first.

    Raises:
        DataMapError: where there is no such column in the case.
    """
    names = [c.name for c in _table_in_case(ctx, case_id, source, table).columns]
    if column not in names:
        raise DataMapError(
            f"there is no column {column!r} in {source}.{table}" if column else "the column is missing",
            hint=f"Write --field {source}.{table}.COLUMN; columns: {', '.join(names)}.",
        )
    planned = decided_as_known(ctx, case_id)[0].planned[(source, table)]
    i = names.index(column)
    sizes = pl.Series("s", planned.situation).value_counts(sort=True)
    return tuple(
        ColumnExplanation(
            column,
            planned.keys[s],
            planned.decisions[s][i],
            planned.after[s][i],
            n,
            planned.table.columns[i].reduced_by,
        )
        for s, n in sizes.iter_rows()
    )


def _table_in_case(ctx: Context, case_id: str, source: str, table: str) -> TableMap:
    known = {(t.source, t.name): t for t in data_map(ctx, case_id).tables}
    found = known.get((source, table))
    if found is None or not found.in_case:
        why = "is not one the case decides on" if found else "is not known"
        tables = ", ".join(f"{s}.{t}" for (s, t), m in known.items() if m.in_case)
        raise InputError(f"table {source}.{table} {why}", hint=f"Write source.table; tables: {tables}.")
    return found


def decided_as_known(ctx: Context, case_id: str) -> tuple[Decided, Linked]:
    """The case decided on what is known now, without reading a source; nothing is kept. And who is who."""
    case = ctx.case(case_id).case
    datamap = data_map(ctx, case_id)
    workspace = ctx.workspace(case_id)
    with ctx.store.transaction() as tx:
        population = tx.populations.latest(case_id)
        cut = any(r.step == "cutover" and r.state == "done" for r in tx.steps.all(case_id))
    linked = load_linked(workspace, case, datamap, fixed=cut)
    totals = population.population.totals if population else ()
    given = known_input(workspace, case, datamap, linked, totals, told=cut)
    return decide_case(replace(given, whole_stores=())), linked  # the totals hold theirs already

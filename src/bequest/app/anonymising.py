"""Anonymising in place, around the erasing: what a server would refuse, the key of the tokens, what it came to."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bequest.app.context import Context, Run
from bequest.app.open_case import make_keys
from bequest.app.run_close import destroy_key
from bequest.engine.tableplan import TablePlan
from bequest.model.anonymising import Way, chosen
from bequest.model.case import SERVERS, Case, SourceKind
from bequest.model.datamap import TableMap
from bequest.model.destruction import AnonymisedTable
from bequest.sources.emptying import cannot_change, refused_columns
from bequest.sources.source import OpenSource, TableInfo
from bequest.steps.destroy.alike import measure
from bequest.steps.destroy.erase import ErasureResult, check_anonymise
from bequest.steps.destroy.erase_pass import EraseKeys

TableKey = tuple[str, str]
KEY = "anonymise"


def is_wanted(plan: TablePlan) -> bool:
    """Whether any row of a table is to be anonymised."""
    return bool(plan.rows.height and plan.rows.select(plan.anonymises().any()).item())


def refused_in_place(plan: TablePlan, info: TableInfo) -> dict[str, str]:
    """Columns that a server would not let be anonymised, and why: codes as of `refused_columns`, `unique`, `key`."""
    ways = {c.name: chosen(c).way for c in plan.columns if c.name not in plan.key and chosen(c).writes}
    refused = refused_columns(info, [n for n, way in ways.items() if way is Way.DROP])
    for c in info.columns:
        way = ways.get(c.name)
        if way is None:
            continue
        if c.is_key:
            refused[c.name] = "key"
        elif way is not Way.DROP and (notes := {"generated", "identity", "referred_to"} & set(c.notes)):
            refused[c.name] = min(notes)
        elif way in {Way.FIXED, Way.GENERALISE} and "unique" in c.notes:
            refused[c.name] = "unique"
    return refused


def check_in_place(case: Case, plans: Mapping[TableKey, TablePlan], sources: Mapping[str, OpenSource]) -> bool:
    """Refuse what could not be anonymised, before an intent is on record; whether anything is to be.

    Raises:
        StateError: a row of the plan is to be anonymised in part.
        SourceError: naming columns and reasons.
    """
    wanted = {key: plan for key, plan in plans.items() if is_wanted(plan)}
    told = {s.name for s in case.sources if s.kind in SERVERS | {SourceKind.SQLITE}}
    for (source, table), plan in wanted.items():
        check_anonymise(plan)
        info = next((t for t in sources[source].inventory() if t.name == table), None) if source in told else None
        refused = refused_in_place(plan, info) if info is not None else {}
        if refused:
            raise cannot_change(f"{source}.{table}", refused)
    return bool(wanted)


def make_key(ctx: Context, run: Run) -> None:
    """The key of the tokens; once."""
    make_keys(ctx, run.case.id, (KEY,), run.at)


def end_key(ctx: Context, run: Run) -> None:
    """Destroy it, where there is one: from then on nobody can tell which token was whose."""
    with ctx.store.transaction() as tx:
        there = any(k.key_id == KEY for k in tx.keys.list(run.case.id))
    if there:
        destroy_key(ctx, run, KEY)


def measured(
    tables: Iterable[tuple[int, TableMap, TablePlan]], erased: Iterable[ErasureResult],
    sources: Mapping[str, OpenSource], keys: EraseKeys, work: Path,
) -> tuple[AnonymisedTable, ...]:  # fmt: skip
    """What the certificate says of each table: read anew from its source."""
    by_table = {(t.source, t.table): t for e in erased for t in e.tables}
    found = (
        measure(
            plan, by_table[t.source, t.name], sources[t.source], keys, work, number=n,
            reason=t.anonymise.reason if t.anonymise else "",
        )
        for n, t, plan in tables
        if is_wanted(plan)
    )  # fmt: skip
    return tuple(a for a in found if a is not None)

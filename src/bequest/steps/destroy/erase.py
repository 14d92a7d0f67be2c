"""Erase at the source: set-based, by the row rule, only what was decided at the mark, and any number of times.

Order of one table: read and match → refuse what is not in the ledger → journal to disk → one `apply` of the source.
A row that differs from the one decided on is left and reported; so is a row that the law keeps and that is not yet
sealed in custody. A row on hold (its person objected meanwhile) that is not erased yet stays, blocked. A row that is to
be anonymised in place gets its new values, or goes where too few people would look like it (`in_place`). Values are
counted where they are found, so that every column balances against its own source.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bequest.engine.rows import KEY
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.kernel.errors import StateError
from bequest.model.disposition import Residue
from bequest.sources.source import Changes, CleanReport, Guard, OpenSource
from bequest.steps.destroy.erase_pass import EraseKeys as EraseKeys
from bequest.steps.destroy.erase_pass import Pass
from bequest.steps.destroy.erasure import TableErasure as TableErasure
from bequest.steps.destroy.journal import journal_path, read_journal, write_journal
from bequest.steps.destroy.ledger import Ledger
from bequest.steps.destroy.order import referring_first

BATCH_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """All tables of one source, and how its files were cleaned afterwards; a server's scrub is a matter of its own."""

    tables: tuple[TableErasure, ...]
    cleaned: CleanReport | None


def erase_source(
    plans: Iterable[tuple[int, TablePlan]],
    source: OpenSource,
    keys: EraseKeys,
    ledger: Ledger,
    sealed: Mapping[tuple[str, str], pl.DataFrame],
    work: Path,
    guard: Guard,
    *,
    cleans: bool = True,
    tick: Callable[[int], None] | None = None,
    held: pl.Series | None = None,
) -> ErasureResult:
    """Erase in every table of a source, then clean its files where `cleans` is set.

    `plans` with the fixed number of each table. Tables that refer to others come first: no row goes while another still
    refers to it. `sealed`: (source, table) → `row_tag`, `row_digest` of the rows that are in custody. `held`: subjects
    on hold.
    """
    numbered = dict(plans)
    tables = {
        n: erase(p, source, keys, ledger, sealed.get((p.source, p.table)), work, guard, number=n, tick=tick, held=held)
        for n, p in referring_first(numbered, source)
    }
    return ErasureResult(tuple(tables[n] for n in numbered), source.clean(guard) if cleans else None)


def erase(
    plan: TablePlan,
    source: OpenSource,
    keys: EraseKeys,
    ledger: Ledger,
    sealed: pl.DataFrame | None,
    work: Path,
    guard: Guard,
    *,
    number: int = 0,
    tick: Callable[[int], None] | None = None,
    held: pl.Series | None = None,
) -> TableErasure:
    """Erase what the plan says in one table; run again after a crash, it ends with the same result.

    Raises:
        GuardError: where a row that would go is not in the ledger.
        StateError: where the plan asks for what this version cannot do.
        SourceError: from the source; nothing was changed in this table then.
    """
    check_anonymise(plan)
    path = journal_path(work, number)
    taken_from = "" if plan.key else source.fingerprint()
    former = read_journal(path, plan)
    run = Pass(plan, keys, ledger, sealed, former, held)
    for batch in _batches(plan, source, resumed=former.height > 0):
        run.take(batch)
        if tick is not None:
            tick(batch.height)
    run.settle()
    guard()
    write_journal(path, run.journal())
    changes = Changes(run.rows_to_delete(), run.cells_to_empty(), plan.key, taken_from, run.rows_to_change())
    n_deleted = 0
    if not changes.is_nothing:
        n_deleted = source.apply(plan.table, changes, guard=guard).rows_deleted
    return run.result(rows_after=run.n_live - n_deleted)


def _batches(plan: TablePlan, source: OpenSource, *, resumed: bool) -> Iterator[pl.DataFrame]:
    """The table as it is now.

    In JSON Lines a column is gone with the last row that had it: after a former run has erased such rows, the column is
    read as empty instead of being missed.
    """
    names = [c.name for c in plan.columns]
    present = names
    if resumed:
        info = next((t for t in source.inventory() if t.name == plan.table), None)
        if info is None or not info.n_rows:
            return
        present = [n for n in names if n in info.column_names()]
    for batch in source.read(plan.table, present, key=plan.key, batch_rows=BATCH_ROWS):
        lost = [pl.lit(None, pl.Utf8).alias(n) for n in names if n not in present]
        yield batch.with_columns(lost).select(KEY, *names)


def check_anonymise(plan: TablePlan) -> None:
    """Refuse a plan in which a row is to be anonymised that is not anonymised as a whole.

    Raises:
        StateError: naming the columns; nothing was changed.
    """
    if not plan.rows.height:
        return
    rows = plan.rows.filter(plan.anonymises())
    fine = plan.indices(residue=frozenset({Residue.ANONYMISE, Residue.DELETE}))
    columns = [c.name for c in plan.columns if not bool(rows[DECISION_PREFIX + c.name].is_in(fine).all())]
    if rows.height and (columns or not plan.anonymise_k):
        raise StateError(
            f"{plan.source}.{plan.table}: rows are to be anonymised, and {', '.join(columns) or 'the data map'} says"
            " otherwise: what stays somebody's beside it would tell whose they are",
            hint="Run `bequest plan` again: a row is anonymised as a whole, with a k, or not at all. Nothing was"
            " changed.",
            code="BQ-DESTROY-3",
        )

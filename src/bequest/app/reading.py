"""Sources of a case, opened; samples, full reads and counts over them."""

from collections.abc import Iterator

import polars as pl

from bequest.app.context import Context, ticker
from bequest.engine.text import non_empty
from bequest.kernel.errors import BequestError, DataMapError, GuardError
from bequest.model.case import Case
from bequest.model.datamap import DataMap, TableMap
from bequest.model.plan import ColumnTotal
from bequest.sources.opening import open_source
from bequest.sources.source import OpenSource
from bequest.steps.discover.sample import ColumnInfo, TableSample

SAMPLE_ROWS = 20_000


def open_sources(case: Case) -> dict[str, OpenSource]:
    """All sources of the case by name.

    Raises:
        SourceError: where one cannot be read as declared.
    """
    return {s.name: open_source(s) for s in case.sources}


def check_markers(case: Case, sources: dict[str, OpenSource]) -> None:
    """Refuse a rehearsal on sources that were not made for it (they could be the real ones).

    Raises:
        GuardError: naming the sources without the marker of this case.
    """
    if not case.rehearsal:
        return
    unmarked = [name for name, s in sources.items() if not s.marker(case.id)]
    if unmarked:
        raise GuardError(
            f"this is a rehearsal, and {', '.join(unmarked)} carries no rehearsal marker of case {case.id}",
            hint="Point it at a copy made by `bequest demo`, or open the case with rehearsal = false.",
        )


def samples(ctx: Context, case: Case) -> list[TableSample]:
    """A deterministic sample of every table; a table that cannot be read is there with the reason."""
    out: list[TableSample] = []
    for name, source in open_sources(case).items():
        for info in source.inventory():
            ctx.progress("discover", len(out), len(out) + 1)
            columns = tuple(
                ColumnInfo(name=c.name, declared_type=c.declared_type, comment=c.comment, is_key=c.is_key)
                for c in info.columns
            )
            why = info.why_not_scanned
            frame = pl.DataFrame(schema={c.name: pl.Utf8 for c in info.columns})
            if not why:
                try:
                    frame = source.sample(info.name, SAMPLE_ROWS).drop("__key", strict=False)
                except BequestError as e:
                    why = e.message
            out.append(
                TableSample(
                    source=name,
                    table=info.name,
                    comment=info.comment,
                    columns=columns,
                    n_rows=info.n_rows,
                    frame=frame,
                    why_not_scanned=why,
                )
            )
    return out


def check_schema(datamap: DataMap, found: DataMap) -> None:
    """Refuse to go on where tables or columns changed since the data map was made.

    Raises:
        DataMapError: naming what is new, gone or changed.
    """
    was = {(t.source, t.name): t for t in datamap.tables}
    now = {(t.source, t.name): t for t in found.tables}
    changed = [
        f"{source}.{table}"
        for source, table in sorted(was.keys() | now.keys())
        if (source, table) not in was
        or (source, table) not in now
        or was[(source, table)].schema_digest != now[(source, table)].schema_digest
    ]
    if changed:
        raise DataMapError(
            f"the schema changed since discovery: {', '.join(changed)}",
            hint="Run `bequest discover` and `bequest plan` again, and have the new policy approved.",
        )


def read_table(
    ctx: Context, source: OpenSource, table: TableMap, label: str, columns: list[str] | None = None
) -> Iterator[pl.DataFrame]:
    """All rows of a table as text batches, with progress."""
    tick = ticker(ctx, f"{label} {table.source}.{table.name}", table.n_rows)
    for batch in source.read(table.name, columns, key=table.key):
        tick(batch.height)
        yield batch


def count_values(ctx: Context, case: Case, datamap: DataMap) -> tuple[ColumnTotal, ...]:
    """Non-empty values of every column in the case, counted at the sources on their own."""
    sources = open_sources(case)
    totals: list[ColumnTotal] = []
    for table in datamap.tables:
        if not table.in_case:
            continue
        names = [c.name for c in table.columns]
        sums = dict.fromkeys(names, 0)
        for batch in read_table(ctx, sources[table.source], table, "count"):
            row = batch.select(non_empty(pl.col(n)).sum().alias(n) for n in names).row(0)
            for n, v in zip(names, row, strict=True):
                sums[n] += int(v or 0)
        totals.extend(ColumnTotal(table.source, table.name, n, v) for n, v in sums.items())
    return tuple(totals)

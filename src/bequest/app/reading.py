"""Sources of a case, opened; samples, full reads and counts over them."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import polars as pl

from bequest.app.context import Context, ticker
from bequest.app.whole import unmarked_stores
from bequest.engine.text import non_empty
from bequest.kernel.errors import DataMapError, GuardError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import SERVERS, Case, SourceKind
from bequest.model.datamap import DataMap, TableMap
from bequest.model.plan import ColumnTotal
from bequest.sources.codes import ENCODING
from bequest.sources.marker import FILE_MARKER, TABLE_MARKER
from bequest.sources.opening import open_source
from bequest.sources.source import OpenSource, TableInfo
from bequest.steps.discover.sample import ColumnInfo, TableSample, schema_digest

SAMPLE_ROWS = 20_000
UNREADABLE_TEXT = ENCODING


def open_sources(case: Case, secrets: Secrets | None = None, *, may_be_gone: bool = False) -> dict[str, OpenSource]:
    """All sources of the case that are read row by row, by name; see `open_source`.

    Raises:
        SourceError: where one cannot be read as declared.
    """
    return {s.name: open_source(s, secrets, may_be_gone=may_be_gone) for s in case.sources if s.has_rows}


def check_markers(case: Case, sources: dict[str, OpenSource], secrets: Secrets | None = None) -> None:
    """Refuse a rehearsal on sources that were not made for it (they could be the real ones).

    Raises:
        GuardError: naming the sources without the marker of this case.
    """
    if not case.rehearsal:
        return
    unmarked = [name for name, s in sources.items() if not s.marker(case.id)]
    served = {s.kind for s in case.sources if s.name in unmarked} & SERVERS
    unmarked += unmarked_stores(case, secrets)
    if unmarked:
        raise GuardError(
            f"case {case.id} is a rehearsal, and what lies at the path of {', '.join(unmarked)} is not marked as a copy"
            f" made for rehearsing {case.id}: it may be the real data",
            hint="Check the paths in the case file: a rehearsal works on marked copies only, as `bequest demo` makes"
            " them. The marker names the case, so a copy made for another case does not serve."
            f" {_mark(case.id, served)}",
        )


def _mark(case_id: str, served: AbstractSet[SourceKind]) -> str:
    """How a copy is marked by hand: on a server by whoever may create tables there."""
    if SourceKind.S3 in served:
        return f'Under the prefix lies an object {FILE_MARKER} with {{"case_id": "{case_id}"}}.'
    if SourceKind.REDIS in served:
        return f"The database has a key bequest_rehearsal:{case_id}."
    if served:
        table = f"CREATE TABLE {TABLE_MARKER} (case_id varchar(190) PRIMARY KEY)"
        return f"In a copy on a server: {table}; INSERT INTO {TABLE_MARKER} VALUES ('{case_id}');"  # noqa: S608
    return f'Beside copied files lies a file {FILE_MARKER} with {{"case_id": "{case_id}"}}.'


def samples(ctx: Context, case: Case) -> list[TableSample]:
    """A deterministic sample of every table; a table whose text cannot be read is there with the reason.

    Raises:
        SourceError: where a store is damaged, locked or not as declared.
    """
    out: list[TableSample] = []
    for name, source in open_sources(case, ctx.secrets).items():
        for info in source.inventory():
            ctx.progress("discover", len(out), len(out) + 1)
            why = info.why_not_scanned
            frame = pl.DataFrame(schema={c.name: pl.Utf8 for c in info.columns})
            if not why:
                try:
                    frame = source.sample(info.name, SAMPLE_ROWS).drop("__key", strict=False)
                except SourceError as e:
                    if e.code != UNREADABLE_TEXT:
                        raise  # the store is damaged or locked: no reason to go on without one of its tables
                    why = e.message
            out.append(
                TableSample(
                    source=name,
                    table=info.name,
                    comment=info.comment,
                    columns=as_columns(info),
                    n_rows=info.n_rows,
                    frame=frame,
                    why_not_scanned=why,
                    notes=tuple(n for n in info.notes if n != "no_declared_key"),
                )
            )
    return out


def as_columns(info: TableInfo) -> tuple[ColumnInfo, ...]:
    """The columns of a table as discovery looks at them."""
    to = {r.columns[0]: (r.to_table, *r.to_columns) for r in info.references if len(r.columns) == 1}
    return tuple(
        ColumnInfo(
            name=c.name,
            declared_type=c.declared_type,
            comment=c.comment,
            is_key=c.is_key,
            refers_to=to.get(c.name, ("",))[0],
            refers_column="".join(to.get(c.name, ("",))[1:]),
        )
        for c in info.columns
    )


def check_schema(datamap: DataMap, sources: dict[str, OpenSource]) -> None:
    """Refuse to go on where tables or columns changed since the data map was made. No row is read for it.

    Raises:
        DataMapError: naming the tables and what is gone; new columns are counted only, since without its header line
            a file shows somebody's data in the place of names.
    """
    was = {(t.source, t.name): t for t in datamap.tables}
    now = {(name, info.name): as_columns(info) for name, source in sources.items() for info in source.inventory()}
    changed = {
        f"{source}.{table}": change
        for source, table in sorted(was.keys() | now.keys())
        if (change := _schema_change(was.get((source, table)), now.get((source, table))))
    }
    if changed:
        raise DataMapError(
            f"the schema changed since discovery: {', '.join(changed)}",
            hint="; ".join(f"{name}: {change}" for name, change in changed.items())
            + ". Put the source back as it was; or run `bequest discover`, check what is new in the data map, then run"
            " `bequest link` and `bequest plan`, and have the new policy approved.",
        )


def _schema_change(was: TableMap | None, now: tuple[ColumnInfo, ...] | None) -> str:
    """What changed, in words; empty where nothing did."""
    if was is None or now is None:
        return "a new table" if was is None else "gone"
    if was.schema_digest == schema_digest(now):
        return ""
    before, after = {c.name for c in was.columns}, {c.name for c in now}
    gone, new = sorted(before - after), len(after - before)
    said = [f"without {' and '.join(gone)}"] if gone else []
    said += [f"{new} new column{'s' if new > 1 else ''}"] if new else []
    return ", ".join(said) or "other types, keys or order of columns"


def read_table(
    ctx: Context,
    source: OpenSource,
    table: TableMap,
    label: str,
    columns: list[str] | None = None,
    *,
    allow_duplicates: bool = False,
) -> Iterator[pl.DataFrame]:
    """All rows of a table as text batches, with progress; see `OpenSource.read`."""
    tick = ticker(ctx, f"{label} {table.source}.{table.name}", table.n_rows)
    for batch in source.read(table.name, columns, key=table.key, allow_duplicates=allow_duplicates):
        tick(batch.height)
        yield batch


def count_values(ctx: Context, datamap: DataMap, sources: dict[str, OpenSource]) -> tuple[ColumnTotal, ...]:
    """Non-empty values of every column in the case, counted at the sources on their own."""
    totals: list[ColumnTotal] = []
    for table in datamap.tables:
        if not table.in_case:
            continue
        names = [c.name for c in table.columns]
        tick = ticker(ctx, f"count {table.source}.{table.name}", table.n_rows)
        sums = dict.fromkeys(names, 0)
        for batch in sources[table.source].read(table.name, names):  # whatever the key: each row counts
            tick(batch.height)
            row = batch.select(non_empty(pl.col(n)).sum().alias(n) for n in names).row(0)
            for n, v in zip(names, row, strict=True):
                sums[n] += int(v or 0)
        totals.extend(ColumnTotal(table.source, table.name, n, v) for n, v in sums.items())
    return tuple(totals)

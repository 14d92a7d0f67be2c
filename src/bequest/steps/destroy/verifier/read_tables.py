"""The verifier's readers of Parquet and of workbooks: every column, every sheet."""

import io
from collections.abc import Iterator
from pathlib import Path

import fastexcel
import msoffcrypto
import polars as pl
import pyarrow.parquet as pq

from bequest.model.case import Source
from bequest.steps.destroy.verifier.head import find_head, is_sum, n_looked_at
from bequest.steps.destroy.verifier.rows import ASIDE, BATCH, Rows, arrow_column, distinct_names, names_only, numbered
from bequest.steps.destroy.verifier.task import Task


def read_parquet(source: Source, task: Task) -> Iterator[Rows]:
    """Every row of the file."""
    yield from read_parquet_file(source.path, task.table_of(source))


def read_parquet_file(path: Path, table: str) -> Iterator[Rows]:
    """Every row of a Parquet file, also of one that no case names."""
    with pq.ParquetFile(path, pre_buffer=False) as file:  # else all that was read stays in memory
        yield names_only(table, file.schema_arrow.names)
        first = 0
        for batch in file.iter_batches(BATCH):
            names = distinct_names(batch.schema.names)
            cells = pl.DataFrame([arrow_column(n, batch.column(i)) for i, n in enumerate(names)])
            yield numbered(table, cells, first, batch.num_rows)
            first += batch.num_rows


def read_xlsx(source: Source, task: Task) -> Iterator[Rows]:
    """Every sheet of the workbook, under its own name where it is not the one of the case."""
    book = fastexcel.read_excel(_unlocked(source, task))
    declared = source.sheet or (book.sheet_names[0] if len(book.sheet_names) == 1 else "")
    for name in book.sheet_names:
        cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        yield from _sheet(cells, task.table_of(source) if name == declared else name, source)


def _unlocked(source: Source, task: Task) -> str | bytes:
    """The path of a workbook; the content of a protected one, decrypted in memory."""
    if not source.password:
        return str(source.path)
    with source.path.open("rb") as file:
        office = msoffcrypto.OfficeFile(file)
        if not office.is_encrypted():
            return str(source.path)
        office.load_key(password=task.secrets.follow(source.password, f"password of source {source.name}"))
        out = io.BytesIO()
        office.decrypt(out)
        return out.getvalue()


def _sheet(cells: pl.DataFrame, table: str, source: Source) -> Iterator[Rows]:
    """The header, among the first rows that hold anything, names the columns; rows that hold nothing are none."""
    if not cells.width:
        return
    filled = cells.filter(pl.any_horizontal((pl.all().str.strip_chars() != "").fill_null(value=False)))
    if not filled.height:
        return
    looked = [[c or "" for c in row] for row in filled.head(n_looked_at(source)).iter_rows()]
    head = find_head(looked, source)
    yield names_only(table, head.names)
    filled.columns = distinct_names([*head.names, *(f"beyond_{i}" for i in range(len(head.names), filled.width))])
    rows = filled.slice(head.n_rows)
    sums = [i for i in _short(rows).arg_true() if is_sum(rows.row(i))]
    aside = pl.concat([filled.head(head.n_rows - source.header_rows), rows[sums]])
    rows = rows.with_row_index("(n)").filter(~pl.col("(n)").is_in(sums)).drop("(n)") if sums else rows
    for start in range(0, rows.height, BATCH):
        part = rows.slice(start, BATCH)
        yield numbered(table, part, start, part.height)
    if aside.height:
        yield numbered(f"{table} {ASIDE}", aside, 0, aside.height)


def _short(rows: pl.DataFrame) -> pl.Series:
    """Rows whose first cell is so short that it may be a word for sums."""
    return (rows.to_series(0).str.len_chars() < 16).fill_null(value=False)

"""The verifier's readers of Parquet and of workbooks: every column, every sheet."""

from collections.abc import Iterator
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow.parquet as pq

from bequest.model.case import Source
from bequest.steps.destroy.verifier.rows import BATCH, Rows, arrow_column, distinct_names, names_only, numbered
from bequest.steps.destroy.verifier.task import Task


def read_parquet(source: Source, task: Task) -> Iterator[Rows]:
    """Every row of the file."""
    yield from read_parquet_file(source.path, task.table_of(source))


def read_parquet_file(path: Path, table: str) -> Iterator[Rows]:
    """Every row of a Parquet file, also of one that no case names."""
    with pq.ParquetFile(path) as file:
        yield names_only(table, file.schema_arrow.names)
        first = 0
        for batch in file.iter_batches(BATCH):
            names = distinct_names(batch.schema.names)
            cells = pl.DataFrame([arrow_column(n, batch.column(i)) for i, n in enumerate(names)])
            yield numbered(table, cells, first, batch.num_rows)
            first += batch.num_rows


def read_xlsx(source: Source, task: Task) -> Iterator[Rows]:
    """Every sheet of the workbook, under its own name where it is not the one of the case."""
    book = fastexcel.read_excel(str(source.path))
    declared = source.sheet or (book.sheet_names[0] if len(book.sheet_names) == 1 else "")
    for name in book.sheet_names:
        cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
        yield from _sheet(cells, task.table_of(source) if name == declared else name)


def _sheet(cells: pl.DataFrame, table: str) -> Iterator[Rows]:
    """The first row that holds anything names the columns; rows that hold nothing are none."""
    if not cells.width:
        return
    filled = cells.filter(pl.any_horizontal((pl.all().str.strip_chars() != "").fill_null(value=False)))
    if not filled.height:
        return
    names = [(name or "").strip() or f"column_{i + 1}" for i, name in enumerate(filled.row(0))]
    yield names_only(table, names)
    filled.columns = distinct_names(names)
    for start in range(1, filled.height, BATCH):
        part = filled.slice(start, BATCH)
        yield numbered(table, part, start - 1, part.height)

"""What `erase` is about to do to one table, on disk before it does it; tokens and truth values only.

With it a run after a crash knows its own work again: rows that are gone because it took them, rows that look changed
because it emptied them. Both runs together count what one run would have counted.
"""

import io
from pathlib import Path

import polars as pl

from bequest.crypto.atomic import write_file
from bequest.engine.kernels.cmac import row_digests
from bequest.engine.rows import Ecb
from bequest.engine.tableplan import TablePlan
from bequest.engine.text import non_empty

VALUE = "v:"
"""Prefix of the truth values: the cell held something when its row was found as decided."""
CLASS = "class"
"""What a row looks like once it is anonymised in place."""


def journal_path(folder: Path, number: int) -> Path:
    """Where the journal of a table lies; `number` is its fixed place among the tables of the case."""
    return folder / f"erase-{number:03d}.parquet"


def read_journal(path: Path, plan: TablePlan) -> pl.DataFrame:
    """The journal of former runs: `pos`, `row_tag`, `after` (digest afterwards, null: the row goes), `v:<column>`.

    `class`: what a row looks like that was anonymised in place, else null.
    """
    if path.exists():
        found = pl.read_parquet(path)
        # one of before rows could be anonymised has no such column
        return found if CLASS in found.columns else found.insert_column(3, pl.lit(None, pl.Binary).alias(CLASS))
    schema = {"pos": pl.UInt32, "row_tag": pl.Binary, "after": pl.Binary, CLASS: pl.Binary}
    return pl.DataFrame(schema={**schema, **{VALUE + c.name: pl.Boolean for c in plan.columns}})


def write_journal(path: Path, journal: pl.DataFrame) -> None:
    """Replace the journal, durable when this returns."""
    buffer = io.BytesIO()
    journal.write_parquet(buffer, compression="zstd")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, buffer.getvalue())


def after_digests(content: pl.DataFrame, source: str, table: str, ecb: Ecb) -> pl.Series:
    """Digests in which an empty cell is an empty cell, however a store writes it (null, or "" in a NOT NULL column)."""
    plain = content.select(pl.when(non_empty(pl.col(c))).then(pl.col(c)).alias(c) for c in content.columns)
    return row_digests(plain, ecb, f"after\x1f{source}\x1f{table}\x1f").alias("after")

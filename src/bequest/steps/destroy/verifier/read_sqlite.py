"""The verifier's reader of SQLite: every table of the file, text that is no UTF-8 as well."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import polars as pl

from bequest.model.case import Source
from bequest.steps.destroy.verifier.rows import BATCH, Rows, distinct_names, text_column
from bequest.steps.destroy.verifier.task import Task


def read_sqlite(source: Source, task: Task) -> Iterator[Rows]:  # noqa: ARG001 - readers are all called alike
    """Every row of every table."""
    with closing(sqlite3.connect(f"{source.path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        for table in names:
            if not table.startswith("sqlite_"):
                yield from _read_table(db, table)


def _read_table(db: sqlite3.Connection, table: str) -> Iterator[Rows]:
    name = '"' + table.replace('"', '""') + '"'
    info = db.execute(f"PRAGMA table_info({name})").fetchall()
    declared = [c for _, c in sorted((pk, column) for _, column, _, _, _, pk in info if pk)]
    columns = distinct_names(column for _, column, *_ in info)
    row_name = "NULL"
    if not declared:
        taken = {c.lower() for c in columns}
        row_name = next(n for n in ("rowid", "_rowid_", "oid") if n not in taken)
    for rows in _batches(db, f"SELECT {row_name}, * FROM {name}"):  # noqa: S608 - quoted above
        first, *values = zip(*rows, strict=True)
        cells = pl.DataFrame([text_column(c, v) for c, v in zip(columns, values, strict=True)])
        part = Rows(table, cells, text_column("", first).fill_null(""))
        yield Rows(table, cells, part.keys(declared)) if declared else part


def _batches(db: sqlite3.Connection, query: str) -> Iterator[list[tuple[object, ...]]]:
    """Batches of rows; from the first text on that is no UTF-8, what is wrong in it is replaced."""
    read, wrong = 0, False
    db.text_factory = str
    while True:
        cursor = db.execute(f"{query} LIMIT -1 OFFSET {read}" if wrong else query)
        try:
            while rows := cursor.fetchmany(BATCH):
                yield rows
                read += len(rows)
            return
        except sqlite3.OperationalError as error:
            if wrong or "decode" not in str(error):
                raise
            wrong = True
            db.text_factory = lambda data: data.decode("utf-8", "replace")

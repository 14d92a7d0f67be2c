"""Set-based changes of one SQLite table: keys into a temporary table, then rows in batches by their place."""

import sqlite3
from collections.abc import Iterator

import polars as pl

from bequest.sources.source import Applied, Changes, Guard, TableInfo
from bequest.sources.sqlite_text import blank_expression, quoted, rowid

BATCH = 5_000  # rows in one transaction: short locks, and a lost lease stops soon


def change_rows(db: sqlite3.Connection, info: TableInfo, key: str, changes: Changes, guard: Guard) -> Applied:
    """Delete and empty what the changes name; `key` is the row key as SQL text over the table.

    Every batch is one transaction that begins after the guard has agreed. Rows and cells already gone are no work, so
    an interrupted run is completed by the next.
    """
    place = _place(info)
    deleted = 0
    for where, parameters in _batches(db, info, key, place, changes.delete, "1"):
        deleted += _run(db, f"DELETE FROM {quoted(info.name)} WHERE {where}", parameters, guard)  # noqa: S608
    emptied = {}
    for column, keys in changes.empty.items():
        filled = f"NOT {blank_expression(f'CAST({quoted(column)} AS TEXT)')}"
        nothing = "NULL" if _is_nullable(info, column) else "''"
        statement = f"UPDATE {quoted(info.name)} SET {quoted(column)} = {nothing} WHERE "  # noqa: S608
        emptied[column] = sum(
            _run(db, statement + where, parameters, guard)
            for where, parameters in _batches(db, info, key, place, keys, filled)
        )
    return Applied(deleted, emptied)


def _run(db: sqlite3.Connection, statement: str, parameters: tuple[int, int], guard: Guard) -> int:
    guard()
    db.execute("BEGIN IMMEDIATE")
    try:
        count = db.execute(statement, parameters).rowcount
        db.execute("COMMIT")
    except BaseException:
        db.execute("ROLLBACK")
        raise
    return count


def _batches(
    db: sqlite3.Connection, info: TableInfo, key: str, place: tuple[str, ...], keys: pl.Series, which: str
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Conditions over the table that name the rows with these keys, batch by batch."""
    db.execute("DROP TABLE IF EXISTS temp.wanted")
    db.execute("DROP TABLE IF EXISTS temp.places")
    db.execute("CREATE TEMP TABLE wanted (row_key TEXT PRIMARY KEY) WITHOUT ROWID")
    db.execute("BEGIN")
    distinct = keys.cast(pl.String).drop_nulls().unique()
    db.executemany("INSERT INTO temp.wanted VALUES (?)", distinct.to_frame().iter_rows())
    # without a type the place is stored as it is, so that it compares equal whatever the column holds
    columns = ", ".join(f"p{i}" for i in range(len(place)))
    db.execute(f"CREATE TEMP TABLE places (n INTEGER PRIMARY KEY, {columns})")
    db.execute(
        f"INSERT INTO temp.places ({columns}) SELECT {', '.join(place)} FROM {quoted(info.name)}"  # noqa: S608
        f" WHERE {key} IN (SELECT row_key FROM temp.wanted) AND {which}"
    )
    n = db.execute("SELECT count(*) FROM temp.places").fetchone()[0]
    db.execute("COMMIT")
    left = place[0] if len(place) == 1 else f"({', '.join(place)})"
    where = f"{left} IN (SELECT {columns} FROM temp.places WHERE n BETWEEN ? AND ?)"  # noqa: S608
    for first in range(1, n + 1, BATCH):
        yield where, (first, first + BATCH - 1)


def _place(info: TableInfo) -> tuple[str, ...]:
    """What names a row exactly: its rowid, or the primary key of a table without one."""
    if "without_rowid" in info.notes:
        return tuple(quoted(c) for c in info.key)
    return (rowid(info),)


def _is_nullable(info: TableInfo, column: str) -> bool:
    return next(c.nullable for c in info.columns if c.name == column)

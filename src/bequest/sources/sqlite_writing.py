"""Set-based changes of one SQLite table: keys into a temporary table, then rows in batches by their place."""

import sqlite3
from collections.abc import Iterator

import polars as pl

from bequest.sources.emptying import check_putting
from bequest.sources.source import Applied, Changes, Guard, TableInfo
from bequest.sources.sqlite_putting import put_rows
from bequest.sources.sqlite_text import blank_expression, place_of, quoted

BATCH = 5_000  # rows in one transaction: short locks, and a lost lease stops soon


def change_rows(db: sqlite3.Connection, info: TableInfo, key: str, changes: Changes, guard: Guard) -> Applied:
    """Delete and empty what the changes name; `key` is the row key as SQL text over the table.

    Every batch is one transaction that begins after the guard has agreed. A row that stays loses all its cells in the
    same batch, so that a crash leaves it as it was or as it shall be, and it is known again either way. Rows and cells
    already gone are no work, so an interrupted run is completed by the next.
    """
    check_putting(info.name, info, changes.put)
    n_put = put_rows(db, info, key, changes.put, guard) if changes.put is not None else 0
    place = place_of(info)
    _make_places(db, len(place))
    deletion = f"DELETE FROM {quoted(info.name)} WHERE "  # noqa: S608 - names are quoted
    _find(db, info, key, place, 0, changes.delete, "1")
    deleted = sum(n for (n,) in _in_batches(db, place, [(0, deletion)], guard))
    emptying = []
    for number, (column, keys) in enumerate(changes.empty.items(), 1):
        nothing = "NULL" if _is_nullable(info, column) else "''"
        emptying.append((number, f"UPDATE {quoted(info.name)} SET {quoted(column)} = {nothing} WHERE "))  # noqa: S608
        _find(db, info, key, place, number, keys, f"NOT {blank_expression(f'CAST({quoted(column)} AS TEXT)')}")
    counts = [list(c) for c in zip(*_in_batches(db, place, emptying, guard), strict=True)]
    return Applied(deleted, {c: sum(counts[i]) if counts else 0 for i, c in enumerate(changes.empty)}, n_put)


def _make_places(db: sqlite3.Connection, width: int) -> None:
    """Where what goes stands: `t` is 0 for whole rows, else the number of the column that is emptied there."""
    columns = _columns(width)  # without a type the place is stored as it is, and compares equal whatever it holds
    db.execute("DROP TABLE IF EXISTS temp.places")
    db.execute(f"CREATE TEMP TABLE places (t INTEGER, {columns}, PRIMARY KEY (t, {columns})) WITHOUT ROWID")


def _find(
    db: sqlite3.Connection, info: TableInfo, key: str, place: tuple[str, ...], number: int, keys: pl.Series, which: str
) -> None:
    """Enter the places of the rows with these keys under a number."""
    db.execute("BEGIN")
    db.execute("DROP TABLE IF EXISTS temp.wanted")
    db.execute("CREATE TEMP TABLE wanted (row_key TEXT PRIMARY KEY) WITHOUT ROWID")
    distinct = keys.cast(pl.String).drop_nulls().unique()
    db.executemany("INSERT INTO temp.wanted VALUES (?)", distinct.to_frame().iter_rows())
    db.execute(
        f"INSERT INTO temp.places SELECT {number}, {', '.join(place)} FROM {quoted(info.name)}"  # noqa: S608
        f" WHERE {key} IN (SELECT row_key FROM temp.wanted) AND {which}"
    )
    db.execute("COMMIT")


def _in_batches(
    db: sqlite3.Connection, place: tuple[str, ...], statements: list[tuple[int, str]], guard: Guard
) -> Iterator[tuple[int, ...]]:
    """Run all statements on the rows found for them, batch of rows by batch; how many rows each has changed."""
    columns = _columns(len(place))
    numbers = ", ".join(str(t) for t, _ in statements) or "NULL"
    db.execute("DROP TABLE IF EXISTS temp.turns")
    db.execute(f"CREATE TEMP TABLE turns (n INTEGER PRIMARY KEY, {columns})")
    db.execute(
        f"INSERT INTO temp.turns ({columns}) SELECT DISTINCT {columns} FROM temp.places WHERE t IN ({numbers})"  # noqa: S608
    )
    n = db.execute("SELECT count(*) FROM temp.turns").fetchone()[0]
    left = place[0] if len(place) == 1 else f"({', '.join(place)})"
    mine = f"{left} IN (SELECT {columns} FROM temp.turns NATURAL JOIN temp.places WHERE n BETWEEN ? AND ? AND t = ?)"  # noqa: S608
    for first in range(1, n + 1, BATCH):
        guard()
        db.execute("BEGIN IMMEDIATE")
        try:
            counts = tuple(db.execute(s + mine, (first, first + BATCH - 1, t)).rowcount for t, s in statements)
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        yield counts


def _columns(width: int) -> str:
    return ", ".join(f"p{i}" for i in range(width))


def _is_nullable(info: TableInfo, column: str) -> bool:
    return next(c.nullable for c in info.columns if c.name == column)

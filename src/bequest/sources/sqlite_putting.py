"""New values in rows of a SQLite table that stay: by key, in batches of rows found by their place."""

import sqlite3

import polars as pl

from bequest.sources.source import KEY, Guard, TableInfo
from bequest.sources.sqlite_text import blank_expression, place_of, quoted

BATCH = 5_000


def put_rows(db: sqlite3.Connection, info: TableInfo, key: str, put: pl.DataFrame, guard: Guard) -> int:
    """Write the values of `put` (see `Changes`); how many rows there were. `key` is the row key as SQL text.

    A row gets all its values in one statement. Doing it again does the same; cells that hold nothing stay so.
    """
    columns = [c for c in put.columns if c != KEY]
    place = place_of(info)
    places, news = (", ".join(f"{p}{i}" for i in range(n)) for p, n in (("p", len(place)), ("v", len(columns))))
    db.execute("DROP TABLE IF EXISTS temp.news")
    db.execute("DROP TABLE IF EXISTS temp.puts")
    db.execute("BEGIN")
    db.execute(f"CREATE TEMP TABLE news (row_key TEXT PRIMARY KEY, {news}) WITHOUT ROWID")
    marks = ", ".join("?" * (len(columns) + 1))
    db.executemany(f"INSERT INTO temp.news VALUES ({marks})", put.unique(KEY).iter_rows())  # noqa: S608
    db.execute(f"CREATE TEMP TABLE puts (n INTEGER PRIMARY KEY, {places}, {news})")
    db.execute(
        f"INSERT INTO temp.puts ({places}, {news}) SELECT {', '.join(f't.{p}' for p in place)}, {news}"  # noqa: S608
        f" FROM {quoted(info.name)} AS t JOIN temp.news ON temp.news.row_key = {key}"
    )
    db.execute("COMMIT")
    n = db.execute("SELECT count(*) FROM temp.puts").fetchone()[0]
    settings = ", ".join(_setting(info, c, f"v{i}") for i, c in enumerate(columns))
    same = " AND ".join(f"{quoted(info.name)}.{p} = x.p{i}" for i, p in enumerate(place))
    update = f"UPDATE {quoted(info.name)} SET {settings} FROM temp.puts AS x WHERE x.n BETWEEN ? AND ? AND {same}"  # noqa: S608
    for first in range(1, n + 1, BATCH):
        guard()
        db.execute("BEGIN IMMEDIATE")
        try:
            db.execute(update, (first, first + BATCH - 1))
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise
    return int(n)


def _setting(info: TableInfo, column: str, new: str) -> str:
    own = f"{quoted(info.name)}.{quoted(column)}"
    nullable = next(c.nullable for c in info.columns if c.name == column)
    value = f"x.{new}" if nullable else f"coalesce(x.{new}, '')"
    return f"{quoted(column)} = CASE WHEN {blank_expression(f'CAST({own} AS TEXT)')} THEN {own} ELSE {value} END"

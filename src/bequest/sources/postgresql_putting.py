"""New values in rows of a PostgreSQL table that stay: sent by COPY, written by the place of their rows.

As for deletion a place does not last: every statement asks whether the row there still has its key, and what moved is
found again in the next round.
"""

from collections.abc import Iterator
from typing import Protocol

import polars as pl
import psycopg

from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_text import blank_expression, quoted, text_expression
from bequest.sources.source import KEY, Guard, TableInfo

BATCH = 50_000


class Work(Protocol):
    """The table that is changed, as `postgresql_writing.Writing` has it."""

    db: Database
    info: TableInfo

    @property
    def guard(self) -> Guard:
        """Checks that the step still holds its lease."""

    @property
    def table(self) -> str:
        """The table with its alias."""

    @property
    def is_keyed(self) -> bool:
        """Whether its rows have a key of their own."""

    @property
    def row_key(self) -> str:
        """The row key over `t`."""

    @property
    def number(self) -> str:
        """The key column where rows are known by one whole number."""

    @property
    def same_row(self) -> str:
        """Condition over `t` and a place `p`."""


def send_new(work: Work, put: pl.DataFrame) -> int:
    """The new values into a temporary table; how many rows there are for them.

    One row is tried and taken back: constraints speak before anything is changed.
    """
    names = ", ".join(f"v{i} text" for i in range(len(put.columns) - 1))
    work.db.execute(f"CREATE TEMPORARY TABLE bequest_new (k text, {names})")
    rows = put.unique(KEY).sort(KEY)
    with work.db.cursor() as cursor, cursor.copy("COPY pg_temp.bequest_new FROM STDIN (FORMAT csv)") as copy:
        for part in rows.iter_slices(BATCH):
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric").encode())
    n = find_new(work)
    if n:
        work.guard()
        with work.db.transaction() as attempt:
            work.db.execute(_update(work, put.columns[1:], 1, 1))
            raise psycopg.Rollback(attempt)
    return n


def find_new(work: Work) -> int:
    """Places of the rows that get new values; how many."""
    work.db.execute("DROP TABLE IF EXISTS pg_temp.bequest_puts")
    if work.is_keyed:
        same = f"t.{quoted(work.number)} = w.k::bigint" if work.number else f"{work.row_key} = w.k"
        found = (
            f"SELECT t.tableoid AS part, t.ctid AS place, w.* FROM {work.table} JOIN pg_temp.bequest_new w ON {same}"  # noqa: S608
        )
    else:  # rows of equal content get equal values: which of them is which does not matter, how many does
        rows = (
            f"SELECT t.tableoid AS part, t.ctid AS place, {work.row_key} AS h,"  # noqa: S608
            f" row_number() OVER (PARTITION BY {work.row_key}) AS o FROM {work.table}"
        )
        split = "SELECT *, split_part(k, '#', 1) AS d, split_part(k, '#', 2) AS o FROM pg_temp.bequest_new"
        found = f"SELECT x.part, x.place, w.* FROM ({rows}) x JOIN ({split}) w ON w.d = x.h AND w.o = x.o::text"  # noqa: S608
    numbered = f"SELECT row_number() OVER (ORDER BY part, place) AS n, s.* FROM ({found}) s"  # noqa: S608
    n = work.db.execute(f"CREATE TEMPORARY TABLE bequest_puts AS {numbered}").rowcount
    if not work.is_keyed:
        work.db.execute("UPDATE pg_temp.bequest_puts SET k = split_part(k, '#', 1)")  # what a row says of itself
    work.db.execute("CREATE UNIQUE INDEX ON pg_temp.bequest_puts (n)")
    return n


def put_batches(work: Work, columns: list[str], n: int) -> Iterator[int]:
    """Write the `n` rows found, batch by batch; how many each was."""
    for first in range(1, n + 1, BATCH):
        work.guard()
        with work.db.transaction():
            for setting in ("enable_hashjoin", "enable_mergejoin", "enable_bitmapscan"):
                work.db.execute(f"SET LOCAL {setting} = off")
            done = work.db.execute(_update(work, columns, first, first + BATCH - 1)).rowcount
        yield done


def _update(work: Work, columns: list[str], first: int, last: int) -> str:
    declared = {c.name: c for c in work.info.columns}
    settings = []
    for i, name in enumerate(columns):
        c = declared[name]
        if "generated" in c.notes:  # follows the columns it is computed from
            continue
        own = f"t.{quoted(name)}"
        new = f"p.v{i}" if c.nullable else f"coalesce(p.v{i}, '')"
        blank = blank_expression(text_expression(work.info, name))
        settings.append(f"{quoted(name)} = CASE WHEN {blank} THEN {own} ELSE ({new})::{c.declared_type} END")
    return (
        f"UPDATE {work.table} SET {', '.join(settings)} FROM pg_temp.bequest_puts AS p"  # noqa: S608
        f" WHERE {work.same_row} AND p.n BETWEEN {first} AND {last}"
    )

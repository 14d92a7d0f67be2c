"""Set-based changes of one PostgreSQL table: keys by COPY into a temporary table, then rows by their place.

A place (`ctid`) does not last, so every statement also asks whether the row there still has the key it was found by;
what moved meanwhile is found again in the next round. Triggers run, as the application's own rules; a trigger or rule
that keeps rows from going is told. A row that goes while another still refers to it is refused whatever ON DELETE
says: the other row would go, or change, and nobody decided that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl
import psycopg

from bequest.kernel.errors import SourceError
from bequest.sources.codes import CONSTRAINT
from bequest.sources.emptying import check_emptying, check_putting
from bequest.sources.postgresql_connect import Database
from bequest.sources.postgresql_putting import find_new, put_batches, send_new
from bequest.sources.postgresql_references import Reference, check_references, check_references_of
from bequest.sources.postgresql_text import (
    blank_expression,
    content_expression,
    key_expression,
    quoted,
    table_name,
    text_expression,
)
from bequest.sources.source import Applied, Changes, Guard, TableInfo

BATCH = 50_000
_ROUNDS = 5
_WHOLE_NUMBERS = frozenset({"smallint", "integer", "bigint"})
_ROWS = "n = 0"
_FOUND_AGAIN = "t.tableoid = p.part AND t.ctid = p.place AND {same} = p.k"


@dataclass(slots=True)
class Writing:
    """One table that is changed: `key` are the columns by which its rows are known, none for their content."""

    db: Database
    where: str
    schema: str
    info: TableInfo
    key: tuple[str, ...]
    references: Sequence[Reference]
    guard: Guard
    columns: list[str] = field(default_factory=list)

    @property
    def table(self) -> str:
        """The table with its alias."""
        return f"{table_name(self.schema, self.info)} AS t"

    @property
    def is_keyed(self) -> bool:
        """Whether its rows have a key of their own."""
        return bool(self.key or self.info.key)

    @property
    def row_key(self) -> str:
        """What the temporary tables call `k`, over `t`."""
        return key_expression(self.info, self.key) if self.is_keyed else content_expression()

    @property
    def number(self) -> str:
        """The key column where rows are known by one whole number: such keys are compared as numbers, which is fast."""
        key = self.key or self.info.key
        declared = {c.name: c.declared_type for c in self.info.columns}
        return key[0] if len(key) == 1 and declared[key[0]] in _WHOLE_NUMBERS else ""

    @property
    def same_row(self) -> str:
        """Condition over `t` and a place `p`."""
        return _FOUND_AGAIN.format(same=self.row_key)


def change_rows(work: Writing, changes: Changes) -> Applied:
    """Delete and empty what the changes name, in batches that are transactions of their own.

    Rows and cells already gone are no work, so an interrupted run is completed by the next.

    Raises:
        SourceError: a column cannot be emptied, a row that goes is still referred to, or a trigger or rule keeps it.
    """
    check_emptying(work.where, work.info, changes.empty)
    check_putting(work.where, work.info, changes.put)
    work.columns = list(changes.empty)
    is_plain = bool(work.number) and not work.references and not {"triggers", "rules"} & set(work.info.notes)
    _send_keys(work, (None if is_plain else changes.delete, *changes.empty.values()))
    n = n_put = 0
    if changes.put is not None:
        n_put = send_new(work, changes.put)
    if work.columns:
        n = _find_cells(work)
        _try_emptying(work)
    deleted = 0
    if len(changes.delete):
        deleted = _delete_by_number(work, changes.delete) if is_plain else _delete_all(work)
    if n_put:
        n_put = _put_all(work, list(changes.put_columns), n_put)
    return Applied(deleted, _empty_all(work, n) if n else dict.fromkeys(work.columns, 0), n_put)


def _distinct(work: Writing, keys: pl.Series) -> pl.Series:
    """Keys that can be those of rows, each once, in order."""
    distinct = keys.cast(pl.String).drop_nulls().unique()
    if work.number:  # what is not written as the store writes a number is the key of no row
        numbers = distinct.cast(pl.Int64, strict=False)
        return numbers.filter(numbers.cast(pl.String).eq(distinct)).drop_nulls().sort()
    return distinct.filter(~distinct.str.contains("\0", literal=True)).sort()  # no text of this store holds it


def _delete_by_number(work: Writing, keys: pl.Series) -> int:
    """The short way: nothing refers to these rows, nothing runs when they go, and they are known by a number."""
    numbers = _distinct(work, keys)
    work.db.execute("CREATE TEMPORARY TABLE bequest_numbers (k bigint) ON COMMIT DELETE ROWS")
    statement = f"DELETE FROM {work.table} USING pg_temp.bequest_numbers AS p WHERE t.{quoted(work.number)} = p.k"  # noqa: S608
    deleted = 0
    for part in numbers.to_frame().iter_slices(BATCH):
        work.guard()
        with work.db.transaction(), work.db.cursor() as cursor:
            with cursor.copy("COPY pg_temp.bequest_numbers FROM STDIN (FORMAT csv)") as copy:
                copy.write(part.write_csv(include_header=False).encode())
            n = cursor.execute(statement).rowcount
        deleted += n
    return deleted


def _send_keys(work: Writing, wanted: Sequence[pl.Series | None]) -> None:
    """Row keys with the number of what is to be done: 0 for whole rows, else of the column that is emptied."""
    work.db.execute("CREATE TEMPORARY TABLE bequest_keys (n integer, k text)")
    with work.db.cursor() as cursor, cursor.copy("COPY pg_temp.bequest_keys FROM STDIN (FORMAT csv)") as copy:
        for n, keys in enumerate(wanted):
            if keys is None or not len(keys):
                continue
            frame = _distinct(work, keys).cast(pl.String).to_frame("k").select(pl.lit(n, pl.Int32).alias("n"), "k")
            for part in frame.iter_slices(BATCH):
                copy.write(part.write_csv(include_header=False, quote_style="non_numeric").encode())


def _matching(work: Writing, numbers: str, selected: str) -> str:
    """A query for `part`, `place`, `k` of the rows with keys under these numbers; among equal rows, of as many."""
    if work.is_keyed:
        keys = f"SELECT k, array_agg(n) AS n FROM pg_temp.bequest_keys WHERE {numbers} GROUP BY k"  # noqa: S608
        if numbers == _ROWS:  # each key is there once
            keys = f"SELECT k FROM pg_temp.bequest_keys WHERE {numbers}"  # noqa: S608
        same = f"t.{quoted(work.number)} = w.k::bigint" if work.number else f"{work.row_key} = w.k"
        rows = f"{work.table} JOIN ({keys}) AS w ON {same}"
        return f"SELECT t.tableoid AS part, t.ctid AS place, w.k, {selected} FROM {rows}"  # noqa: S608
    keys = (
        "SELECT split_part(k, '#', 1) AS d, split_part(k, '#', 2) AS o, array_agg(n) AS n"  # noqa: S608
        f" FROM pg_temp.bequest_keys WHERE {numbers} GROUP BY k"
    )
    rows = (
        f"(SELECT t.tableoid AS part, t.ctid AS place, {work.row_key} AS k,"  # noqa: S608
        f" row_number() OVER (PARTITION BY {work.row_key}) AS o FROM {work.table}) AS x"
    )
    again = f"JOIN {work.table} ON t.tableoid = x.part AND t.ctid = x.place"
    join = f"JOIN ({keys}) AS w ON w.d = x.k AND w.o = x.o::text"
    return f"SELECT x.part, x.place, x.k, {selected} FROM {rows} {join} {again}"  # noqa: S608


def _find_rows(work: Writing) -> int:
    """Places of whole rows that go; how many."""
    work.db.execute("DROP TABLE IF EXISTS pg_temp.bequest_rows")
    found = (
        "SELECT row_number() OVER (ORDER BY part, place) AS n, part, place, k"  # noqa: S608
        f" FROM ({_matching(work, _ROWS, '1')}) s"
    )
    n = work.db.execute(f"CREATE TEMPORARY TABLE bequest_rows AS {found}").rowcount
    work.db.execute("CREATE UNIQUE INDEX ON pg_temp.bequest_rows (n)")
    return n


def _find_cells(work: Writing) -> int:
    """Places of rows that stay and lose cells: `cols` are the numbers of the columns that hold anything; how many."""
    work.db.execute("DROP TABLE IF EXISTS pg_temp.bequest_cells")
    filled = [
        f"CASE WHEN {i} = ANY (w.n) AND NOT {blank_expression(text_expression(work.info, c))} THEN {i} END"
        for i, c in enumerate(work.columns, 1)
    ]
    cols = f"array_remove(ARRAY[{', '.join(filled)}]::integer[], NULL) AS cols"
    found = (
        "SELECT row_number() OVER (ORDER BY cols, part, place) AS n, part, place, k, cols"  # noqa: S608
        f" FROM ({_matching(work, 'n > 0', cols)}) s WHERE cols <> '{{}}'"
    )
    n = work.db.execute(f"CREATE TEMPORARY TABLE bequest_cells AS {found}").rowcount
    work.db.execute("CREATE UNIQUE INDEX ON pg_temp.bequest_cells (n)")
    return n


def _put_all(work: Writing, columns: list[str], n: int) -> int:
    """Rounds until every row with such a key has its new values; how many rows. `n`: rows found."""
    for _ in range(_ROUNDS if work.is_keyed else 1):
        done = sum(list(put_batches(work, columns, n)))
        if done == n:
            return n
        n = find_new(work) if work.is_keyed else n
    raise _held_back(work, "rows to be anonymised", n)


def _delete_all(work: Writing) -> int:
    """Rounds until no row with such a key is left; how many went.

    Without keys there is one round only: rows of equal content are named anew when some of them have gone.
    """
    total = before = 0
    for _ in range(_ROUNDS if work.is_keyed else 1):
        n = _find_rows(work)
        if not n:
            return total
        if n == before:
            break
        check_references(work.db, work.where, work.table, work.references)
        gone = sum(_delete_batches(work, n))
        total += gone
        before = n
        if gone == n:
            return total
    raise _held_back(work, "rows", n)


def _delete_batches(work: Writing, n: int) -> Iterator[int]:
    refers_to_itself = any(r.is_itself for r in work.references)
    size = n if refers_to_itself else BATCH  # rows that refer to each other go together or not at all
    statement = f"DELETE FROM {work.table} USING pg_temp.bequest_rows AS p WHERE {work.same_row}"  # noqa: S608
    for first in range(1, n + 1, size):
        work.guard()
        with work.db.transaction():
            _by_place(work.db)
            batch = f"p.n BETWEEN {first} AND {first + size - 1}"
            check_references_of(work.db, work.where, work.table, work.same_row, work.references, batch)
            gone = work.db.execute(f"{statement} AND {batch}").rowcount
        yield gone


def _by_place(db: Database) -> None:
    """Let the planner fetch rows by their place instead of reading the whole table for each batch."""
    for setting in ("enable_hashjoin", "enable_mergejoin", "enable_bitmapscan"):
        db.execute(f"SET LOCAL {setting} = off")


def _empty_all(work: Writing, n: int) -> dict[str, int]:
    """Rounds until no cell that shall be empty holds anything; how many were emptied by column. `n`: rows found."""
    total = dict.fromkeys(work.columns, 0)
    for _ in range(_ROUNDS if work.is_keyed else 1):
        changed = 0
        for cols, rows in _empty_batches(work, n):
            changed += rows
            for c in cols:
                total[work.columns[c - 1]] += rows
        left = _find_cells(work) if work.is_keyed else n - changed
        if not left:
            return total
        if left == n:
            break
        n = left
    raise _held_back(work, "rows with cells to be emptied", n)


def _empty_batches(work: Writing, n: int) -> Iterator[tuple[Sequence[int], int]]:
    ranges = work.db.execute(
        "SELECT cols, min(n), max(n) FROM pg_temp.bequest_cells GROUP BY cols ORDER BY min(n)"
    ).fetchall()
    for first in range(1, n + 1, BATCH):
        last = first + BATCH - 1
        done = []
        work.guard()
        with work.db.transaction():
            _by_place(work.db)
            for cols, low, high in ranges:
                if low <= last and high >= first:
                    done.append((cols, _empty(work, cols, max(low, first), min(high, last))))
        yield from done


def _empty(work: Writing, cols: Sequence[int], first: int, last: int) -> int:
    """Empty these columns in these places: null where that may be, else the empty text; how many rows it were."""
    by_name = {c.name: c for c in work.info.columns}
    named = [by_name[work.columns[c - 1]] for c in cols]
    computed = [c.name for c in named if "generated" in c.notes]
    values = [f"{quoted(c.name)} = {'NULL' if c.nullable else repr('')}" for c in named if c.name not in computed]
    if not values:
        raise _computed(work, computed)
    after = " OR ".join(f"NOT {blank_expression(text_expression(work.info, c))}" for c in computed) or "false"
    query = (
        f"WITH done AS (UPDATE {work.table} SET {', '.join(values)} FROM pg_temp.bequest_cells AS p"  # noqa: S608
        f" WHERE {work.same_row} AND p.n BETWEEN {first} AND {last} RETURNING {after} AS full)"
        " SELECT count(*), count(*) FILTER (WHERE done.full) FROM done"
    )
    changed, still_full = work.db.execute(query).fetchone() or (0, 0)
    if still_full:
        raise _computed(work, computed)
    return int(changed)


def _try_emptying(work: Writing) -> None:
    """Empty one row of each pattern and take it back: constraints and triggers speak before anything is changed."""
    firsts = work.db.execute("SELECT cols, min(n) FROM pg_temp.bequest_cells GROUP BY cols").fetchall()
    if not firsts:
        return
    work.guard()
    with work.db.transaction() as attempt:
        for cols, n in firsts:
            _empty(work, cols, n, n)
        raise psycopg.Rollback(attempt)


def _computed(work: Writing, columns: Sequence[str]) -> SourceError:
    return SourceError(
        f"{work.where}: {', '.join(columns)} is computed from columns that stay, and would keep its value",
        hint="Decide the same for the columns it is computed from.",
        code=CONSTRAINT,
    )


def _held_back(work: Writing, what: str, n: int) -> SourceError:
    return SourceError(
        f"{work.where}: {n:,} {what} stay as they are although nothing refused: a trigger or rule keeps them, or"
        " somebody writes to the table",
        hint="Switch the trigger or rule off for the time of the destruction, stop the application, and run the step"
        " again.",
        code=CONSTRAINT,
    )

"""Set-based changes of one table in MariaDB and MySQL: lists of sorted keys, a transaction for each.

Every batch begins after the guard has agreed. A row that stays loses all its cells in one statement, so that a crash
leaves it as it was or as it shall be, also in an engine without transactions. Rows and cells already gone are no work,
so an interrupted run is completed by the next.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl
import pymysql

from bequest.kernel.errors import SourceError
from bequest.sources.codes import CONSTRAINT
from bequest.sources.emptying import check_emptying, check_putting
from bequest.sources.mariadb_connect import Database, number_of, rows
from bequest.sources.mariadb_errors import DEADLOCK
from bequest.sources.mariadb_inventory import Table
from bequest.sources.mariadb_text import (
    Kind,
    blank_expression,
    content_expression,
    having_keys,
    literal,
    quoted,
)
from bequest.sources.source import KEY, Applied, Changes, Guard

BATCH = 5_000
"""Rows in one transaction: short locks, and a lost lease stops soon."""

SCANNED_BATCH = 50_000
"""Where no index serves each batch reads the whole table: fewer of them."""

_STATEMENT_BYTES = 1 << 20
_ATTEMPTS = 6
Result = TypeVar("Result")
_COLUMNS = "columns"


@dataclass(slots=True)
class _Counts:
    """What has been done."""

    deleted: int = 0
    emptied: dict[str, int] = field(default_factory=dict)

    def add(self, other: "_Counts") -> None:
        """Count what a committed batch did."""
        self.deleted += other.deleted
        for c, n in other.emptied.items():
            self.emptied[c] = self.emptied.get(c, 0) + n


def refuse_impossible(where: str, table: Table, changes: Changes) -> None:
    """Refuse up front what the table cannot do, before anything is changed.

    Raises:
        SourceError: naming the columns.
    """
    if "system_versioned" in table.info.notes:
        raise SourceError(
            f"{where} keeps the history of its rows: what is deleted or emptied stays in it",
            hint="Let its owner end that (ALTER TABLE … DROP SYSTEM VERSIONING), then run the step again.",
            code=CONSTRAINT,
        )
    emptied = [c for c, keys in changes.empty.items() if len(keys)]
    check_emptying(where, table.info, emptied)
    check_putting(where, table.info, changes.put)
    notes = {c.name: c for c in table.info.columns}
    against = [c for c in emptied if "checked" in notes[c].notes and not notes[c].nullable]
    if emptied and all("generated" in notes[c].notes for c in emptied):
        against = emptied
    if against:
        raise SourceError(
            f"{where}: {', '.join(against)} cannot be emptied: checked and never null, or computed from other columns;"
            " nothing was changed",
            hint="Let the owner of the schema allow NULL there; a generated column empties with those it is computed"
            " from.",
            code=CONSTRAINT,
        )


def change_rows(db: Database, table: Table, key: Sequence[str], work: pl.DataFrame, guard: Guard) -> Applied:
    """Delete and empty: `work` as from `work_of`, its keys made of the columns of `key`."""
    done = _Counts()
    columns = table.kinds(key)
    indexed = tuple(key) == table.info.key
    size = _batch_rows(work, BATCH if indexed else SCANNED_BATCH)
    if len(columns) == 1 and columns[0].kind is Kind.WHOLE:
        work = work.sort(pl.col(KEY).cast(pl.Int128, strict=False), pl.col(KEY))
    else:
        work = work.sort(KEY)
    for going in (work.filter(pl.col(_COLUMNS).is_null()), work.filter(pl.col(_COLUMNS).is_not_null())):
        for part in going.iter_slices(size):
            statements = [
                (having_keys(columns, group[KEY]), None if names is None else names.split("\0"))
                for (names,), group in part.partition_by(_COLUMNS, as_dict=True, maintain_order=True).items()
            ]
            done.add(_committed(db, table, statements, guard))
    return _applied(done, work)


def change_equal_rows(db: Database, table: Table, work: pl.DataFrame, totals: pl.DataFrame, guard: Guard) -> Applied:
    """Delete and empty in a table without a key, by content.

    `totals`: `h`, `n`: how many rows there are of each content. Where all equal rows meet the same fate they go by the
    list; else as many as are named go, one content at a time: nobody can tell which of equal rows they were. So it is
    also where an equal row came in since they were counted: before the list goes it is counted again, under lock.
    """
    content = content_expression(table.kinds(table.info.column_names()))
    split = pl.col(KEY).str.split_exact("#", 1).struct
    counted = work.select(split.field("field_0").alias("h"), _COLUMNS).group_by("h", _COLUMNS).len("k")
    counted = counted.join(totals, on="h", how="inner").sort(_COLUMNS, "h", nulls_last=False)
    done = _Counts()
    whole = counted.filter(pl.col("k") == pl.col("n"))
    apart = [counted.filter(pl.col("k") < pl.col("n"))]
    for names, group in whole.group_by(_COLUMNS, maintain_order=True):
        columns = None if names[0] is None else str(names[0]).split("\0")
        for part in group.iter_slices(SCANNED_BATCH):
            listed = ",".join(map(literal, part["h"].to_list()))
            n = int(part["k"].sum())
            only = f"SELECT COUNT(*) FROM {quoted(table.info.name)} WHERE {content} IN ({listed}) FOR UPDATE"  # noqa: S608
            try:
                if "no_transactions" in table.info.notes:  # nothing keeps others from writing in between
                    raise _MovedError
                done.add(_committed(db, table, [(f"{content} IN ({listed})", columns)], guard, only=(only, n)))
            except _MovedError:
                apart.append(part)
    left = pl.concat(apart).select("h", _COLUMNS, "k")
    for h, names, k in left.iter_rows():
        columns = None if names is None else names.split("\0")
        done.add(_committed(db, table, [(f"{content} = {literal(h)}", columns)], guard, limit=k))
    return _applied(done, work)


def work_of(table: Table, changes: Changes) -> pl.DataFrame:
    """One line per row: `__key`, `columns` that are emptied (null: the whole row goes)."""
    computed = {c.name for c in table.info.columns if "generated" in c.notes}
    deleted = pl.DataFrame({KEY: changes.delete.cast(pl.String)}).drop_nulls().unique()
    parts = [
        pl.DataFrame({KEY: keys.cast(pl.String)}).drop_nulls().unique().with_columns(pl.lit(c).alias(_COLUMNS))
        for c, keys in changes.empty.items()
        if c not in computed
    ]
    empty = pl.concat([pl.DataFrame(schema={KEY: pl.String, _COLUMNS: pl.String}), *parts])
    empty = empty.group_by(KEY).agg(pl.col(_COLUMNS).sort().str.join("\0")).join(deleted, on=KEY, how="anti")
    return pl.concat([deleted.with_columns(pl.lit(None, pl.String).alias(_COLUMNS)), empty])


def _applied(done: _Counts, work: pl.DataFrame) -> Applied:
    names = {c for joined in work[_COLUMNS].drop_nulls().unique() for c in joined.split("\0")}
    return Applied(done.deleted, {c: done.emptied.get(c, 0) for c in sorted(names)})


def _batch_rows(work: pl.DataFrame, most: int) -> int:
    longest = work[KEY].str.len_bytes().max() if work.height else 0
    return max(min(most, _STATEMENT_BYTES // (int(str(longest or 0)) + 4)), 1)


Statements = Iterable[tuple[str, list[str] | None]]


def _committed(
    db: Database, table: Table, statements: Statements, guard: Guard, limit: int = 0, only: tuple[str, int] = ("", 0)
) -> _Counts:
    """One transaction of deletions and emptied cells."""
    made = list(statements)

    def change() -> _Counts:
        counts = _Counts()
        if only[0] and int(rows(db, only[0])[0][0]) != only[1]:
            raise _MovedError
        for where, columns in made:
            counts.add(_changed(db, table, where, columns, limit))
        return counts

    return in_transaction(db, change, guard)


def in_transaction(db: Database, change: Callable[[], Result], guard: Guard) -> Result:
    """One transaction; begun anew where another session wanted the same rows and the server gave way to it."""
    for attempt in range(1, _ATTEMPTS + 1):
        guard()
        try:
            db.begin()
            done = change()
            db.commit()
        except pymysql.OperationalError as error:
            if number_of(error) != DEADLOCK or attempt == _ATTEMPTS:
                raise
            db.rollback()
        except BaseException:
            if db.open:
                _roll_back(db)
            raise
        else:
            return done
    raise AssertionError("unreachable")


class _MovedError(Exception):
    """Other rows are there than were counted."""


def _roll_back(db: Database) -> None:
    try:
        db.rollback()
    except pymysql.Error:
        return  # the connection is gone, and with it the transaction


def _changed(db: Database, table: Table, where: str, columns: list[str] | None, limit: int) -> _Counts:
    name = quoted(table.info.name)
    cut = f" LIMIT {limit}" if limit else ""
    with db.cursor() as cursor:
        if columns is None:
            return _Counts(deleted=cursor.execute(f"DELETE FROM {name} WHERE {where}{cut}"))  # noqa: S608
        filled = {c: f"NOT {blank_expression(table.columns[c])}" for c in columns}
        some = f"{where} AND ({' OR '.join(filled.values())})"
        emptied: dict[str, int] = {}
        if len(columns) > 1:
            sums = ", ".join(f"COALESCE(SUM({f}), 0)" for f in filled.values())
            inner = ", ".join(dict.fromkeys(quoted(c) for c in columns))
            cursor.execute(f"SELECT {sums} FROM (SELECT {inner} FROM {name} WHERE {some}{cut} FOR UPDATE) AS t")  # noqa: S608
            emptied = {c: int(n) for c, n in zip(columns, cursor.fetchone() or (), strict=True)}
        n = cursor.execute(f"UPDATE {name} SET {', '.join(_settings(table, columns))} WHERE {some}{cut}")  # noqa: S608
        return _Counts(emptied=emptied or {columns[0]: n})


def _settings(table: Table, columns: Sequence[str]) -> Iterator[str]:
    nullable = {c.name: c.nullable for c in table.info.columns}
    for c in columns:
        yield f"{quoted(c)} = {'NULL' if nullable[c] else chr(39) * 2}"
    for c in table.sets_itself:  # a time of change that the server sets by itself stays as it was
        if c not in columns:
            yield f"{quoted(c)} = {quoted(c)}"


Reader = Callable[[Sequence[str], Sequence[str]], Iterator[pl.DataFrame]]


def in_declared_key(read: Reader, table: Table, key: Sequence[str], work: pl.DataFrame) -> pl.DataFrame:
    """The same work by the declared key: the rows are found by one reading of both keys, the server by its index."""
    own = table.info.key
    found = [work.clear()]
    for batch in read(own, key):
        both = batch.with_columns(pl.concat_str([pl.col(c).fill_null("") for c in own], separator="\x1f").alias("own"))
        met = both.join(work, on=KEY, how="inner")
        found.append(met.select(pl.col("own").alias(KEY), *(c for c in work.columns if c != KEY)))
    return pl.concat(found)

"""New values in rows of a MariaDB or MySQL table that stay.

Rows that get the same values go in one statement: anonymised rows are alike, so there are few. Rows are found by the
very conditions by which they are deleted.
"""

from collections.abc import Iterator, Sequence

import polars as pl

from bequest.sources.mariadb_connect import Database
from bequest.sources.mariadb_inventory import Table
from bequest.sources.mariadb_text import blank_expression, content_expression, having_keys, literal, quoted
from bequest.sources.mariadb_writing import BATCH, in_transaction
from bequest.sources.source import KEY, Guard

_AT_ONCE = 1_000
_Statement = tuple[str, int]


def put_rows(db: Database, table: Table, key: Sequence[str], put: pl.DataFrame, guard: Guard) -> int:
    """Write the values of `put` (see `Changes`), its keys made of the columns of `key`, or of the content without any.

    Doing it again does the same; cells that hold nothing stay so. A row gets all its values in one statement.
    """
    made = list(_by_key(table, key, put) if key else _by_content(table, put))
    waiting: list[str] = []
    rows = total = 0
    for statement, n in [*made, ("", 0)]:
        if waiting and (not statement or rows + n > BATCH):
            _run(db, waiting, guard)
            waiting, rows = [], 0
        waiting.append(statement)
        rows, total = rows + n, total + n
    return total


def _run(db: Database, statements: list[str], guard: Guard) -> None:
    def change() -> None:
        with db.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    in_transaction(db, change, guard)


def _by_key(table: Table, key: Sequence[str], put: pl.DataFrame) -> Iterator[_Statement]:
    kinds, columns = table.kinds(key), [c for c in put.columns if c != KEY]
    for values, group in put.unique(KEY).sort(KEY).group_by(columns, maintain_order=True):
        for part in group.iter_slices(_AT_ONCE):
            yield f"{_update(table, columns, values)} WHERE {having_keys(kinds, part[KEY])}", part.height


def _by_content(table: Table, put: pl.DataFrame) -> Iterator[_Statement]:
    """One statement for each content: equal rows get equal values, of as many as are named."""
    content = content_expression(table.kinds(table.info.column_names()))
    columns = [c for c in put.columns if c != KEY]
    by_row = put.unique(KEY).with_columns(pl.col(KEY).str.head(64).alias("h"))
    for (h, *values), group in by_row.group_by("h", *columns, maintain_order=True):
        where = f"WHERE {content} = {literal(str(h))} LIMIT {group.height}"
        yield f"{_update(table, columns, values)} {where}", group.height


def _update(table: Table, columns: Sequence[str], values: Sequence[object]) -> str:
    declared = {c.name: c for c in table.info.columns}
    settings = []
    for name, value in zip(columns, values, strict=True):
        if "generated" in declared[name].notes:  # follows the columns it is computed from
            continue
        empty = "NULL" if declared[name].nullable else "''"
        new = empty if value is None else literal(str(value))
        settings.append(f"{quoted(name)} = IF({blank_expression(table.columns[name])}, {quoted(name)}, {new})")
    settings += [f"{quoted(c)} = {quoted(c)}" for c in table.sets_itself if c not in columns]
    return f"UPDATE {quoted(table.info.name)} SET {', '.join(settings)}"  # noqa: S608

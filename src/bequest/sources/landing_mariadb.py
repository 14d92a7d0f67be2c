"""A receiver's MariaDB or MySQL: rows come in statements of many rows, so that no file in clear is written for LOAD."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl

from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.codes import CONSTRAINT
from bequest.sources.landing import ROW
from bequest.sources.landing_sql import SqlLanding
from bequest.sources.mariadb_connect import Database, Server, Use
from bequest.sources.mariadb_text import quoted, quoted_values

# ruff: noqa: S608 - names are quoted, values are parameters

_STATEMENT_BYTES = 4 << 20


class MariadbLanding(SqlLanding):
    """One database."""

    kind = "mariadb"
    word_type = "varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
    token_type = "varchar(64) CHARACTER SET ascii COLLATE ascii_bin"  # noqa: S105 - a type of columns
    text_type = "longtext CHARACTER SET utf8mb4"
    name_bytes = 63
    stage_sql = "CREATE TEMPORARY TABLE {name} (row_id {token} NOT NULL, value {text}, KEY (row_id))"
    unstage_sql = "DROP TEMPORARY TABLE {name}"
    delete_sql = f"DELETE t FROM {{table}} AS t JOIN bequest_stage AS s ON t.{ROW} = s.row_id WHERE {{when}}"
    update_sql = f"UPDATE {{table}} AS t JOIN bequest_stage AS s ON t.{ROW} = s.row_id SET t.{{column}} = s.value"

    def __init__(self, db: Database) -> None:
        self._db = db
        longest = self.rows("SELECT @@max_allowed_packet")[0][0]
        self._most = min(_STATEMENT_BYTES, int(longest) // 2)

    def quoted(self, name: str) -> str:
        """A name as SQL."""
        return quoted(name)

    def place(self, name: str) -> str:
        """A table as SQL; the schema is the database of the address."""
        return quoted(name)

    def run(self, statement: str, *values: str | int) -> int:
        """Run a statement; how many rows it met."""
        with self._db.cursor() as cursor:
            return int(cursor.execute(statement, values or None))

    def rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        """A small answer, every value text."""
        with self._db.cursor() as cursor:
            cursor.execute(query, values or None)
            return list(cursor.fetchall())

    @contextmanager
    def transaction(self) -> Iterator[object]:
        """All in the block or nothing."""
        self._db.begin()
        try:
            yield self
        except BaseException:
            self._db.rollback()
            raise
        self._db.commit()

    def load(self, place: str, columns: Sequence[str], frame: pl.DataFrame) -> None:
        """In statements of many rows, each short enough for the server."""
        if not frame.height:
            return
        values = [quoted_values(frame[c]).fill_null("NULL").alias(str(i)) for i, c in enumerate(frame.columns)]
        rows = pl.DataFrame(values).select(pl.concat_str(pl.all(), separator=",").alias("row"))
        size = pl.col("row").str.len_bytes() + 3
        rows = rows.with_columns((size.cum_sum() // self._most).alias("group"))
        head = f"INSERT INTO {place} ({', '.join(columns)}) VALUES "
        for group in rows.partition_by("group", maintain_order=True):
            self.run(f"{head}({'),('.join(group['row'].to_list())})")

    def columns_of(self, name: str) -> list[str]:
        """The columns of a table, none where there is no such table."""
        query = (
            "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s"
            " ORDER BY ordinal_position"
        )
        return [str(c) for (c,) in self.rows(query, name)]

    def make_index(self, name: str) -> None:
        """The index on the row token, where there is none."""
        query = (
            "SELECT 1 FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = %s"
            " AND column_name = %s AND seq_in_index = 1"
        )
        if not self.rows(query, name, ROW):
            self.run(f"CREATE INDEX bequest_row ON {self.place(name)} ({ROW})")


@contextmanager
def opened(spec: Source, secrets: Secrets) -> Iterator[MariadbLanding]:
    """The database of the address, open for an import.

    Raises:
        SourceError: where a schema is named: in MariaDB that is the database itself.
    """
    if spec.schema:
        raise SourceError(
            "--schema is for PostgreSQL: in MariaDB a schema is the database that the address names",
            hint="Leave --schema out and name the database at the end of the address.",
            code=CONSTRAINT,
        )
    with Server(spec, secrets).connected(Use.DELETE) as db:
        landing = MariadbLanding(db)
        landing.begin()
        yield landing

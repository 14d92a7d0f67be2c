"""A receiver's PostgreSQL: rows come by COPY."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import polars as pl

from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.landing import ROW
from bequest.sources.landing_sql import SqlLanding
from bequest.sources.postgresql_connect import Database, Server, Use
from bequest.sources.postgresql_text import quoted

# ruff: noqa: S608 - names are quoted, values are parameters


class PostgresqlLanding(SqlLanding):
    """One schema of a database."""

    kind = "postgresql"
    word_type = "text"
    token_type = "text"  # noqa: S105 - a type of columns
    text_type = "text"
    name_bytes = 63
    stage_sql = "CREATE TEMPORARY TABLE {name} (row_id {token} NOT NULL, value {text})"
    unstage_sql = "DROP TABLE pg_temp.{name}"
    delete_sql = f"DELETE FROM {{table}} AS t USING bequest_stage AS s WHERE t.{ROW} = s.row_id AND {{when}}"
    update_sql = f"UPDATE {{table}} AS t SET {{column}} = s.value FROM bequest_stage AS s WHERE t.{ROW} = s.row_id"

    def __init__(self, db: Database, schema: str) -> None:
        self._db = db
        self._schema = schema

    def quoted(self, name: str) -> str:
        """A name as SQL."""
        return quoted(name)

    def place(self, name: str) -> str:
        """A table as SQL, with its schema."""
        return f"{quoted(self._schema)}.{quoted(name)}"

    def run(self, statement: str, *values: str | int) -> int:
        """Run a statement; how many rows it met."""
        return self._db.execute(statement.encode(), values or None).rowcount

    def rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        """A small answer."""
        return self._db.execute(query.encode(), values or None).fetchall()

    def transaction(self) -> AbstractContextManager[object]:
        """All in the block or nothing."""
        return self._db.transaction()

    def begin(self) -> None:
        """Make schema and journal where there is none."""
        if not self.rows("SELECT 1 FROM pg_namespace WHERE nspname = %s", self._schema):
            self.run(f"CREATE SCHEMA {quoted(self._schema)}")
        super().begin()

    def load(self, place: str, columns: Sequence[str], frame: pl.DataFrame) -> None:
        """By COPY: nothing is null, a text without signs is quoted."""
        into = f"COPY {place} ({', '.join(columns)}) FROM STDIN (FORMAT csv)"
        with self._db.cursor() as cursor, cursor.copy(into.encode()) as copy:
            for part in frame.iter_slices(20_000):
                copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))

    def columns_of(self, name: str) -> list[str]:
        """The columns of a table, none where there is no such table."""
        query = (
            "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0"
            " AND NOT a.attisdropped ORDER BY a.attnum"
        )
        return [str(c) for (c,) in self.rows(query, self._schema, name)]

    def make_index(self, name: str) -> None:
        """The index on the row token, where there is none."""
        has_one = (
            "SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid ="
            " c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]"
            " WHERE n.nspname = %s AND c.relname = %s AND a.attname = %s"
        )
        if not self.rows(has_one, self._schema, name, ROW):
            self.run(f"CREATE INDEX ON {self.place(name)} ({ROW})")


@contextmanager
def opened(spec: Source, secrets: Secrets) -> Iterator[PostgresqlLanding]:
    """The schema of the source (`public` where none is named), open for an import."""
    with Server(spec, secrets).connected(Use.DELETE) as db:
        landing = PostgresqlLanding(db, spec.schema or "public")
        landing.begin()
        yield landing

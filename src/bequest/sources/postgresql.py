"""PostgreSQL: one schema of one database, read at driver speed, changed set by set in short transactions.

Reading is one snapshot, read-only, as text that the server makes. Each phase may have an account of its own
(`url`, `delete_url`, `scrub_url`); see `bequest.sources.postgresql_connect`. Tried on version 15.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl
from adbc_driver_postgresql import StatementOptions

from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.codes import CHANGED
from bequest.sources.marker import TABLE_MARKER
from bequest.sources.postgresql_connect import Database, Server, Use, record_batches
from bequest.sources.postgresql_references import read_references
from bequest.sources.postgresql_sampling import sample_query
from bequest.sources.postgresql_schema import Relation, counted, read_schema
from bequest.sources.postgresql_scrub import plan_scrub, scrub
from bequest.sources.postgresql_standing import standing
from bequest.sources.postgresql_text import (
    blank_expression,
    key_expression,
    keyed_rows,
    quoted,
    table_name,
    text_expression,
)
from bequest.sources.postgresql_whole import check_may_empty, empty_tables
from bequest.sources.postgresql_writing import Writing, change_rows
from bequest.sources.row_keys import check_changes, unusable_key
from bequest.sources.scrub import ScrubPlan
from bequest.sources.source import BATCH_ROWS, KEY, Applied, Changes, CleanReport, Guard, TableInfo
from bequest.sources.standing import Standing

_BATCH_BYTES = 8 << 20


class PostgresqlSource:
    """A schema of a PostgreSQL database; a row without key is known by its content."""

    def __init__(self, spec: Source, secrets: Secrets) -> None:
        self.name = spec.name
        self.schema = spec.schema or "public"
        self._spec = spec
        self._server = Server(spec, secrets)

    def inventory(self) -> tuple[TableInfo, ...]:
        """All tables with their rows counted; views and what the account may not read are listed with the reason."""
        with self._server.connected() as db:
            mine = [r for r in read_schema(db, self.name, self.schema) if self._spec.holds(r.info.name)]
            return counted(db, self.schema, mine)

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        key: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
        allow_duplicates: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """Batches: `__key`, then the columns (see `OpenSource.read`). Everything comes from one snapshot."""
        info = self._table(table).info
        wanted = tuple(info.column_names() if columns is None else columns)
        self._need_columns(info, (*wanted, *key))
        checked = tuple(key) if key and not allow_duplicates and tuple(key) != info.key else ()
        query = keyed_rows(self.schema, info, key, [text_expression(info, c) for c in wanted])
        batches = self._batches(info, query, wanted, batch_rows, checked)
        next(batches)  # the key is checked now, in the snapshot that is read
        return batches

    def sample(self, table: str, n: int) -> pl.DataFrame:
        """At most n rows spread over the table, the same at every call; of a large table from some of its pages.

        The rows of such a sample have no key where the table has none.
        """
        relation = self._table(table)
        wanted = relation.info.column_names()
        with self._server.connected() as db:
            query = sample_query(db, self.schema, relation, n)
        parts = list(self._batches(relation.info, query, wanted, BATCH_ROWS, ()))[1:]
        return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys((KEY, *wanted), pl.String))

    def fingerprint(self) -> str:
        """SHA-256 over the schema and the number of rows of each table; `mark` speaks of the content."""
        digest = hashlib.sha256()
        for info in self.inventory():
            parts = [info.name, str(info.n_rows), info.why_not_scanned, *info.key]
            for part in (*parts, *(f"{c.name}\0{c.declared_type}\0{c.nullable}" for c in info.columns)):
                encoded = part.encode()
                digest.update(len(encoded).to_bytes(4, "big") + encoded)
        return digest.hexdigest()

    def apply(self, table: str, changes: Changes, *, guard: Guard) -> Applied:
        """Delete rows and empty cells in batches, each its own transaction; see `OpenSource.apply`."""
        where = f"{self.name}.{table}"
        with self._server.connected(Use.DELETE) as db:
            relation = self._found(db, table)
            info = relation.info
            key = tuple(dict.fromkeys((*changes.key, *info.key)))
            check_changes(where, changes, info.column_names(), key, numbered=not key)
            if changes.taken_from and changes.taken_from != self.fingerprint():
                raise SourceError(
                    f"{where} has changed since its rows were read",
                    hint="Read the source again and decide anew; nothing was changed.",
                    code=CHANGED,
                )
            if changes.key and changes.key != info.key:
                self._check_key(db, info, changes.key)
            references = read_references(db, relation.oid)
            return change_rows(Writing(db, where, self.schema, info, changes.key, references, guard), changes)

    def standing(self) -> Standing:
        """What the server would refuse to the account that deletes; nothing is changed."""
        with self._server.connected(Use.DELETE) as db:
            return standing(db, self.name, self.schema)

    def check_may_empty(self, tables: Sequence[str]) -> None:
        """Nothing, where these tables can be emptied as a whole; see `ServerStore.check_may_empty`."""
        with self._server.connected(Use.DELETE) as db:
            check_may_empty(db, self.name, self.schema, self._relations(db, tables))

    def empty_whole(self, tables: Sequence[str], is_same: Callable[[str], bool], guard: Guard) -> tuple[str, ...]:
        """Empty these tables, all or none; see `ServerStore.empty_whole`."""
        with self._server.connected(Use.DELETE) as db:
            relations = self._relations(db, tables)
            check_may_empty(db, self.name, self.schema, relations)
            return empty_tables(db, self.schema, relations, is_same, guard)

    def plan_scrub(self, tables: Sequence[str]) -> ScrubPlan:
        """Tables rewritten, statistics and write-ahead log renewed: what that needs, and what stands against it."""
        with self._server.connected(Use.SCRUB) as db:
            return plan_scrub(db, self._spec, self.schema, tables)

    def clean(self, guard: Guard, tables: Sequence[str] | None = None) -> CleanReport:
        """Rewrite the tables and let the old write-ahead log vanish (see `bequest.sources.postgresql_scrub`).

        Raises:
            SourceError: a right is missing, somebody holds a lock or an old snapshot, or keeps the log.
        """
        with self._server.connected(Use.SCRUB) as db:
            return scrub(db, self._spec, self.schema, tables, guard)

    def marker(self, case_id: str) -> bool:
        """Whether the schema carries the rehearsal marker of that case."""
        with self._server.connected() as db:
            name = f"{quoted(self.schema)}.{quoted(TABLE_MARKER)}"
            [there] = db.execute("SELECT to_regclass(%s) IS NOT NULL", (name,)).fetchone() or (False,)
            if not there:
                return False
            query = f"SELECT 1 FROM {name} WHERE case_id = %s"  # noqa: S608 - names are quoted
            return db.execute(query, (case_id,)).fetchone() is not None

    def raw_paths(self) -> tuple[Path, ...]:
        """None: the files are the server's."""
        return ()

    def _batches(
        self, info: TableInfo, query: str, wanted: tuple[str, ...], batch_rows: int, checked: tuple[str, ...]
    ) -> Iterator[pl.DataFrame]:
        """An empty batch once the key is checked, then the rows."""
        names = (KEY, *wanted)
        with self._server.arrow() as db, db.cursor() as cursor:
            if checked:
                cursor.execute(_key_query(self.schema, info, checked))
                _refuse_key(f"{self.name}.{info.name}", *(cursor.fetchone() or (0, 0)))
            yield pl.DataFrame(schema=dict.fromkeys(names, pl.String))
            cursor.adbc_statement.set_options(**{StatementOptions.BATCH_SIZE_HINT_BYTES.value: str(_BATCH_BYTES)})
            cursor.execute(query)
            for batch in record_batches(cursor):
                if batch.num_rows:
                    frame = pl.DataFrame(batch.rename_columns(list(names)))
                    yield from frame.iter_slices(batch_rows)

    def _check_key(self, db: Database, info: TableInfo, key: tuple[str, ...]) -> None:
        self._need_columns(info, key)
        found = db.execute(_key_query(self.schema, info, key)).fetchone()
        _refuse_key(f"{self.name}.{info.name}", *(found or (0, 0)))

    def _relations(self, db: Database, tables: Sequence[str]) -> list[Relation]:
        return [r for r in read_schema(db, self.name, self.schema) if r.info.name in tables]

    def _table(self, name: str) -> Relation:
        with self._server.connected() as db:
            return self._found(db, name)

    def _found(self, db: Database, name: str) -> Relation:
        for relation in read_schema(db, self.name, self.schema, name):
            if relation.info.why_not_scanned:
                raise SourceError(
                    f"{self.name}.{name} cannot be read: {relation.info.why_not_scanned}",
                    hint="`bequest source roles` prints the rights that each phase needs.",
                )
            return relation
        known = ", ".join(r.info.name for r in read_schema(db, self.name, self.schema))
        raise SourceError(f"source {self.name} has no table {name}", hint=f"Its tables are: {known}.")

    def _need_columns(self, info: TableInfo, columns: Sequence[str]) -> None:
        missing = [c for c in columns if c not in info.column_names()]
        if missing:
            raise SourceError(
                f"{self.name}.{info.name} has no column {', '.join(missing)}",
                hint="The schema has changed since the data map was made: run discovery again.",
            )


def _key_query(schema: str, info: TableInfo, key: tuple[str, ...]) -> str:
    """How many rows have an empty part in their key, and how many keys are there more than once."""
    blank = " OR ".join(blank_expression(text_expression(info, c)) for c in key)
    each = (
        f"SELECT count(*) AS n, count(*) FILTER (WHERE {blank}) AS b FROM {table_name(schema, info)} AS t"  # noqa: S608
        f" GROUP BY {key_expression(info, key)}"
    )
    return f"SELECT coalesce(sum(b), 0)::bigint, coalesce(sum(n - 1), 0)::bigint FROM ({each}) AS k"  # noqa: S608


def _refuse_key(where: str, n_empty: int, n_repeated: int) -> None:
    if n_empty or n_repeated:
        raise unusable_key(where, n_empty, n_repeated)

"""MariaDB and MySQL: read in snapshots as text, changed in batches of keys.

Foreign keys are not followed while rows go: a cascade would take rows that nobody decided on, and no trigger would see
it. What then refers to a row that is gone was planned to; `apply` never touches another table. Triggers do fire.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pymysql

from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.codes import CHANGED
from bequest.sources.mariadb_connect import Server, Use, rows
from bequest.sources.mariadb_inventory import Table, count_rows, read_tables
from bequest.sources.mariadb_putting import put_rows
from bequest.sources.mariadb_reading import read_rows
from bequest.sources.mariadb_scrub import plan_scrub, scrub
from bequest.sources.mariadb_standing import standing
from bequest.sources.mariadb_text import having_keys, literal
from bequest.sources.mariadb_whole import check_may_empty, empty_tables
from bequest.sources.mariadb_writing import change_equal_rows, change_rows, in_declared_key, refuse_impossible, work_of
from bequest.sources.marker import TABLE_MARKER
from bequest.sources.row_keys import check_changes, check_keys, empty_parts, sample_positions
from bequest.sources.scrub import ScrubPlan
from bequest.sources.source import BATCH_ROWS, KEY, Applied, Changes, CleanReport, Guard, TableInfo
from bequest.sources.standing import Standing

READ_WHOLE = 200_000
"""Up to so many rows a sample reads the table once; beyond, only its keys."""

KEYS_AT_ONCE = 5_000


class MariadbSource:
    """One database of a MariaDB or MySQL server."""

    def __init__(self, spec: Source, secrets: Secrets) -> None:
        self.name = spec.name
        self._spec = spec
        self._server = Server(spec, secrets)

    def inventory(self) -> tuple[TableInfo, ...]:
        """All tables; views and sequences are listed with the reason why they are not read. Counts are exact."""
        with self._server.connected() as db:
            return tuple(
                t.info if t.info.why_not_scanned else replace(t.info, n_rows=count_rows(db, name))
                for name, t in read_tables(db).items()
                if self._spec.holds(name)
            )

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        key: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
        allow_duplicates: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """Batches: `__key`, then the columns (see `OpenSource.read`); one read is one snapshot."""
        found, is_mariadb = self._table(table)
        wanted = tuple(found.info.column_names() if columns is None else columns)
        self._need_columns(found.info, (*wanted, *key))
        if key and not allow_duplicates and tuple(key) != found.info.key:
            self._check_key(found, tuple(key), is_mariadb=is_mariadb)
        return read_rows(self._server, found, wanted, key, batch_rows, is_mariadb=is_mariadb)

    def sample(self, table: str, n: int) -> pl.DataFrame:
        """At most n rows spread over the table, the same at every call."""
        found, is_mariadb = self._table(table)
        wanted = found.info.column_names()
        with self._server.connected(on=table) as db:
            n_rows = count_rows(db, table)
        positions = pl.Series(sample_positions(n_rows, n), dtype=pl.Int64)
        empty = pl.DataFrame(schema=dict.fromkeys((KEY, *wanted), pl.String))
        names = wanted if n_rows <= READ_WHOLE or not found.info.key else ()
        picked, first = [empty.select(KEY, *names)], 0
        for batch in read_rows(self._server, found, names, (), BATCH_ROWS, is_mariadb=is_mariadb):
            here = positions.filter((positions >= first) & (positions < first + batch.height)) - first
            picked.append(batch[here])
            first += batch.height
        got = pl.concat(picked)
        if names:
            return got
        columns = found.kinds(found.info.key)
        parts = [
            b
            for keys in got.iter_slices(KEYS_AT_ONCE)
            for b in read_rows(
                self._server, found, wanted, (), BATCH_ROWS,
                where=f" WHERE {having_keys(columns, keys[KEY])}", is_mariadb=is_mariadb,
            )
        ]  # fmt: skip
        return pl.concat([empty, *parts])

    def fingerprint(self) -> str:
        """SHA-256 over the schema and the number of rows of each table; `mark` speaks of the content."""
        digest = hashlib.sha256()
        for info in self.inventory():
            said = [(info.name, info.why_not_scanned, str(info.n_rows))]
            said += [(c.name, c.declared_type, str(c.nullable)) for c in info.columns]
            for part in (p for row in said for p in row):
                encoded = part.encode()
                digest.update(len(encoded).to_bytes(4, "big") + encoded)
        return digest.hexdigest()

    def apply(self, table: str, changes: Changes, *, guard: Guard) -> Applied:
        """Delete rows and empty cells in batches, each its own transaction; see `OpenSource.apply`."""
        found, is_mariadb = self._table(table, to_read=False)
        info = found.info
        key = tuple(changes.key or info.key)
        where = f"{self.name}.{table}"
        check_changes(where, changes, info.column_names(), tuple(dict.fromkeys((*key, *info.key))), numbered=not key)
        if changes.taken_from and changes.taken_from != self.fingerprint():
            raise SourceError(
                f"{where} has changed since its rows were read",
                hint="Read the source again and decide anew; nothing was changed.",
                code=CHANGED,
            )
        refuse_impossible(where, found, changes)
        if changes.key and key != info.key:
            self._check_key(found, key, is_mariadb=is_mariadb)
        applied = self._change(found, key, changes, guard, is_mariadb=is_mariadb)
        emptied = {c: applied.cells_emptied.get(c, 0) for c in changes.empty}
        return Applied(applied.rows_deleted, emptied, applied.rows_put)

    def standing(self) -> Standing:
        """What the server would refuse to the account that deletes; nothing is changed."""
        with self._server.connected(Use.DELETE) as db:
            return standing(db)

    def check_may_empty(self, tables: Sequence[str]) -> None:
        """Nothing, where these tables can be emptied as a whole; see `ServerStore.check_may_empty`."""
        with self._server.connected(Use.DELETE) as db:
            check_may_empty(db, self.name, tables)

    def empty_whole(self, tables: Sequence[str], is_same: Callable[[str], bool], guard: Guard) -> tuple[str, ...]:
        """Empty these tables one by one, each only if all are the same; see `ServerStore.empty_whole`."""
        with self._server.connected(Use.DELETE) as db:
            check_may_empty(db, self.name, tables)
            return empty_tables(db, tables, is_same, guard)

    def plan_scrub(self, tables: Sequence[str]) -> ScrubPlan:
        """What would be done so that deleted bytes leave the server's files, and what stands against it."""
        return plan_scrub(self._server, tables, managed=self._spec.managed)

    def clean(self, guard: Guard, tables: Sequence[str] | None = None) -> CleanReport:
        """Write the tables anew, and let the logs that hold deleted rows go.

        Raises:
            SourceError: naming what stands against it; the deletion itself stands.
        """
        if tables is None:
            tables = [t.name for t in self.inventory() if not t.why_not_scanned]
        return scrub(self._server, tables, guard, managed=self._spec.managed)

    def marker(self, case_id: str) -> bool:
        """Whether the database carries the rehearsal marker of that case."""
        with self._server.connected() as db:
            try:
                return bool(rows(db, f"SELECT 1 FROM {TABLE_MARKER} WHERE case_id = {literal(case_id)}"))  # noqa: S608
            except (pymysql.ProgrammingError, pymysql.OperationalError) as error:
                if error.args[0] in {1054, 1142, 1146}:
                    return False
                raise

    def raw_paths(self) -> tuple[Path, ...]:
        """None: the files are the server's own."""
        return ()

    def _change(self, found: Table, key: Sequence[str], changes: Changes, guard: Guard, *, is_mariadb: bool) -> Applied:
        work, put = work_of(found, changes), changes.put
        if key and found.info.key and tuple(key) != found.info.key:

            def both(own: Sequence[str], given: Sequence[str]) -> Iterator[pl.DataFrame]:
                return read_rows(self._server, found, own, given, BATCH_ROWS, is_mariadb=is_mariadb)

            put = None if put is None else in_declared_key(both, found, key, put)
            work, key = in_declared_key(both, found, key, work), found.info.key
        with self._server.connected(Use.DELETE, on=found.info.name) as db:
            n_put = 0 if put is None else put_rows(db, found, key, put, guard)
            if key:
                return replace(change_rows(db, found, key, work, guard), rows_put=n_put)
            digests = read_rows(self._server, found, (), (), BATCH_ROWS, is_mariadb=is_mariadb)
            parts = [b.select(pl.col(KEY).str.head(64).alias("h")).group_by("h").len("n") for b in digests]
            totals = pl.concat([pl.DataFrame(schema={"h": pl.String, "n": pl.get_index_type()}), *parts])
            done = change_equal_rows(db, found, work, totals.group_by("h").sum(), guard)
            return replace(done, rows_put=n_put)

    def _check_key(self, found: Table, key: tuple[str, ...], *, is_mariadb: bool) -> None:
        self._need_columns(found.info, key)
        keys, n_empty = [pl.Series(KEY, [], dtype=pl.String)], 0
        for batch in read_rows(self._server, found, key, key, BATCH_ROWS, is_mariadb=is_mariadb):
            keys.append(batch[KEY])
            n_empty += empty_parts(batch, key)
        check_keys(f"{self.name}.{found.info.name}", pl.concat(keys), n_empty)

    def _table(self, name: str, *, to_read: bool = True) -> tuple[Table, bool]:
        with self._server.connected() as db:
            found = read_tables(db, name, to_read=to_read).get(name)
            is_mariadb = "MariaDB" in db.get_server_info()
            known = ", ".join(read_tables(db)) if found is None else ""
        if found is None:
            raise SourceError(f"source {self.name} has no table {name}", hint=f"Its tables are: {known}.")
        if found.info.why_not_scanned:
            raise SourceError(f"{self.name}.{name} cannot be read: {found.info.why_not_scanned}")
        return found, is_mariadb

    def _need_columns(self, info: TableInfo, columns: Sequence[str]) -> None:
        missing = [c for c in columns if c not in info.column_names()]
        if missing:
            raise SourceError(
                f"{self.name}.{info.name} has no column {', '.join(missing)}",
                hint="The schema has changed since the data map was made: run discovery again.",
            )

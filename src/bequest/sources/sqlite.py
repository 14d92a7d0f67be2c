"""SQLite databases: read through a read-only connection, changed set by set in short transactions.

Foreign keys are not enforced while rows go: a cascade would take rows that nobody decided on. What then refers to a
row that is gone was planned to; `apply` never touches another table.
"""

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import polars as pl

from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.model.destruction import Level
from bequest.sources.codes import CHANGED, CONSTRAINT, ENCODING, LOCKED, UNREADABLE
from bequest.sources.marker import TABLE_MARKER, has_table_marker
from bequest.sources.replacing import check_room
from bequest.sources.row_keys import check_changes, check_keys, sample_positions
from bequest.sources.scrub import ScrubPlan, room_check
from bequest.sources.source import (
    BATCH_ROWS,
    KEY,
    Applied,
    Changes,
    CleanReport,
    ColumnInfo,
    Guard,
    TableInfo,
)
from bequest.sources.sqlite_comments import read_comments
from bequest.sources.sqlite_text import blank_expression, key_expression, quoted, rowid, text_expression
from bequest.sources.sqlite_writing import change_rows

_MAGIC = b"SQLite format 3\0"
_WAIT_SECONDS = 5.0


class SqliteSource:
    """A SQLite database; a table without declared key is known by its rowid."""

    def __init__(self, spec: Source) -> None:
        self.name = spec.name
        self.path = spec.path
        with self.path.open("rb") as stream:
            head = stream.read(16)
        if not head:
            raise SourceError(f"{self.path.name} is empty", hint="Check the copy of the database.")
        if head != _MAGIC:
            raise SourceError(
                f"{self.path.name} is not a SQLite database",
                hint="Check the path and the kind of the source; an encrypted database must be opened by its owner.",
                code=UNREADABLE,
            )

    def inventory(self) -> tuple[TableInfo, ...]:
        """All tables; views and virtual tables are listed with the reason why they are not read."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT name, type, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view')"
                " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> ? ORDER BY name",
                (TABLE_MARKER,),
            ).fetchall()
            return tuple(_table_info(db, name, kind, sql) for name, kind, sql in rows)

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        key: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
        allow_duplicates: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """Batches: `__key`, then the columns (see `OpenSource.read`)."""
        info = self._table(table)
        wanted = tuple(info.column_names() if columns is None else columns)
        self._need_columns(info, (*wanted, *key))
        if key and not allow_duplicates and tuple(key) != info.key:
            self._check_key(info, tuple(key))
        selected = [key_expression(info, tuple(key)), *(text_expression(c) for c in wanted)]
        query = f"SELECT {', '.join(selected)} FROM {quoted(table)}{_order(info)}"  # noqa: S608 - names are quoted
        return self._batches(info, query, (), wanted, batch_rows)

    def sample(self, table: str, n: int) -> pl.DataFrame:
        """At most n rows spread over the table, the same at every call."""
        info = self._table(table)
        positions = sample_positions(info.n_rows, n).tolist()
        wanted = info.column_names()
        selected = [f"{key_expression(info, ())} AS {quoted(KEY)}", *(_as(c) for c in wanted)]
        query = (  # names are quoted
            f"SELECT {', '.join(map(quoted, (KEY, *wanted)))} FROM ("  # noqa: S608
            f"SELECT {', '.join(selected)}, row_number() OVER ({_order(info).strip()}) - 1 AS __at"
            f" FROM {quoted(table)})"
            " WHERE __at IN (SELECT value FROM json_each(?)) ORDER BY __at"
        )
        parts = list(self._batches(info, query, (str(positions),), wanted, BATCH_ROWS))
        return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys((KEY, *wanted), pl.String))

    def fingerprint(self) -> str:
        """SHA-256 over the schema and the number of rows of each table; `mark` speaks of the content."""
        digest = hashlib.sha256()
        with self._reading() as db:
            schema = db.execute(
                "SELECT type, name, coalesce(sql, '') FROM sqlite_master ORDER BY type, name"
            ).fetchall()
        for row in (*schema, *((i.name, str(i.n_rows)) for i in self.inventory())):
            for part in row:
                encoded = str(part).encode()
                digest.update(len(encoded).to_bytes(4, "big") + encoded)
        return digest.hexdigest()

    def apply(self, table: str, changes: Changes, *, guard: Guard) -> Applied:
        """Delete rows and empty cells in batches, each its own transaction; see `OpenSource.apply`."""
        info = self._table(table)
        key = tuple(dict.fromkeys((*changes.key, *info.key)))
        where = f"{self.name}.{table}"
        check_changes(where, changes, info.column_names(), key, numbered=not key)
        if changes.taken_from and changes.taken_from != self.fingerprint():
            raise SourceError(
                f"{where} has changed since its rows were read",
                hint="Read the source again and decide anew; nothing was changed.",
                code=CHANGED,
            )
        if changes.key and changes.key != info.key:
            self._check_key(info, changes.key)
        with self._writing() as db:
            return change_rows(db, info, key_expression(info, changes.key), changes, guard)

    def plan_scrub(self, tables: Sequence[str]) -> ScrubPlan:  # noqa: ARG002 - the whole file or nothing
        """Log emptied, database rewritten: both need the file alone, and room for a second copy and a journal."""
        size = sum(p.stat().st_size for p in self.raw_paths())
        return ScrubPlan(
            Level.LOGICAL,
            ("secure_delete", "wal_checkpoint", "vacuum"),
            commands=("PRAGMA wal_checkpoint(TRUNCATE);", "VACUUM;", "PRAGMA wal_checkpoint(TRUNCATE);"),
            checks=(room_check(2 * size, shutil.disk_usage(self.path.parent).free),),
            locked=(self.path.name,),
            bytes_needed=2 * size,
        )

    def clean(self, guard: Guard, tables: Sequence[str] | None = None) -> CleanReport:  # noqa: ARG002
        """Empty the write-ahead log and rewrite the database without free pages.

        Raises:
            SourceError: another connection holds the database, or the disk has no room.
        """
        before = sum(p.stat().st_size for p in self.raw_paths())
        check_room(self.path.parent, 2 * before)
        guard()
        with self._writing() as db:
            self._truncate_log(db)
            guard()
            db.execute("VACUUM")
            self._truncate_log(db)
        after = sum(p.stat().st_size for p in self.raw_paths())
        return CleanReport(Level.LOGICAL, ("secure_delete", "wal_checkpoint", "vacuum"), before, after)

    def marker(self, case_id: str) -> bool:
        """Whether the database carries the rehearsal marker of that case."""
        with self._reading() as db:
            return has_table_marker(db, case_id)

    def raw_paths(self) -> tuple[Path, ...]:
        """The database file and its journals."""
        names = ("", "-wal", "-shm", "-journal")
        return tuple(p for p in (self.path.with_name(self.path.name + n) for n in names) if p.exists())

    def _truncate_log(self, db: sqlite3.Connection) -> None:
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise _locked(self.path)

    def _batches(
        self, info: TableInfo, query: str, parameters: tuple[str, ...], wanted: tuple[str, ...], batch_rows: int
    ) -> Iterator[pl.DataFrame]:
        schema = dict.fromkeys((KEY, *wanted), pl.String)
        with self._reading() as db:
            cursor = db.execute(query, parameters)
            cursor.row_factory = None
            while rows := self._fetch(cursor, info, batch_rows):
                yield pl.DataFrame(rows, schema=schema, orient="row")

    def _fetch(self, cursor: sqlite3.Cursor, info: TableInfo, n: int) -> list[tuple[str | None, ...]]:
        try:
            return cursor.fetchmany(n)
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
            raise SourceError(
                f"{self.name}.{info.name} holds text that is not UTF-8",
                hint="Let the owner of the database repair the encoding of that table.",
                code=ENCODING,
            ) from None

    def _check_key(self, info: TableInfo, key: tuple[str, ...]) -> None:
        self._need_columns(info, key)
        blank = " OR ".join(f"{blank_expression(text_expression(c))}" for c in key)
        query = f"SELECT sum({blank}) FROM {quoted(info.name)}"  # noqa: S608 - names are quoted
        with self._reading() as db:
            n_empty = db.execute(query).fetchone()[0] or 0
            query = f"SELECT {key_expression(info, key)} FROM {quoted(info.name)}"  # noqa: S608 - names are quoted
            keys = pl.DataFrame(db.execute(query).fetchall(), schema={KEY: pl.String}, orient="row").to_series()
        check_keys(f"{self.name}.{info.name}", keys, n_empty)

    def _table(self, name: str) -> TableInfo:
        tables = self.inventory()
        for info in tables:
            if info.name == name:
                if info.why_not_scanned:
                    raise SourceError(f"{self.name}.{name} cannot be read: {info.why_not_scanned}")
                return info
        known = ", ".join(i.name for i in tables)
        raise SourceError(f"source {self.name} has no table {name}", hint=f"Its tables are: {known}.")

    def _need_columns(self, info: TableInfo, columns: Sequence[str]) -> None:
        missing = [c for c in columns if c not in info.column_names()]
        if missing:
            raise SourceError(
                f"{self.name}.{info.name} has no column {', '.join(missing)}",
                hint="The schema has changed since the data map was made: run discovery again.",
            )

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._connected("ro") as db:
            db.execute("PRAGMA query_only = ON")
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._connected("rw") as db:
            db.execute("PRAGMA secure_delete = ON")
            db.execute("PRAGMA foreign_keys = OFF")
            yield db

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        try:
            db = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_WAIT_SECONDS, isolation_level=None
            )
            with closing(db):
                db.execute("PRAGMA temp_store = MEMORY")  # temporary tables hold row keys: never on disk
                db.execute("SELECT count(*) FROM sqlite_master").fetchone()
                yield db
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.DatabaseError as error:
            text = str(error)
            if "locked" in text or "busy" in text:
                raise _locked(self.path) from None
            if isinstance(error, sqlite3.IntegrityError):
                raise SourceError(
                    f"{self.path.name}: a constraint stands against the change ({_error_name(error)})",
                    hint="A column that may not be empty, a CHECK or a trigger: change the schema or delete the rows.",
                    code=CONSTRAINT,
                ) from None
            if "not a database" in text or "malformed" in text or "unable to open" in text:
                raise SourceError(
                    f"{self.path.name} cannot be opened as a SQLite database",
                    hint="The file is damaged, encrypted or not readable: ask its owner for a good copy.",
                    code=UNREADABLE,
                ) from None
            raise SourceError(
                f"{self.path.name}: SQLite refused ({_error_name(error)})",
                hint="See whether another program changes the schema; nothing beyond the last batch was changed.",
            ) from None


def _as(column: str) -> str:
    return f"{text_expression(column)} AS {quoted(column)}"


def _order(info: TableInfo) -> str:
    if info.key:
        return f" ORDER BY {', '.join(map(quoted, info.key))}"
    return f" ORDER BY {rowid(info)}"


def _table_info(db: sqlite3.Connection, name: str, kind: str, sql: str) -> TableInfo:
    if kind == "view":
        return TableInfo(name, "", (), (), 0, why_not_scanned="view")
    if sql.lstrip().upper().startswith("CREATE VIRTUAL"):
        return TableInfo(name, "", (), (), 0, why_not_scanned="virtual")
    comments = read_comments(sql)
    alone = _unique_columns(db, name)
    rows = db.execute(f"PRAGMA table_xinfo({quoted(name)})").fetchall()
    columns = tuple(
        ColumnInfo(
            name=column,
            declared_type=declared or "",
            comment=comments.columns.get(column.lower(), ""),
            is_key=bool(position),
            nullable=not not_null and not position,
            notes=("unique",) * (column in alone) + ("generated",) * (hidden > 1),
        )
        for _, column, declared, not_null, _, position, hidden in rows
    )
    key = tuple(r[1] for r in sorted((r for r in rows if r[5]), key=lambda r: int(r[5])))
    n_rows = db.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()[0]  # noqa: S608 - the name is quoted
    triggers = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (name,)).fetchone()
    found = {
        "triggers": triggers,
        "no_declared_key": not key,
        "without_rowid": re.search(r"WITHOUT\s+ROWID", sql[sql.rfind(")") :], re.IGNORECASE),
    }
    notes = tuple(code for code, is_so in found.items() if is_so)
    return TableInfo(name, comments.table, columns, key, n_rows, notes=notes)


def _unique_columns(db: sqlite3.Connection, name: str) -> set[str]:
    """Columns whose values must differ from row to row; of the primary key it is said elsewhere."""
    found = set()
    for _, index, unique, origin, *_ in db.execute(f"PRAGMA index_list({quoted(name)})").fetchall():
        of = [column for _, _, column in db.execute(f"PRAGMA index_info({quoted(index)})").fetchall()]
        if unique and origin != "pk" and len(of) == 1 and of[0] is not None:
            found.add(of[0])
    return found


def _error_name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", type(error).__name__)


def _locked(path: Path) -> SourceError:
    return SourceError(
        f"{path.name} is locked by another program",
        hint="Stop the application that writes to it (cutover comes first), then run the step again.",
        code=LOCKED,
    )

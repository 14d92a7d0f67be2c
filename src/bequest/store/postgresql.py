"""The control database on a PostgreSQL server: several machines, backups and failover as the house has them.

Rules kept, whatever the server's own settings are:
- one transaction of a control database at a time, by an advisory lock that ends with the transaction. Under READ
  COMMITTED what a statement sees after that lock is what is committed, so nothing has to be tried again. Those that
  only add a row of one person hold it shared, and a lock of that person: many of them at a time, none beside another
  transaction;
- a process that stands still inside a transaction loses it after a while: the server ends it and everybody goes on;
- what was told to be on record is on the server's disk;
- text compares by its bytes (collation C), as in SQLite: no other order on another machine or after an upgrade.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from django.db import Error, InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import NotSupportedError

from bequest.kernel.errors import BequestError, GuardError, InputError, LeaseError, StateError
from bequest.store.address import SETTING, Address
from bequest.store.settings import LOCK_WAIT_SECONDS

TURN, MIGRATION, NAMED, BESIDE = 0x62657101, 0x62657102, 0x62657103, 0x62657104
"""Classes of advisory locks; they are of one database."""
STANDSTILL_SECONDS = 20
"""How long a transaction may stand still: less than others wait for their turn."""

_LIMITS = f"""
SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s';
SET LOCAL idle_in_transaction_session_timeout = '{STANDSTILL_SECONDS}s';
SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
"""
_BEGIN = f"{_LIMITS}SELECT pg_advisory_xact_lock({TURN}, 0)"
_BEGIN_BESIDE = f"""
{_LIMITS}SELECT pg_advisory_xact_lock_shared({TURN}, 0);
SELECT pg_advisory_xact_lock({BESIDE}, hashtext(%s));
"""
_READ = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_LATER = "Run the same command again: it goes on where it stopped."
_LOST = ("08", "57P", "25P03")


class Postgresql:
    """A database on a server."""

    def __init__(self, address: Address) -> None:
        self._address = address

    def settings(self) -> dict[str, Any]:
        """The connection settings for Django."""
        options = {k: v for k, v in self._address.parameters.items() if k != "dbname"}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self._address.parameters.get("dbname", ""),
            "CONN_MAX_AGE": None,
            "OPTIONS": {**options, "isolation_level": _read_committed()},
        }

    def begin(self, connection: BaseDatabaseWrapper) -> None:
        """Wait for the turn of this transaction."""
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN)

    def begin_beside(self, connection: BaseDatabaseWrapper, name: str) -> None:
        """Wait for those who hold their turn alone, then for whoever bears the same name."""
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN_BESIDE, (name,))

    def run(self, connection: BaseDatabaseWrapper, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """The server keeps the statement prepared: it is read and planned once a connection."""
        import psycopg

        with connection.wrap_database_errors:
            return psycopg.Cursor(connection.connection).execute(statement, values, prepare=True).fetchall()

    @contextmanager
    def reading(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """A snapshot, without a turn."""
        with connection.cursor() as cursor:
            cursor.execute(_READ)
        yield

    def is_lost(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether the server hung up meanwhile, for instance because it was started again."""
        return connection.connection is not None and not connection.is_usable()

    def trouble(self, error: Exception, *, connected: bool) -> BequestError | None:
        """What a user or the keeper of the server can do something about. The server's text is not passed on."""
        if isinstance(error, NotSupportedError):
            return InputError(
                "this PostgreSQL server is too old for a control database", hint="Version 14 or later is needed."
            )
        state = _sqlstate(error)
        if state is None and not connected:
            return _unreachable(str(error), self._address)
        if state is None:
            return lost() if isinstance(error, InterfaceError | OperationalError) else None
        if state.startswith(_LOST):
            return lost()
        return next((StateError(message, hint=hint) for s, message, hint in _STATES if state.startswith(s)), None)

    @contextmanager
    def alone(self, connection: BaseDatabaseWrapper, name: str, wait_seconds: float) -> Iterator[None]:
        """Hold a name in the database's session, which ends with the process.

        Raises:
            LeaseError: when another process keeps it longer.
        """
        give_up = time.monotonic() + wait_seconds
        while not _ask(connection, "pg_try_advisory_lock(%s, hashtext(%s))", NAMED, name):
            if time.monotonic() > give_up:
                raise LeaseError(
                    f"another process holds {name}", hint="Wait until it has finished, then run the command again."
                )
            time.sleep(0.05)
        try:
            yield
        finally:
            with suppress(Error):
                _ask(connection, "pg_advisory_unlock(%s, hashtext(%s))", NAMED, name)


def lost() -> StateError:
    """The connection ended in the middle of something."""
    return StateError(
        "the connection to the control database was lost; the change under way is there whole or not at all",
        hint=f"See that the PostgreSQL server runs and can be reached. {_LATER}",
    )


_STATES = (
    (
        "55P03",
        f"the control database is in use by another process for over {LOCK_WAIT_SECONDS} seconds",
        "Wait until the other command has finished, then run this one again.",
    ),
    ("40", "another process changed the control database at the same moment; nothing was changed here", _LATER),
    ("25006", "the control database can only be read: the server is a standby, or was set so", "Name the primary."),
    ("42501", "the user of the control database lacks a right there", "It must own the database or its schema."),
    ("53", "the server of the control database is out of room, memory or connections", _LATER),
    ("28", "the server of the control database refuses the user or the password", f"Check {SETTING}."),
    ("3D000", "the server has no database of the name that was given", f"Make it, or check {SETTING}."),
    ("58", "the server of the control database cannot use its own files", "Its keeper must look at it."),
    ("XX", "the server of the control database reports damage", "Its keeper must look at it, or restore a backup."),
)
_REFUSALS = (
    (("password authentication failed", "no password supplied", "no pg_hba.conf entry", "role "), "28"),
    (("database ",), "3D000"),
)


def _unreachable(text: str, address: Address) -> BequestError:
    """Why no connection came about. libpq gives no code here; the words are of PostgreSQL in English or not known."""
    words = text.lower()
    if "certificate" in words or "ssl" in words or "tls" in words:
        return InputError(
            f"no safe connection to the control database {address.place}: TLS failed",
            hint="Name the authority that signed its certificate with sslrootcert=FILE (or =system) in the address;"
            " sslmode=require encrypts without checking who answers.",
        )
    for beginnings, state in _REFUSALS:
        if "fatal" in words and any(b in words for b in beginnings):
            message, hint = next((m, h) for s, m, h in _STATES if s == state)
            return StateError(message, hint=hint)
    if "too many" in words or "slots are reserved" in words:
        return StateError("the server of the control database takes no more connections", hint=_LATER)
    return StateError(
        f"the control database {address.place} cannot be reached",
        hint=f"See that the PostgreSQL server runs and can be reached, and check {SETTING}. {_LATER}",
    )


def _sqlstate(error: Exception) -> str | None:
    """The five characters of the SQL standard, where the server has answered."""
    found = getattr(error.__cause__, "sqlstate", None)
    return str(found) if found else None


def _read_committed() -> Any:
    import psycopg

    return psycopg.IsolationLevel.READ_COMMITTED


def _ask(connection: BaseDatabaseWrapper, what: str, *values: str | int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what}", values)
        return cursor.fetchone()[0]


# opening


@contextmanager
def alone_at_opening(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Alone among all processes of all machines while the tables are made or changed."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_WAIT_SECONDS}s'")
    _ask(connection, "pg_advisory_lock(%s, 0)", MIGRATION)
    try:
        yield
    finally:
        with suppress(Error), connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", (MIGRATION,))


def refuse_unfit(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that holds other things, or cannot hold every text.

    Raises:
        GuardError: when its tables are of something else.
        InputError: when its encoding is not UTF-8.
    """
    encoding = _ask(connection, "current_setting('server_encoding')")
    if encoding != "UTF8":
        raise InputError(
            f"the database has the encoding {encoding}; a control database needs UTF8",
            hint="Make another one: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.",
        )
    tables = set(connection.introspection.table_names())
    if "store_case" not in tables and tables:
        raise GuardError(
            f"the database holds {len(tables)} tables of something else",
            hint="Give the control database a database of its own, or a schema of its own (options=-csearch_path=…).",
        )


def compare_by_bytes(connection: BaseDatabaseWrapper) -> None:
    """Give every text column of ours the collation C; done after each change of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type, character_maximum_length FROM information_schema.columns"
            " WHERE table_schema = current_schema() AND table_name LIKE 'store\\_%'"
            " AND data_type IN ('character varying', 'text') AND collation_name IS DISTINCT FROM 'C'"
            " ORDER BY 1, 2"
        )
        changes: dict[str, list[str]] = {}
        name: Callable[[str], str] = connection.ops.quote_name
        for table, column, kind, length in cursor.fetchall():
            of = f"{kind}({length})" if length else kind
            changes.setdefault(table, []).append(f'ALTER COLUMN {name(column)} TYPE {of} COLLATE "C"')
        for table, alterations in changes.items():
            cursor.execute(f"ALTER TABLE {name(table)} {', '.join(alterations)}")


def now(connection: BaseDatabaseWrapper) -> datetime:
    """The server's clock, one for all machines."""
    found: datetime = _ask(connection, "clock_timestamp()")
    return found


def new_name(connection: BaseDatabaseWrapper) -> str:
    """A name that no other home has."""
    return str(_ask(connection, "gen_random_uuid()::text"))

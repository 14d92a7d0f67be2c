"""Connections to PostgreSQL: addresses by reference, TLS unless the server is on this machine, limits in time.

All sessions read and write text in the same way (dates ISO, bytes hex, the zone of the source) and refuse to read
through row-level security, which would silently miss people.
"""

import weakref
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from enum import StrEnum
from typing import Any, cast

import adbc_driver_postgresql
import psycopg
import pyarrow as pa
from adbc_driver_manager import AdbcConnection, AdbcDatabase, dbapi
from adbc_driver_manager import Error as ArrowError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.codes import CANNOT_CONNECT
from bequest.sources.here import is_here
from bequest.sources.postgresql_errors import refusal

Database = psycopg.Connection[tuple[Any, ...]]

CONNECT_SECONDS = 15


class Use(StrEnum):
    """What a connection is for: each may have an account of its own."""

    READ = "url"
    DELETE = "delete_url"
    SCRUB = "scrub_url"


_LIMITS: Mapping[Use, Mapping[str, str]] = {
    Use.READ: {"lock_timeout": "10s", "statement_timeout": "12h", "idle_in_transaction_session_timeout": "12h"},
    Use.DELETE: {
        "lock_timeout": "10s",
        "statement_timeout": "1h",
        "idle_in_transaction_session_timeout": "10min",
        "work_mem": "64MB",
        "temp_buffers": "64MB",
    },
    Use.SCRUB: {"lock_timeout": "30s", "statement_timeout": "0"},
}
"""Time-outs, and memory so that less goes through the disk. Others can stand in the address (`?options=-c%20…`)."""

_SAME_TEXT = {
    "client_encoding": "UTF8",
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "bytea_output": "hex",
    "xmlbinary": "base64",
    "extra_float_digits": "1",
    "lc_monetary": "C",
    "row_security": "off",
}


_FROM_ADDRESS_ONLY = {"host": "", "hostaddr": "", "port": "5432"}
"""Without them libpq would take the server from the environment (PGHOST, PGHOSTADDR, PGSERVICE, PGPORT): another server
than the one whose name was looked at when encryption was decided."""

_NOT_DEMANDED = frozenset({"allow", "prefer"})


class _Lasting:
    """A database of the bulk driver that outlives its connections: the driver would close it with the first."""

    def close(self) -> None:
        """Nothing: it goes with its server."""


class Server:
    """One source's server: opens connections for each use."""

    def __init__(self, spec: Source, secrets: Secrets) -> None:
        self._spec = spec
        self._secrets = secrets
        self._bulk: AdbcDatabase | None = None
        self.name = spec.name

    def __repr__(self) -> str:
        return f"Server({self.name})"

    @contextmanager
    def connected(self, use: Use = Use.READ) -> Iterator[Database]:
        """A connection that commits each statement by itself; of one snapshot and read-only where it is for reading.

        Raises:
            SourceError: whatever the server refuses, also inside the block.
        """
        try:
            with closing(psycopg.connect(self._address(use), autocommit=True)) as db:
                if use is not Use.READ:
                    yield db
                    return
                with db.transaction():
                    yield db
        except psycopg.Error as error:
            raise refusal(self.name, error.sqlstate, str(error), error.diag) from None

    @contextmanager
    def arrow(self) -> Iterator[dbapi.Connection]:
        """A read-only connection of the bulk driver, one snapshot from its first query to its end.

        Raises:
            SourceError: whatever the server refuses, also inside the block.
        """
        try:
            made = AdbcConnection(self._types())
            with closing(dbapi.Connection(cast(AdbcDatabase, _Lasting()), made)) as db:
                yield db
        except ArrowError as error:
            raise refusal(self.name, error.sqlstate or None, str(error)) from None
        except (OSError, pa.ArrowException) as error:
            raise refusal(self.name, None, str(error)) from None

    def _types(self) -> AdbcDatabase:
        """What the bulk driver knows of the database: all its types, asked for once, with no connection kept open."""
        if self._bulk is None:
            self._bulk = adbc_driver_postgresql.connect(self._address(Use.READ))
            weakref.finalize(self, self._bulk.close)
        return self._bulk

    def _address(self, use: Use) -> str:
        """Everything that a connection needs, with the password in it: never shown."""
        reference = getattr(self._spec, use.value) or self._spec.url
        field = use.value if getattr(self._spec, use.value) else Use.READ.value
        given = _parsed(self.name, field, self._secrets.follow(reference, f"source {self.name}: {field}"))
        more = {"application_name": "bequest", "connect_timeout": str(CONNECT_SECONDS), "keepalives_idle": "30"}
        more |= _FROM_ADDRESS_ONLY
        here = all(map(is_here, _hosts(given)))
        more["sslmode"] = "prefer" if here else "verify-full" if "sslrootcert" in given else "require"
        if not here and given.get("sslmode") in _NOT_DEMANDED:
            raise SourceError(
                f"source {self.name}: {field} leaves it to the server whether the connection is encrypted",
                hint="Write ?sslmode=verify-full with ?sslrootcert=/path/ca.pem, or ?sslmode=require; whoever must do"
                " without writes ?sslmode=disable, and answers for it.",
                code=CANNOT_CONNECT,
            )
        reads = use is Use.READ
        fixed = {
            **_SAME_TEXT,
            "timezone": self._spec.timezone or "UTC",
            "default_transaction_read_only": "on" if reads else "off",
            "default_transaction_isolation": "repeatable read" if reads else "read committed",
        }
        options = " ".join([_options(_LIMITS[use]), str(given.pop("options", "")), _options(fixed)])
        return make_conninfo("", **{**more, **given, "options": options})


def record_batches(cursor: dbapi.Cursor) -> Iterator[pa.RecordBatch]:
    """The result of the cursor's query, batch by batch as it comes in.

    The driver's own reader tells the server's code when a query breaks off; the plain one would not.
    """
    results = getattr(cursor, "_results", None)
    yield from getattr(results, "reader", None) or cursor.fetch_record_batch()


def _parsed(name: str, field: str, address: str) -> dict[str, Any]:
    try:
        given = conninfo_to_dict(address)
    except psycopg.ProgrammingError:
        given = {}
    if not given.get("dbname"):
        raise SourceError(
            f"source {name}: {field} is no address of a PostgreSQL database",
            hint="Write postgresql://ACCOUNT:PASSWORD@HOST:5432/DATABASE, signs such as @ : / in the password as %40"
            " %3A %2F, and keep it where `env:NAME` or `file:PATH` finds it.",
            code=CANNOT_CONNECT,
        )
    if given.get("service"):
        raise SourceError(
            f"source {name}: {field} refers to a service file",
            hint="Write host, port and database in the address itself: what stands elsewhere is not looked at.",
            code=CANNOT_CONNECT,
        )
    return dict(given)


def _hosts(given: Mapping[str, Any]) -> list[str]:
    """All that the address names: behind a local address may be a tunnel to a named one."""
    found = [str(given[k]) for k in ("host", "hostaddr") if given.get(k)]
    return ",".join(found).split(",")


def _options(settings: Mapping[str, str]) -> str:
    escaped = (f"-c {k}=" + v.replace("\\", "\\\\").replace(" ", "\\ ") for k, v in settings.items())
    return " ".join(escaped)

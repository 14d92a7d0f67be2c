"""Connections to MariaDB and MySQL: addresses by reference, TLS unless the server is on this machine, limits in time.

All sessions see text in the same way: UTF-8, one time zone, strict mode (a server in another mode cuts values off in
silence). Those that read are read-only and of one snapshot; those that write do not follow foreign keys, since a
cascade would take rows that nobody decided on, and in InnoDB not even a trigger would see it.
"""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pymysql
from pymysql.connections import Connection
from pymysql.converters import conversions
from pymysql.cursors import SSCursor

from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.here import is_here
from bequest.sources.mariadb_errors import CANNOT_CONNECT, refusal, unknown_host

Database: TypeAlias = Connection

CONNECT_SECONDS = 15
_ANY_WINTER = datetime(2026, 1, 1, tzinfo=UTC)
_ENCODERS = {kind: convert for kind, convert in conversions.items() if not isinstance(kind, int)}
"""Without decoders every value is text as the server sent it; without encoders the driver cannot log in."""

MODE = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""Strict, but with the zero dates that are there; backslashes are signs of escape, quotes enclose text."""


class Use(StrEnum):
    """What a connection is for: each may have an account of its own."""

    READ = "url"
    DELETE = "delete_url"
    SCRUB = "scrub_url"


_STATEMENT_SECONDS = {Use.READ: 12 * 3600, Use.DELETE: 3600, Use.SCRUB: 0}
_SSL_MODES = ("disabled", "required", "verify-ca", "verify-identity")


@dataclass(frozen=True, slots=True)
class Address:
    """Where and as whom to connect; the password is in it, so it is never shown."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    database: str
    options: Mapping[str, str]

    @property
    def tls(self) -> str:
        """How the connection is encrypted: one of the modes, or nothing for a server on this machine."""
        given = self.options.get("ssl-mode", "").lower().replace("_", "-")
        if given:
            return given
        if "ssl-ca" in self.options:
            return "verify-identity"
        return "" if "socket" in self.options or is_here(self.host) else "required"


class Server:
    """One source's server: opens connections for each use."""

    def __init__(self, spec: Source, secrets: Secrets) -> None:
        self._spec = spec
        self._secrets = secrets
        self.name = spec.name

    def __repr__(self) -> str:
        return f"Server({self.name})"

    @property
    def database(self) -> str:
        """The database of the case."""
        return self.address(Use.READ).database

    @contextmanager
    def connected(self, use: Use = Use.READ, on: str = "") -> Iterator[Database]:
        """A connection that commits each statement by itself; of one snapshot and read-only where it is for reading.

        Raises:
            SourceError: whatever the server refuses, also inside the block.
        """
        try:
            with closing(self._connect(self.address(use))) as db:
                with db.cursor() as cursor:
                    for statement in self.session(use, is_mariadb="MariaDB" in db.get_server_info()):
                        cursor.execute(statement)
                yield db
        except pymysql.Error as error:
            cause = error.__context__
            if isinstance(cause, socket.gaierror):
                raise unknown_host(self.name) from None
            raise refusal(self.name, number_of(error), on) from None

    def session(self, use: Use, *, is_mariadb: bool) -> list[str]:
        """What each session begins with."""
        options = self.address(use).options
        seconds = _number(options, "max_statement_time", _STATEMENT_SECONDS[use])
        wait = _number(options, "lock_wait_timeout", 10)
        limit = f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {seconds * 1000}"
        settings = [
            f"sql_mode = '{MODE}'", f"time_zone = '{self._zone()}'", limit, f"lock_wait_timeout = {wait}",
            f"innodb_lock_wait_timeout = {wait}", "net_write_timeout = 3600", "net_read_timeout = 3600",
            "wait_timeout = 28800",
        ]  # fmt: skip
        if use is not Use.READ:
            settings.append("foreign_key_checks = 0")
        said = [f"SET SESSION {', '.join(settings)}"]
        if use is Use.READ:
            said += ["SET SESSION TRANSACTION READ ONLY", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"]
        return said

    def bulk_address(self) -> str | None:
        """The address for the bulk driver; nothing where it cannot connect so: by a socket, with our certificate."""
        a = self.address(Use.READ)
        if "socket" in a.options or "ssl-cert" in a.options:
            return None
        user, password, database = (quote(part, safe="") for part in (a.user, a.password, a.database))
        host = f"[{a.host}]" if ":" in a.host else a.host
        safe = {"ssl-mode": (a.tls or "disabled").replace("-", "_")}
        if "ssl-ca" in a.options and safe["ssl-mode"].startswith("verify"):
            safe["ssl-ca"] = a.options["ssl-ca"]
        return f"mysql://{user}:{password}@{host}:{a.port}/{database}?{urlencode(safe)}"

    def address(self, use: Use) -> Address:
        """Everything that a connection needs."""
        reference = getattr(self._spec, use.value) or self._spec.url
        known_as = use.value if getattr(self._spec, use.value) else Use.READ.value
        return parsed(self.name, known_as, self._secrets.follow(reference, f"source {self.name}: {known_as}"))

    def _connect(self, a: Address) -> Database:
        timeout = min(_number(a.options, "connect_timeout", CONNECT_SECONDS), 3600)
        more: dict[str, Any] = {}
        if "socket" in a.options:
            more["unix_socket"] = a.options["socket"]
        if a.tls not in {"", "disabled"}:
            more["ssl"] = _tls(self.name, a)
        return pymysql.connect(
            host=a.host, port=a.port, user=a.user, password=a.password, database=a.database, charset="utf8mb4",
            autocommit=True, connect_timeout=timeout, conv=_ENCODERS, local_infile=False,
            ssl_disabled=not more.get("ssl"), max_allowed_packet=1 << 30, **more,
        )  # fmt: skip

    def _zone(self) -> str:
        """The zone of the source as its distance from UTC in winter.

        A server need not know zones by name, and summer time would show one hour of the year twice.
        """
        if not self._spec.timezone:
            return "+00:00"
        try:
            away = _ANY_WINTER.astimezone(ZoneInfo(self._spec.timezone)).utcoffset()
        except (ZoneInfoNotFoundError, ValueError):
            away = None
        minutes = int(away.total_seconds() // 60) if away else 0
        return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@contextmanager
def streaming(db: Database, query: str) -> Iterator[SSCursor]:
    """A cursor whose rows are not all held in memory; what was not fetched is not waited for at the end."""
    cursor = SSCursor(db)
    cursor.execute(query)
    try:
        yield cursor
        cursor.close()
    except GeneratorExit:
        db._force_close()  # an orderly close would read all that is left
        raise


def rows(db: Database, query: str) -> list[tuple[Any, ...]]:
    """All rows of a small answer, every value text or nothing."""
    with db.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def number_of(error: Exception) -> int:
    """The number of a driver's error, 0 where it has none."""
    number = error.args[0] if error.args else 0
    if isinstance(error.__context__, ssl.SSLError):
        return 2026
    if isinstance(error, pymysql.OperationalError) and "SSL" in str(error.args[-1:]):
        return 2026
    return number if isinstance(number, int) else 2013 if isinstance(error, pymysql.InterfaceError) else 0


def parsed(name: str, known_as: str, text: str) -> Address:
    """An address from its text.

    Raises:
        SourceError: where it is none.
    """
    try:
        parts = urlsplit(text)
        port = parts.port or 3306
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        parts, port, options = urlsplit(""), 0, {}
    database = unquote(parts.path.removeprefix("/"))
    address = Address(
        parts.hostname or "localhost", port, unquote(parts.username or ""), unquote(parts.password or ""), database,
        options,
    )  # fmt: skip
    if parts.scheme not in {"mariadb", "mysql"} or not database or "/" in database or not address.user:
        raise SourceError(
            f"source {name}: {known_as} is no address of a MariaDB or MySQL database",
            hint="Write mariadb://ACCOUNT:PASSWORD@HOST:3306/DATABASE, signs such as @ : / in the password as %40 %3A"
            " %2F, and keep it where `env:NAME` or `file:PATH` finds it.",
            code=CANNOT_CONNECT,
        )
    if address.tls and address.tls not in _SSL_MODES:
        raise SourceError(
            f"source {name}: {known_as} has an unknown ssl-mode", hint=f"It is one of {', '.join(_SSL_MODES)}."
        )
    return address


def _tls(name: str, a: Address) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=a.options.get("ssl-ca") or None)
        if a.options.get("ssl-cert"):
            context.load_cert_chain(a.options["ssl-cert"], a.options.get("ssl-key") or None)
    except (OSError, ssl.SSLError):
        raise SourceError(
            f"source {name}: a certificate or key named in the address cannot be read",
            hint="Check the files after ssl-ca, ssl-cert and ssl-key: PEM, readable for the account of Bequest.",
            code=CANNOT_CONNECT,
        ) from None
    context.check_hostname = a.tls == "verify-identity"
    if a.tls == "required":
        context.verify_mode = ssl.CERT_NONE
    return context


def _number(options: Mapping[str, str], name: str, default: int) -> int:
    given = options.get(name, "")
    return int(given) if given.isdigit() else default

"""Where a PostgreSQL control database is, and what a home remembers of it: never its password.

The address is a URL as libpq reads it (PostgreSQL manual, 34.1.1.2), with all its parameters: TLS, several hosts, the
search path. No message ever quotes it.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bequest.crypto.atomic import write_file
from bequest.kernel.errors import InputError, StateError

SETTING = "BEQUEST_DATABASE_URL"
PLACE_NAME = "database.json"
"""In a home whose control database is elsewhere: where."""

_DEFAULTS = {
    "application_name": "bequest",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""A server that has gone is noticed within half a minute."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which database a home belongs to. `home` stands in the database too: each knows the other."""

    engine: str
    host: str
    port: str
    database: str
    home: str = ""

    def __str__(self) -> str:
        at = f" at {self.host}{f':{self.port}' if self.port else ''}" if self.host else ""
        return f"{self.database!r}{at}"

    def is_same(self, other: "Place") -> bool:
        """Whether both name one database."""
        return replace(self, home="") == replace(other, home="")


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """How to reach a PostgreSQL database."""

    parameters: dict[str, str]

    def __repr__(self) -> str:
        return f"Address({self.place})"

    @property
    def place(self) -> Place:
        """What may be written down of it."""
        host = self.parameters.get("host", "") or self.parameters.get("hostaddr", "")
        port = self.parameters.get("port", "")
        return Place("postgresql", host, "" if port == "5432" else port, self.parameters.get("dbname", ""))


def read_address(url: str) -> Address:
    """The address a URL stands for. Over a network it is encrypted and the server's name checked, unless it says else.

    Raises:
        InputError: when it is no URL of a PostgreSQL database, or the driver is not installed.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise InputError(
            f"{SETTING} is no address of a PostgreSQL database",
            hint="Write postgresql://USER:PASSWORD@HOST/DATABASE, or take it away to keep cases in a SQLite file.",
        )
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise InputError(
            f"{SETTING} is set, but the driver for PostgreSQL is not installed",
            hint="Install it with `pip install 'bequest[databases]'`, or `make setup-databases` in the source tree."
            " A SQLite control database needs no driver.",
        ) from None
    try:
        given: dict[str, Any] = conninfo_to_dict(url)
    except psycopg.Error:
        raise InputError(
            f"{SETTING} cannot be read as an address: its text is not shown, since it may hold a password",
            hint="Percent-encode what is special in user and password (@ is %40, / is %2F, : is %3A, % is %25).",
        ) from None
    if not given.get("dbname") and not given.get("service"):
        raise InputError(f"{SETTING} names no database", hint="Write it after the host: postgresql://HOST/DATABASE.")
    parameters = {k: str(v) for k, v in given.items() if v is not None}
    secure = {} if _is_local(parameters) else {"sslmode": "verify-full"}
    return Address({**_DEFAULTS, **secure, **parameters})


def _is_local(parameters: dict[str, str]) -> bool:
    hosts = (parameters.get("host", "") or parameters.get("hostaddr", "")).split(",")
    return all(h in {"", "localhost", "::1"} or h.startswith(("/", "127.")) for h in hosts)


def read_place(home: Path) -> Place | None:
    """What the home remembers; nothing where its control database is its own file.

    Raises:
        StateError: when that cannot be read.
    """
    path = home / PLACE_NAME
    try:
        return Place(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError):
        raise StateError(
            f"{PLACE_NAME} in this home cannot be read", hint="Put it back from a backup of the home directory."
        ) from None


def write_place(home: Path, place: Place) -> None:
    """Remember it."""
    write_file(home / PLACE_NAME, json.dumps(asdict(place), ensure_ascii=False, indent=1).encode() + b"\n")

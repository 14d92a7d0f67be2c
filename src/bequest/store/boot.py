"""Opens the control database of a home: made private, brought to the newest migration, ready for transactions.

Several homes may be open in one process, each with its own connection per thread. Opening is idempotent and safe
between processes: whoever comes second waits for the first to finish its migrations.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor

import bequest.store.configure  # noqa: F401 - Django must be ready before its database layer is used
from bequest.kernel.errors import GuardError, InputError, StateError
from bequest.store import models as rows
from bequest.store import postgresql
from bequest.store.address import PLACE_NAME, SETTING, Address, Place, read_address, read_place, write_place
from bequest.store.engine import Engine
from bequest.store.fresh import is_fresh, make_tables
from bequest.store.postgresql import Postgresql
from bequest.store.repositories import DATABASE_NAME, Store
from bequest.store.sqlite import Sqlite
from bequest.store.unit import pack, unpack

LOCK_NAME = "control.lock"
_HOME_SETTING = "home"


def is_home(path: Path) -> bool:
    """Whether a control database belongs to this directory."""
    return (path / DATABASE_NAME).is_file() or (path / PLACE_NAME).is_file()


def open_store(home: Path, database_url: str = "") -> Store:
    """The control database of a home, made and migrated where needed. The home is private to its owner.

    `database_url`: the PostgreSQL database it is in; a SQLite file in the home without it.

    Raises:
        GuardError: when the home is open to others and holds foreign files, or the database holds foreign tables.
        InputError: when the home cannot be made, its file is not a control database, or the URL is unusable.
        StateError: when a newer version of Bequest has written it, it belongs to another home or the home to another
            one, or the server cannot be reached.
    """
    home = home.absolute()
    address = read_address(database_url) if database_url else None
    try:
        _make_private(home)
        with _locked(home / LOCK_NAME):
            known = _refuse_other(home, address)
            if address is None:
                _make_file(home / DATABASE_NAME)
            engine: Engine = Postgresql(address) if address else Sqlite(home / DATABASE_NAME)
            alias = _alias(home, address)
            _register(alias, engine)
            _prepare(alias, engine, home, address, known)
    except OSError as error:
        raise InputError(
            f"the home directory cannot be used: {error.strerror}", hint="Name a directory that you may write."
        ) from error
    return Store(home, alias, engine)


def _make_private(home: Path) -> None:
    """The home as a directory that only its owner can enter."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not stat.S_IMODE(home.stat().st_mode) & 0o077:
        return
    ours = {DATABASE_NAME, LOCK_NAME, PLACE_NAME}
    if any(entry.name not in ours for entry in home.iterdir()) and not is_home(home):
        raise GuardError(
            "the home directory is open to other users and holds files of something else",
            hint="Name a directory of its own, or make it private with `chmod 700`.",
        )
    home.chmod(0o700)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among all processes on this home, until the block ends."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _make_file(path: Path) -> None:
    """The database file, readable by its owner only; what SQLite puts beside it takes over the mode."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)


def _refuse_other(home: Path, address: Address | None) -> Place | None:
    """Refuse a database that is not the one this home belongs to; what the home remembers of it."""
    known = read_place(home)
    if known is None and address is not None and (home / DATABASE_NAME).exists():
        raise StateError(
            f"this home keeps its control database in its own file {DATABASE_NAME}, and {SETTING} names another one",
            hint=f"Run without {SETTING}, or name a new home with --home.",
        )
    if known is not None and address is None:
        raise StateError(
            f"the control database of this home is the PostgreSQL database {known}",
            hint=f"Set {SETTING} or {SETTING}_FILE to its address.",
        )
    if known is not None and address is not None and not known.is_same(address.place):
        raise StateError(
            f"this home belongs to the PostgreSQL database {known}, not to {address.place}",
            hint=f"Set {SETTING} to the right one. Where the database has moved, and nobody uses the old one any more,"
            f" write its new place into {PLACE_NAME} of the home.",
        )
    return known


def _alias(home: Path, address: Address | None) -> str:
    """The name of the connection: one per home and address."""
    words = [os.fsencode(home.resolve()), repr(sorted(address.parameters.items())).encode() if address else b""]
    return "home-" + hashlib.sha256(b"\0".join(words)).hexdigest()[:16]


def _register(alias: str, engine: Engine) -> None:
    """Make the connection known to Django, completed with its defaults."""
    known = connections.settings
    if alias not in known:
        entry = {"default": known["default"], alias: engine.settings()}
        known[alias] = connections.configure_settings(entry)[alias]


def _prepare(alias: str, engine: Engine, home: Path, address: Address | None, known: Place | None) -> None:
    """Bring the database to the newest migration, and tie a server's database and the home together."""
    connection = connections[alias]
    connected = False
    try:
        connection.ensure_connection()
        connected = True
        turn: AbstractContextManager[None] = postgresql.alone_at_opening(connection) if address else nullcontext()
        with turn:
            if address:
                postgresql.refuse_unfit(connection)
            _migrate(alias)
            if address:
                postgresql.compare_by_bytes(connection)
                _tie(alias, home, address, known)
    except Error as error:
        connection.close()
        found = engine.trouble(error, connected=connected)
        if found is None:
            raise
        raise found from error
    except BaseException:
        connection.close()
        raise


def _migrate(alias: str) -> None:
    connection = connections[alias]
    executor = MigrationExecutor(connection)
    known = executor.loader.graph.nodes
    unknown = [m for m in executor.loader.applied_migrations if m[0] == "store" and m not in known]
    if unknown:
        raise StateError(
            f"the control database was written by a newer version of Bequest ({unknown[-1][1]})",
            hint="Use that version, or restore the backup made before the upgrade.",
        )
    if is_fresh(connection, executor):
        make_tables(connection, executor)
        return
    targets = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(targets):
        executor.migrate(targets)


def _tie(alias: str, home: Path, address: Address, known: Place | None) -> None:
    """Let home and database know each other: the home first, so that a crash between leaves nothing half known."""
    found = rows.Setting.objects.using(alias).filter(scope="", name=_HOME_SETTING).first()
    theirs = str(unpack(found.value_json)) if found else ""
    if found and (known is None or known.home != theirs):
        raise StateError(
            f"the PostgreSQL database {address.place} belongs to another home",
            hint="Name that home with --home, or give this one a database of its own.",
        )
    if found:
        return
    if rows.Case.objects.using(alias).exists() or (known is not None and any(home.glob("cases/*"))):
        raise StateError(
            f"the PostgreSQL database {address.place} is not the one this home has worked with",
            hint="Restore it from its backup together with the home directory.",
        )
    place = known or replace(address.place, home=postgresql.new_name(connections[alias]))
    write_place(home, place)
    rows.Setting(
        scope="", name=_HOME_SETTING, value_json=pack(place.home), updated_at=postgresql.now(connections[alias])
    ).save(using=alias)

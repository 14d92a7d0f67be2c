"""Opens the control database of a home: made private, brought to the newest migration, ready for transactions.

Several homes may be open in one process, each with its own connection per thread. Opening is idempotent and safe
between processes: whoever comes second waits for the first to finish its migrations.
"""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

import bequest.store.configure  # noqa: F401 - Django must be ready before its database layer is used
from bequest.kernel.errors import GuardError, InputError, StateError
from bequest.store import settings
from bequest.store.repositories import DATABASE_NAME, Store

LOCK_NAME = "control.lock"


def open_store(home: Path) -> Store:
    """The control database of a home, made and migrated where needed. The home is private to its owner.

    Raises:
        GuardError: when the home is open to others and holds foreign files.
        InputError: when the home cannot be made, or its file is not a control database.
        StateError: when a newer version of Bequest has written it.
    """
    home = home.absolute()
    try:
        _make_private(home)
        alias = "home-" + hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:16]
        with _locked(home / LOCK_NAME):
            _make_file(home / DATABASE_NAME)
            _register(alias, home / DATABASE_NAME)
            _migrate(alias)
    except OSError as error:
        raise InputError(
            f"the home directory cannot be used: {error.strerror}", hint="Name a directory that you may write."
        ) from error
    return Store(home, alias)


def _make_private(home: Path) -> None:
    """The home as a directory that only its owner can enter."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not stat.S_IMODE(home.stat().st_mode) & 0o077:
        return
    ours = {DATABASE_NAME, LOCK_NAME}
    if any(entry.name not in ours for entry in home.iterdir()) and not (home / DATABASE_NAME).exists():
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


def _register(alias: str, path: Path) -> None:
    """Make the connection known to Django, completed with its defaults."""
    known = connections.settings
    if alias not in known:
        entry = {"default": known["default"], alias: settings.database(path)}
        known[alias] = connections.configure_settings(entry)[alias]


def _migrate(alias: str) -> None:
    """Bring the database to the newest migration."""
    try:
        executor = MigrationExecutor(connections[alias])
        known = executor.loader.graph.nodes
        unknown = [m for m in executor.loader.applied_migrations if m[0] == "store" and m not in known]
        if unknown:
            raise StateError(
                f"the control database was written by a newer version of Bequest ({unknown[-1][1]})",
                hint="Use that version, or restore the backup made before the upgrade.",
            )
        targets = executor.loader.graph.leaf_nodes()
        if executor.migration_plan(targets):
            executor.migrate(targets)
    except DatabaseError as error:
        connections[alias].close()
        if "not a database" not in str(error) and "malformed" not in str(error):
            raise
        raise InputError(
            f"{DATABASE_NAME} in this home is not a control database, or is damaged",
            hint="Restore it from a backup, or name another home.",
        ) from error

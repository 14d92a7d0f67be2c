"""Fresh control databases on a test's PostgreSQL server: migrated once, and emptied for the next test."""

import tempfile
from pathlib import Path
from weakref import WeakKeyDictionary

from tests.servers import Postgres

from bequest.store.boot import open_store

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "migrated"
SETTING = "BEQUEST_DATABASE_URL"
_free: WeakKeyDictionary[Postgres, list[str]] = WeakKeyDictionary()


def new_control_database(server: Postgres) -> str:
    """The address of a migrated control database that belongs to no home yet."""
    if server not in _free:
        _make_template(server)
        _free[server] = []
    name = _free[server].pop() if _free[server] else server.new_database(TEMPLATE)
    return server.url(name)


def _make_template(server: Postgres) -> None:
    server.execute("postgres", f"CREATE DATABASE {TEMPLATE}")
    with tempfile.TemporaryDirectory() as folder:
        open_store(Path(folder) / "home", server.url(TEMPLATE)).close()
    server.execute(TEMPLATE, "DELETE FROM store_setting")


def give_back(server: Postgres, url: str) -> None:
    """Empty it, whoever is still connected."""
    name = url.rpartition("/")[2]
    server.execute("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    tables = [t for (t,) in server.execute(name, "SELECT tablename FROM pg_tables WHERE tablename LIKE 'store\\_%'")]
    newer = server.execute(name, "SELECT * FROM django_migrations WHERE name LIKE '0099%'")
    if len(tables) < 20 or newer:
        server.execute("postgres", f"DROP DATABASE {name} WITH (FORCE)")
        return
    server.execute(name, "; ".join(["SET session_replication_role = replica", *(f"DELETE FROM {t}" for t in tables)]))
    _free[server].append(name)

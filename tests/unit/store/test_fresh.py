"""A control database that is made at once is the one that the migrations make, and is made whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from tests.servers import Postgres

from bequest.store import boot
from bequest.store.boot import open_store
from bequest.store.repositories import Store

Described = dict[str, tuple[frozenset[tuple[object, ...]], frozenset[tuple[object, ...]]]]


def described(store: Store) -> Described:
    """Table → its columns, and its keys, indexes and constraints, whatever their order."""
    connection = connections[store._alias]
    found: Described = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            columns = connection.introspection.get_table_description(cursor, table)
            constraints = connection.introspection.get_constraints(cursor, table)
            found[table] = (
                frozenset((c.name, str(c.type_code), c.null_ok, c.default, c.display_size) for c in columns),
                frozenset(
                    (
                        name.startswith("__") or name, tuple(c["columns"]), c["primary_key"], c["unique"],
                        c["foreign_key"], c["index"], c["check"], tuple(c.get("orders") or ()),
                    )
                    for name, c in constraints.items()
                ),
            )  # fmt: skip
    return found


def applied(store: Store) -> set[tuple[str, str]]:
    return set(MigrationRecorder(connections[store._alias]).applied_migrations())


@pytest.fixture(params=["sqlite", "postgresql"])
def new(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Makes an empty database: its address, or nothing where it is the home's own file."""
    if request.param == "sqlite":
        return lambda: ""
    server: Postgres = request.getfixturevalue("postgres")
    return lambda: server.url(server.new_database())


def test_it_is_as_the_migrations_make_it(
    tmp_path: Path, new: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = open_store(tmp_path / "at-once", new())
    monkeypatch.setattr(boot, "is_fresh", lambda *_: False)
    step_by_step = open_store(tmp_path / "step-by-step", new())
    made = described(at_once)
    assert len(made) > 30
    assert made == described(step_by_step)
    assert applied(at_once) == applied(step_by_step)
    at_once.close()
    step_by_step.close()


def test_cut_off_it_is_made_anew(tmp_path: Path, new: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    url = new()

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(MigrationRecorder, "record_applied", cut_off)
        with pytest.raises(KeyboardInterrupt):
            open_store(tmp_path / "home", url)
    store = open_store(tmp_path / "home", url)
    with store.transaction() as tx:
        assert tx.cases.list() == ()
    assert len(applied(store)) == len(list((Path(boot.__file__).parent / "migrations").glob("0*.py")))
    store.close()

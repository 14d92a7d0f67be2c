"""No byte of what was deleted is left in the server's files; left out any step of the recipe, some are."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import polars as pl
import pytest
from tests.servers import PASSWORD, Postgres

from bequest.kernel.errors import LeaseError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.model.destruction import Level
from bequest.sources import Changes, OpenSource, open_source, postgresql_scrub
from bequest.sources import postgresql_scrub_settings as kept

Opener = Callable[..., OpenSource]
MARK = "RESIDUE-{}-VALUE"


@pytest.fixture
def database(postgres: Postgres) -> str:
    return postgres.new_database()


@pytest.fixture
def by_hand(postgres: Postgres) -> Iterator[None]:
    """The server vacuums nothing by itself: that may do a step's work, on the statistics, before it is looked."""
    postgres.execute("postgres", "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()")
    at_work = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
    until = time.monotonic() + 60
    while postgres.execute("postgres", at_work) != [(0,)]:
        assert time.monotonic() < until
        time.sleep(0.1)
    yield
    postgres.execute("postgres", "ALTER SYSTEM RESET autovacuum", "SELECT pg_reload_conf()")


def nothing() -> None:
    """A guard that always agrees."""


def fill(postgres: Postgres, database: str, mark: str) -> None:
    """A value in pages, indexes, large values, statistics, a materialised view, and all of them in the log."""
    postgres.execute(
        database,
        "CREATE TABLE people (id int PRIMARY KEY, phone text, letter text)",
        "ALTER TABLE people ALTER letter SET STORAGE EXTERNAL",
        "CREATE INDEX ON people (phone)",
        "INSERT INTO people SELECT i, 'other', 'x' FROM generate_series(1, 200) i",
        f"INSERT INTO people SELECT i, '{mark}', repeat('{mark}', 400) FROM generate_series(201, 260) i",
        "CREATE MATERIALIZED VIEW copies AS SELECT * FROM people",
        "CREATE VIEW through AS SELECT phone FROM copies",
        "CREATE MATERIALIZED VIEW copies_of_copies AS SELECT * FROM through",
        "ANALYZE",
        "CHECKPOINT",
    )


def delete(source: OpenSource) -> None:
    keys = pl.Series([str(i) for i in range(201, 260)])
    both = {"phone": pl.Series(["260"]), "letter": pl.Series(["260"])}
    assert source.apply("people", Changes(keys, both), guard=nothing).rows_deleted == 59


def places(postgres: Postgres, database: str, mark: str) -> list[str]:
    """Files of the server in which the value still stands."""
    postgres.execute(database, "CHECKPOINT")
    found = []
    for path in postgres.data.rglob("*"):
        try:
            if path.is_file() and mark.encode() in path.read_bytes():
                found.append(path.relative_to(postgres.data).as_posix())
        except FileNotFoundError:
            continue
    return found


def settings_of(postgres: Postgres, database: str) -> list[Any]:
    query = (
        "SELECT name, setting FROM pg_settings WHERE name IN ('wal_recycle', 'wal_keep_size') UNION ALL"
        " SELECT 'note', unnest(setconfig) FROM pg_db_role_setting UNION ALL"
        " SELECT name, setting FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf' ORDER BY 1, 2"
    )
    return list(postgres.execute(database, query))


def test_deleted_values_are_in_no_byte_of_the_servers_files(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    mark = MARK.format("all")
    fill(postgres, database, mark)
    before = settings_of(postgres, database)
    source = open_postgres(database)
    delete(source)
    left = places(postgres, database, mark)
    assert any(p.startswith("base/") for p in left)
    assert any(p.startswith("pg_wal/") for p in left)
    done = source.clean(nothing)
    assert places(postgres, database, mark) == []
    assert done.level is Level.LOGICAL
    assert done.actions == ("refresh_views", "vacuum_full", "analyze", "vacuum_statistics", "wal_switched")
    assert done.bytes_after < done.bytes_before
    assert settings_of(postgres, database) == before
    assert source.clean(nothing).actions == done.actions  # may be repeated


@pytest.mark.usefixtures("by_hand")
@pytest.mark.parametrize("step", [*postgresql_scrub.STEPS, "wal_recycle"])
def test_without_any_one_step_bytes_are_left(
    step: str, database: str, postgres: Postgres, open_postgres: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = MARK.format(step)
    fill(postgres, database, mark)
    source = open_postgres(database)
    delete(source)
    if step == "wal_recycle":
        monkeypatch.setattr(kept, "WANTED", {"wal_keep_size": "0"})
    else:
        others = {name: act for name, act in postgresql_scrub.STEPS.items() if name != step}
        monkeypatch.setattr(postgresql_scrub, "STEPS", others)
    source.clean(nothing)
    assert places(postgres, database, mark) != []
    monkeypatch.undo()
    source.clean(nothing)
    assert places(postgres, database, mark) == []


def test_the_plan_tells_steps_checks_and_what_is_locked(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    fill(postgres, database, "x")
    plan = open_postgres(database).plan_scrub(["people"])
    assert plan.is_possible
    assert plan.steps == tuple(postgresql_scrub.STEPS)
    assert plan.locked == ("people", "copies", "copies_of_copies")
    assert plan.is_server_wide
    assert plan.remains == ("freed_blocks",)
    assert plan.bytes_needed > 100_000
    assert 'VACUUM (FULL) "public"."people";' in plan.commands
    assert {c.code for c in plan.checks} == {
        "rights", "space", "locks", "other_databases", "replicas", "log_users", "backups", "settings", "copies",
    }  # fmt: skip


def test_for_a_service_that_others_run_nothing_is_done(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    fill(postgres, database, MARK.format("managed"))
    source = open_postgres(database, managed=True)
    plan = source.plan_scrub(["people"])
    assert (plan.steps, plan.is_possible) == ((), False)
    assert [(c.code, c.blocks) for c in plan.checks] == [("managed", True)]
    delete(source)
    done = source.clean(nothing)
    assert (done.level, done.actions) == (Level.LOGICAL, ())


@pytest.fixture
def stands_against(database: str, postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """Something that keeps old rows or the log: `locks` or `log_users`."""
    postgres.execute(database, "CREATE TABLE people (id int PRIMARY KEY)", "INSERT INTO people VALUES (1)")
    if request.param == "slot":
        postgres.execute(database, f"SELECT pg_create_physical_replication_slot('keeps_{database}', true)")
        yield "log_users"
        postgres.execute(database, f"SELECT pg_drop_replication_slot('keeps_{database}')")
        return
    with closing(postgres.connect(database)) as other:
        other.autocommit = False
        lock = "LOCK TABLE people IN ACCESS SHARE MODE"
        snapshot = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
        other.execute(lock if request.param == "lock" else snapshot)
        other.execute("SELECT 1 FROM pg_class LIMIT 1")
        yield "locks"
        other.rollback()


@pytest.mark.parametrize("stands_against", ["lock", "snapshot", "slot"], indirect=True)
def test_what_stands_against_it_is_named_and_nothing_is_begun(
    stands_against: str, database: str, open_postgres: Opener
) -> None:
    source = open_postgres(database)
    plan = source.plan_scrub(["people"])
    assert [c.code for c in plan.checks if c.blocks and not c.fine] == [stands_against]
    with pytest.raises(SourceError, match=stands_against) as caught:
        source.clean(nothing)
    assert "the deletion itself stands" in caught.value.message


def test_settings_that_a_killed_scrub_has_left_are_put_back(
    database: str, postgres: Postgres, open_postgres: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres.execute(database, "CREATE TABLE people (id int)", "ALTER SYSTEM SET wal_keep_size = '32MB'")
    postgres.execute(database, "SELECT pg_reload_conf()")
    before = settings_of(postgres, database)
    source = open_postgres(database)
    with monkeypatch.context() as killed:
        killed.setattr(kept, "restore_settings", lambda _db: True)  # as if the process had been killed there
        source.clean(nothing)
    assert ("wal_recycle", "off") in settings_of(postgres, database)
    [check] = [c for c in source.plan_scrub(["people"]).checks if c.code == "settings"]
    assert (check.fine, check.blocks) == (False, False)
    source.clean(nothing)
    assert settings_of(postgres, database) == before
    postgres.execute(database, "ALTER SYSTEM RESET wal_keep_size")
    postgres.execute(database, "SELECT pg_reload_conf()")


def test_a_guard_that_refuses_in_between_leaves_the_settings_as_they_were(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(database, "CREATE TABLE people (id int)")
    before = settings_of(postgres, database)
    calls = []

    def refuse() -> None:
        calls.append(1)
        if len(calls) == 4:
            raise LeaseError("another process holds the step")

    with pytest.raises(LeaseError):
        open_postgres(database).clean(refuse)
    assert settings_of(postgres, database) == before


def test_an_account_without_the_rights_is_told_which(database: str, postgres: Postgres) -> None:
    postgres.execute(
        database, "CREATE TABLE people (id int)", f"CREATE ROLE poor_{database} LOGIN PASSWORD '{PASSWORD}'"
    )
    spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:ALL", scrub_url="env:POOR")
    secrets = Secrets({"ALL": postgres.url(database), "POOR": postgres.url(database, f"poor_{database}")})
    source = open_source(spec, secrets)
    [rights] = [c for c in source.plan_scrub(["people"]).checks if c.code == "rights"]
    assert not rights.fine
    assert "owner of the database" in str(rights.facts["missing"])
    with pytest.raises(SourceError, match="rights"):
        source.clean(nothing)

"""The accounts of each phase, used for real: they can what their phase needs, and nothing more."""

from collections.abc import Callable, Iterator
from contextlib import closing

import polars as pl
import psycopg
import pytest
from psycopg import errors
from tests.servers import PASSWORD, Postgres

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import Changes, OpenSource, open_source
from bequest.sources.roles import PHASES, roles_sql
from bequest.steps.destroy.verifier.read_postgresql import read_postgresql

Connect = Callable[[str], psycopg.Connection]


def nothing() -> None:
    """A guard that always agrees."""


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    name = postgres.new_database()
    postgres.execute(
        name,
        f"CREATE ROLE owner_{name} LOGIN PASSWORD '{PASSWORD}'",
        f"ALTER DATABASE {name} OWNER TO owner_{name}",
        "REVOKE CREATE, TEMPORARY ON DATABASE " + name + " FROM PUBLIC",
        "CREATE TABLE people (id int PRIMARY KEY, phone text, first text GENERATED ALWAYS AS (left(phone, 1)) STORED)",
        "CREATE TABLE orders (no int PRIMARY KEY, person int REFERENCES people, secret text)",
        "CREATE TABLE staff (id int PRIMARY KEY, name text)",
        "CREATE MATERIALIZED VIEW copies AS SELECT * FROM people",
        "CREATE TABLE bequest_rehearsal (case_id text)",
        "INSERT INTO bequest_rehearsal VALUES ('case-1')",
        "INSERT INTO people SELECT i, '138' FROM generate_series(1, 9) i",
        *(f"ALTER TABLE {t} OWNER TO owner_{name}" for t in ("people", "orders", "staff")),
        f"ALTER MATERIALIZED VIEW copies OWNER TO owner_{name}",
    )
    yield name
    for phase in PHASES:
        role = f"bequest_{name}_{phase}"
        if postgres.execute(name, f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
            postgres.execute(name, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


@pytest.fixture
def source(database: str, postgres: Postgres) -> OpenSource:
    """The source with the four accounts, made by the statements that are printed."""
    spec = Source(
        name="people", kind=SourceKind.POSTGRESQL, url="env:READ", delete_url="env:DELETE", scrub_url="env:SCRUB",
        verify_url="env:VERIFY",
    )  # fmt: skip
    printed = roles_sql(spec, Secrets({"READ": postgres.url(database)}), case_id=database, tables=["people"])
    postgres.execute(database, printed)
    for phase in PHASES:
        postgres.execute(database, f"ALTER ROLE bequest_{database}_{phase} PASSWORD '{PASSWORD}'")
    urls = {p.upper(): postgres.url(database, f"bequest_{database}_{p}") for p in PHASES}
    return open_source(spec, Secrets(urls))


@pytest.fixture
def connect(database: str, source: OpenSource, postgres: Postgres) -> Connect:
    def connected(phase: str) -> psycopg.Connection:
        return psycopg.connect(postgres.url(database, f"bequest_{database}_{phase}"), autocommit=True)

    return connected


def test_every_phase_works_with_its_own_account(source: OpenSource, database: str, postgres: Postgres) -> None:
    found = {i.name: (i.n_rows, i.why_not_scanned) for i in source.inventory()}
    assert found == {"copies": (0, "view"), "orders": (0, ""), "people": (9, ""), "staff": (0, "")}
    assert source.marker("case-1")
    assert pl.concat(list(source.read("people"))).height == 9
    assert source.sample("people", 3).height == 3
    one = pl.Series(["1"])
    done = source.apply("people", Changes(pl.Series(["2"]), {"phone": one, "first": one}), guard=nothing)
    assert (done.rows_deleted, dict(done.cells_emptied)) == (1, {"phone": 1, "first": 1})
    assert source.plan_scrub(["people"]).is_possible
    assert source.clean(nothing).actions[-1] == "wal_switched"
    spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:NONE", verify_url="env:V")
    secrets = Secrets({"V": postgres.url(database, f"bequest_{database}_verify")})
    heights: dict[str, int] = {}
    for table, frame, _ in read_postgresql(spec, secrets):
        heights[table] = heights.get(table, 0) + frame.height
    assert heights == {"bequest_rehearsal": 1, "copies": 8, "orders": 0, "people": 8, "staff": 0}


DENIED = [
    ("read", "DELETE FROM people"),
    ("read", "SET default_transaction_read_only = off; DELETE FROM people"),
    ("read", "SET default_transaction_read_only = off; UPDATE people SET phone = ''"),
    ("read", "SET default_transaction_read_only = off; CREATE TEMPORARY TABLE t (id int)"),
    ("verify", "SET default_transaction_read_only = off; DELETE FROM people"),
    ("delete", "DELETE FROM orders"),
    ("delete", "DELETE FROM staff"),
    ("delete", "SELECT * FROM staff"),
    ("delete", "SELECT secret FROM orders"),
    ("delete", "UPDATE people SET id = 99 WHERE id = 1"),
    ("delete", "INSERT INTO people VALUES (99)"),
    ("delete", "TRUNCATE people"),
    ("delete", "DROP TABLE people"),
    ("delete", "DELETE FROM bequest_rehearsal"),
    ("scrub", "CREATE ROLE more"),
    ("scrub", "ALTER SYSTEM SET archive_mode = off"),
    ("scrub", "SELECT * FROM pg_authid"),
    ("scrub", "COPY people TO PROGRAM 'cat'"),
]


@pytest.mark.parametrize(("phase", "statement"), DENIED, ids=[f"{p}: {s[-40:]}" for p, s in DENIED])
def test_no_account_may_do_more(phase: str, statement: str, connect: Connect) -> None:
    with closing(connect(phase)) as db, pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
        db.execute(statement)


def test_the_account_that_reads_cannot_delete(source: OpenSource, database: str, postgres: Postgres) -> None:
    spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:READ")
    reader = open_source(spec, Secrets({"READ": postgres.url(database, f"bequest_{database}_read")}))
    with pytest.raises(SourceError) as caught:
        reader.apply("people", Changes(pl.Series(["1"])), guard=nothing)
    assert caught.value.code == "BQ-SOURCE-21"
    assert "bequest source roles" in caught.value.hint


def test_one_phase_alone_and_no_password(database: str, postgres: Postgres) -> None:
    spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:P")
    printed = roles_sql(spec, Secrets({"P": postgres.url(database)}), case_id="c-1", phases=["delete"])
    assert 'CREATE ROLE "bequest_c_1_delete"' in printed
    assert "_read" not in printed
    assert PASSWORD not in printed
    assert 'GRANT DELETE ON "public"."staff"' in printed  # no table named: all


def test_a_file_has_no_accounts() -> None:
    with pytest.raises(InputError, match="is a file"):
        roles_sql(Source(name="people", kind=SourceKind.CSV), Secrets(), case_id="c")

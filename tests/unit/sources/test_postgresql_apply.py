"""What leaves a PostgreSQL table: rows and cells by key, against every kind of reference, constraint and trigger."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.servers import Postgres

from bequest.kernel.errors import SourceError
from bequest.sources import KEY, Applied, Changes, OpenSource

Opener = Callable[..., OpenSource]


@pytest.fixture
def database(postgres: Postgres) -> str:
    return postgres.new_database()


def nothing() -> None:
    """A guard that always agrees."""


def keys(*names: str) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String)


def apply(source: OpenSource, table: str, *gone: str, key: tuple[str, ...] = (), **empty: pl.Series) -> Applied:
    return source.apply(table, Changes(keys(*gone), empty, key=key), guard=nothing)


def refused(source: OpenSource, table: str, *gone: str, **empty: Any) -> str:
    with pytest.raises(SourceError) as caught:
        apply(source, table, *gone, **empty)
    assert caught.value.hint
    return caught.value.message


# Keys.


def test_composite_and_odd_keys_name_their_rows(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        database,
        "CREATE TABLE t (at timestamptz, raw bytea, n numeric, name char(6), v text, PRIMARY KEY (at, raw, n, name))",
        "INSERT INTO t VALUES ('2026-01-01 00:00Z', '\\xff', 1.50, 'a', 'x'),"
        " ('2026-01-01 00:00Z', '\\xff', 1.5001, 'a', 'y'),"
        " ('2026-01-01 00:00Z', '\\x5c', 1.50, 'a', 'z')",
    )
    source = open_postgres(database, timezone="Asia/Shanghai")
    shown = pl.concat(list(source.read("t")))
    gone = shown.filter(pl.col("v") == "x")[KEY]
    emptied = shown.filter(pl.col("v") == "z")[KEY]
    done = source.apply("t", Changes(gone, {"v": emptied}), guard=nothing)
    assert (done.rows_deleted, dict(done.cells_emptied)) == (1, {"v": 1})
    assert sorted(postgres.execute(database, "SELECT n::text, v FROM t"), key=str) == [("1.50", None), ("1.5001", "y")]


def test_keys_of_the_wrong_form_are_keys_of_no_row(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        database, "CREATE TABLE t (id bigint PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')"
    )
    source = open_postgres(database)
    done = apply(source, "t", "1", "01", "1.0", "x", "", "99999999999999999999", "a\0b", "\\.", '"', "NULL")
    assert done.rows_deleted == 1
    assert postgres.execute(database, "SELECT id FROM t") == [(2,)]


def test_of_equal_rows_without_a_key_as_many_go_as_were_named(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE log (a text, b int)",
        "INSERT INTO log SELECT 'same', 1 FROM generate_series(1, 5)",
        "INSERT INTO log VALUES ('other', 1), (NULL, NULL)",
    )
    source = open_postgres(database)
    shown = pl.concat(list(source.read("log")))
    same = shown.filter(pl.col("a") == "same")[KEY]
    changes = Changes(same[:2], {"a": same[2:3]}, taken_from=source.fingerprint())
    done = source.apply("log", changes, guard=nothing)
    assert (done.rows_deleted, dict(done.cells_emptied)) == (2, {"a": 1})
    left = postgres.execute(database, "SELECT a, b, count(*) FROM log GROUP BY 1, 2 ORDER BY 1, 2")
    assert left == [("other", 1, 1), ("same", 1, 2), (None, 1, 1), (None, None, 1)]


def test_a_row_without_a_key_that_was_changed_meanwhile_stays(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(database, "CREATE TABLE log (a text)", "INSERT INTO log VALUES ('x'), ('y')")
    source = open_postgres(database)
    shown = pl.concat(list(source.read("log")))
    taken = source.fingerprint()
    postgres.execute(database, "UPDATE log SET a = 'z' WHERE a = 'x'")
    done = source.apply("log", Changes(shown[KEY], taken_from=taken), guard=nothing)
    assert done.rows_deleted == 1
    assert postgres.execute(database, "SELECT a FROM log") == [("z",)]


def test_partitions_and_children_lose_their_own_rows_only(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE visits (id int, at int, v text, PRIMARY KEY (id, at)) PARTITION BY LIST (at)",
        "CREATE TABLE v1 PARTITION OF visits FOR VALUES IN (1)",
        "CREATE TABLE v2 PARTITION OF visits FOR VALUES IN (2)",
        "INSERT INTO visits SELECT i, 1 + i % 2, 'x' FROM generate_series(1, 6) i",
        "CREATE TABLE people (id int PRIMARY KEY)",
        "CREATE TABLE members () INHERITS (people)",
        "INSERT INTO people VALUES (1), (2)",
        "INSERT INTO members VALUES (1)",
    )
    source = open_postgres(database)
    done = apply(source, "visits", "1\x1f2", "2\x1f1", v=keys("3\x1f2", "4\x1f1"))
    assert (done.rows_deleted, dict(done.cells_emptied)) == (2, {"v": 2})
    assert [r[0] for r in postgres.execute(database, "SELECT id FROM visits WHERE v IS NOT NULL ORDER BY 1")] == [5, 6]
    assert apply(source, "people", "1").rows_deleted == 1
    assert postgres.execute(database, "SELECT tableoid::regclass::text, id FROM people ORDER BY 1") == [
        ("members", 1), ("people", 2),
    ]  # fmt: skip


# References.


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"])
def test_a_row_that_is_referred_to_does_not_go_whatever_the_store_would_do(
    action: str, database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE SCHEMA shop",
        "CREATE TABLE people (id int PRIMARY KEY, name text)",
        f"CREATE TABLE shop.orders (no int PRIMARY KEY, person int DEFAULT 3 REFERENCES people ON DELETE {action})",
        "INSERT INTO people VALUES (1, 'a'), (2, 'b'), (3, 'c')",
        "INSERT INTO shop.orders VALUES (10, 1), (11, 1), (12, 3)",
    )
    source = open_postgres(database)
    said = refused(source, "people", "1", "2")
    assert "shop.orders (person; 2 rows" in said
    assert postgres.execute(database, "SELECT count(*) FROM people") == [(3,)]
    assert postgres.execute(database, "SELECT person FROM shop.orders ORDER BY no") == [(1,), (1,), (3,)]
    orders = open_postgres(database, schema="shop")
    assert apply(orders, "orders", "10", person=keys("11")).rows_deleted == 1
    assert apply(source, "people", "1", "2").rows_deleted == 2
    assert postgres.execute(database, "SELECT person FROM shop.orders ORDER BY no") == [(None,), (3,)]


def test_a_reference_made_while_the_rows_go_is_seen(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        database,
        "CREATE TABLE people (id int PRIMARY KEY)",
        "CREATE TABLE orders (person int REFERENCES people ON DELETE CASCADE)",
        "INSERT INTO people VALUES (1)",
    )

    def meanwhile() -> None:
        postgres.execute(database, "INSERT INTO orders VALUES (1)")

    with pytest.raises(SourceError, match=r"public\.orders"):
        open_postgres(database).apply("people", Changes(keys("1")), guard=meanwhile)
    assert postgres.execute(database, "SELECT count(*) FROM people, orders") == [(1,)]


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL", "NO ACTION"])
def test_rows_of_one_table_that_refer_to_each_other_go_together(
    action: str, database: str, postgres: Postgres, open_postgres: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bequest.sources.postgresql_writing.BATCH", 2)
    postgres.execute(
        database,
        f"CREATE TABLE staff (id int PRIMARY KEY, boss int REFERENCES staff ON DELETE {action})",
        "INSERT INTO staff SELECT i, CASE WHEN i > 1 THEN i - 1 END FROM generate_series(1, 9) i",
    )
    source = open_postgres(database)
    assert "public.staff (boss; 1 rows" in refused(source, "staff", *map(str, range(1, 9)))
    assert apply(source, "staff", *map(str, range(3, 10))).rows_deleted == 7
    assert postgres.execute(database, "SELECT id, boss FROM staff ORDER BY 1") == [(1, None), (2, 1)]


# Emptying.

CELLS = [
    ("text", "'x'", None),
    ("text NOT NULL", "'x'", ""),
    ("varchar(3) NOT NULL", "'x'", ""),
    ("char(3) NOT NULL", "'x'", "   "),
    ("text UNIQUE", "'x'", None),
    ("date", "'2026-01-01'", None),
    ("int CHECK (c > 0)", "5", None),
    ("jsonb", "'{}'", None),
    ("int REFERENCES shops", "1", None),
]
REFUSED = [
    ("date NOT NULL", "'2026-01-01'", "not_null"),
    ("int NOT NULL", "1", "not_null"),
    ("bytea NOT NULL", "'a'", "not_null"),
    ("text NOT NULL UNIQUE", "'x'", "not_null"),
    ("needed", "'x'", "not_null"),
    ("int NOT NULL REFERENCES shops", "1", "not_null"),
    ("int GENERATED ALWAYS AS IDENTITY", None, "identity"),
]


@pytest.mark.parametrize(("declared", "value", "after"), CELLS, ids=[c[0] for c in CELLS])
def test_cells_become_null_or_the_empty_text(
    declared: str, value: str, after: str | None, database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE shops (id int PRIMARY KEY)", "INSERT INTO shops VALUES (1)",
        f"CREATE TABLE t (id int PRIMARY KEY, c {declared}, d text)", f"INSERT INTO t VALUES (1, {value}, 'd')",
        "CREATE INDEX ON t USING gin (to_tsvector('simple', d))", "CREATE INDEX ON t (lower(d)) WHERE d <> ''",
    )  # fmt: skip
    source = open_postgres(database)
    assert apply(source, "t", c=keys("1"), d=keys("1")).cells_emptied == {"c": 1, "d": 1}
    assert postgres.execute(database, "SELECT c, d FROM t") == [(after, None)]
    assert apply(source, "t", c=keys("1"), d=keys("1")).cells_emptied == {"c": 0, "d": 0}


@pytest.mark.parametrize(("declared", "value", "why"), REFUSED, ids=[c[0] for c in REFUSED])
def test_cells_that_cannot_be_emptied_are_refused_before_anything_changes(
    declared: str, value: str | None, why: str, database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE shops (id int PRIMARY KEY)", "INSERT INTO shops VALUES (1)",
        "CREATE DOMAIN needed AS text NOT NULL",
        f"CREATE TABLE t (id int PRIMARY KEY, c {declared}, d text)",
        f"INSERT INTO t VALUES (1, {value or 'DEFAULT'}, 'd')",
    )  # fmt: skip
    source = open_postgres(database)
    assert f"c ({why})" in refused(source, "t", c=keys("1"), d=keys("1"))
    assert postgres.execute(database, "SELECT d FROM t ORDER BY id") == [("d",)]


def test_a_value_others_refer_to_is_not_emptied(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        database,
        "CREATE TABLE people (id int PRIMARY KEY, no text UNIQUE)",
        "CREATE TABLE orders (no text REFERENCES people (no) ON UPDATE CASCADE)",
        "INSERT INTO people VALUES (1, 'a')",
        "INSERT INTO orders VALUES ('a')",
    )
    assert "no (referred_to)" in refused(open_postgres(database), "people", no=keys("1"))


def test_a_constraint_speaks_before_anything_is_changed(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, mobile text NOT NULL CHECK (mobile ~ '^1'), note text)",
        "INSERT INTO t VALUES (1, '13800138000', 'a'), (2, '13900139000', 'b')",
    )
    said = refused(open_postgres(database), "t", "2", mobile=keys("1"))
    assert "t_mobile_check" in said
    assert "138" not in said
    assert postgres.execute(database, "SELECT count(*) FROM t") == [(2,)]


def test_a_computed_column_follows_its_columns_or_is_refused(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, a text, b text,"
        " whole text GENERATED ALWAYS AS (coalesce(a, '') || coalesce(b, '')) STORED)",
        "INSERT INTO t (id, a, b) VALUES (1, 'x', 'y'), (2, 'x', 'y')",
    )
    source = open_postgres(database)
    one = keys("1")
    assert "whole is computed" in refused(source, "t", whole=one)
    assert "whole is computed" in refused(source, "t", "2", a=one, whole=one)
    assert postgres.execute(database, "SELECT count(*) FROM t WHERE whole = 'xy'") == [(2,)]
    assert apply(source, "t", a=one, b=one, whole=one).cells_emptied == {"a": 1, "b": 1, "whole": 1}
    assert postgres.execute(database, "SELECT whole FROM t ORDER BY id") == [("",), ("xy",)]


# Triggers and rules.


def test_triggers_run_and_one_that_keeps_rows_is_told(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, v text)",
        "CREATE TABLE counts (n int)",
        "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')",
        "CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN IF OLD.id = 2 THEN RETURN NULL; END IF; INSERT INTO counts VALUES (1);"
        " IF TG_OP = ''DELETE'' THEN RETURN OLD; END IF; RETURN NEW; END'",
        "CREATE TRIGGER w BEFORE DELETE OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION watch()",
    )
    source = open_postgres(database)
    assert "1 rows stay as they are" in refused(source, "t", "1", "2")
    assert postgres.execute(database, "SELECT id FROM t ORDER BY 1") == [(2,), (3,)]
    assert postgres.execute(database, "SELECT count(*) FROM counts") == [(1,)]
    assert "cells" in refused(source, "t", v=keys("2"))


def test_a_rule_that_does_something_else_instead_is_told(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)",
        "CREATE RULE keep AS ON DELETE TO t DO INSTEAD NOTHING",
    )  # fmt: skip
    assert "stay as they are" in refused(open_postgres(database), "t", "1")


# In general.

VALUE = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_exactly_the_named_rows_and_cells_leave_by_declared_key(
    data: st.DataObject, database: str, postgres: Postgres, open_postgres: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bequest.sources.postgresql_writing.BATCH", data.draw(st.integers(1, 4)))
    ids = data.draw(st.lists(VALUE.filter(lambda v: v is not None), min_size=1, max_size=6, unique=True))
    rows = [(i, n, data.draw(VALUE), data.draw(VALUE)) for n, i in enumerate(ids)]
    postgres.execute(
        database,
        "DROP TABLE IF EXISTS t",
        "CREATE TABLE t (no text, n int, a text, b text NOT NULL DEFAULT '', PRIMARY KEY (n, no))",
    )
    with postgres.connect(database) as db, db.cursor().copy("COPY t FROM STDIN") as copy:
        for no, n, a, b in rows:
            copy.write_row((no, n, a, b or ""))
    source = open_postgres(database)
    shown = pl.concat(list(source.read("t")))
    some = st.lists(st.sampled_from(shown[KEY].to_list()), unique=True)
    gone, empty_a, empty_b = data.draw(some), data.draw(some), data.draw(some)
    changes = Changes(keys(*gone), {"a": keys(*empty_a), "b": keys(*empty_b)})
    done = source.apply("t", changes, guard=nothing)
    assert done.rows_deleted == len(gone)
    expected = []
    for key, no, n, a, b in shown.rows():
        if key not in gone:
            emptied_a = None if key in empty_a and (a or "").strip() else a
            emptied_b = "" if key in empty_b and b.strip() else b
            expected.append((no, int(n), emptied_a, emptied_b))
    found = postgres.execute(database, "SELECT no, n, a, b FROM t")
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    again = source.apply("t", changes, guard=nothing)
    assert (again.rows_deleted, sum(again.cells_emptied.values())) == (0, 0)

"""What is particular to PostgreSQL: its inventory, every type as text, keys, samples, and what hides rows."""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import polars as pl
import pytest
from tests.servers import PASSWORD, Postgres

from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import KEY, OnDelete, OpenSource, TableInfo, open_source

Opener = Callable[..., OpenSource]


@pytest.fixture
def database(postgres: Postgres) -> str:
    return postgres.new_database()


def table(source: OpenSource, name: str, **more: Any) -> pl.DataFrame:
    return pl.concat(list(source.read(name, **more)))


def by_name(source: OpenSource) -> dict[str, TableInfo]:
    return {i.name: i for i in source.inventory()}


# Inventory.


def test_the_inventory_tells_what_the_catalogue_knows(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        database,
        "CREATE TABLE shops (id int PRIMARY KEY, name text)",
        "CREATE TABLE customers (no text, shop int NOT NULL REFERENCES shops ON DELETE CASCADE,"
        " mobile varchar(11) UNIQUE, born date, n int GENERATED ALWAYS AS IDENTITY,"
        " initial text GENERATED ALWAYS AS (left(mobile, 1)) STORED,"
        " CHECK (born > '1900-01-01'), PRIMARY KEY (shop, no))",
        "COMMENT ON TABLE customers IS '客户'",
        "COMMENT ON COLUMN customers.mobile IS '手机号'",
        "CREATE INDEX ON customers (lower(mobile))",
        "INSERT INTO shops VALUES (1, 'a'), (2, 'b')",
        "INSERT INTO customers (no, shop, mobile) VALUES ('a', 1, '13800138000')",
        "CREATE TABLE bequest_rehearsal (case_id text)",
    )
    found = by_name(open_postgres(database))
    assert list(found) == ["customers", "shops"]
    customers = found["customers"]
    assert (customers.comment, customers.key, customers.n_rows, customers.notes) == ("客户", ("shop", "no"), 1, ())
    columns = {c.name: c for c in customers.columns}
    assert columns["mobile"].comment == "手机号"
    assert columns["mobile"].declared_type == "character varying(11)"
    assert set(columns["mobile"].notes) == {"unique", "indexed_expression"}
    assert columns["n"].notes == ("identity",)
    assert columns["initial"].notes == ("generated",)
    assert columns["born"].notes == ("checked",)
    assert columns["shop"].notes == ("refers",)
    assert [c.name for c in customers.columns if not c.nullable] == ["no", "shop", "n"]
    assert [c.name for c in customers.columns if c.is_key] == ["no", "shop"]
    [key] = customers.references
    assert (key.columns, key.to_table, key.to_columns, key.on_delete) == (("shop",), "shops", ("id",), OnDelete.CASCADE)
    assert found["shops"].columns[0].notes == ("referred_to",)


def test_partitions_children_views_and_foreign_tables_are_each_listed_once(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE visits (id int, at date) PARTITION BY RANGE (at)",
        "CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM (MINVALUE) TO ('2026-01-01')",
        "CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)",
        "INSERT INTO visits VALUES (1, '2025-05-05'), (2, '2026-05-05')",
        "CREATE TABLE people (id int)",
        "CREATE TABLE members (card text) INHERITS (people)",
        "INSERT INTO people VALUES (1)",
        "INSERT INTO members VALUES (2, 'c'), (3, 'd')",
        "CREATE VIEW everybody AS SELECT * FROM people",
        "CREATE MATERIALIZED VIEW copies AS SELECT * FROM people",
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER t BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION nothing()",
        "CREATE RULE r AS ON UPDATE TO members DO ALSO NOTHING",
        "CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY)",
        "CREATE SCHEMA elsewhere CREATE TABLE unseen (id int)",
    )
    source = open_postgres(database)
    found = by_name(source)
    assert {n: (i.n_rows, i.why_not_scanned) for n, i in found.items()} == {
        "copies": (0, "view"), "everybody": (0, "view"), "members": (2, ""), "people": (1, ""), "scratch": (0, ""),
        "visits": (2, ""),
    }  # fmt: skip
    assert set(found["visits"].notes) == {"partitioned", "no_declared_key"}
    assert set(found["people"].notes) == {"inherits", "triggers", "no_declared_key"}
    assert set(found["members"].notes) == {"inherits", "rules", "no_declared_key"}
    assert found["scratch"].notes == ("unlogged",)
    assert table(source, "people")["id"].to_list() == ["1"]
    assert sorted(table(source, "visits")["at"]) == ["2025-05-05", "2026-05-05"]
    with pytest.raises(SourceError, match="cannot be read: view"):
        source.read("everybody")
    assert list(by_name(open_postgres(database, schema="elsewhere"))) == ["unseen"]
    with pytest.raises(SourceError, match="no schema nowhere"):
        open_postgres(database, schema="nowhere").inventory()


def test_rows_that_are_hidden_are_said_and_never_missed(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE people (id int PRIMARY KEY, shop int)",
        "INSERT INTO people VALUES (1, 1), (2, 2)",
        "ALTER TABLE people ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY mine ON people USING (shop = 1)",
        "CREATE TABLE secret (id int, name text)",
        f"CREATE ROLE reader_{database} LOGIN PASSWORD '{PASSWORD}'",
        f"GRANT SELECT ON people TO reader_{database}",
        f"GRANT SELECT (id) ON secret TO reader_{database}",
    )
    spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:P")
    reader = open_source(spec, Secrets({"P": postgres.url(database, f"reader_{database}")}))
    found = by_name(reader)
    assert found["people"].why_not_scanned == "row_security"
    assert found["secret"].why_not_scanned == "no_right"
    with pytest.raises(SourceError, match="row_security"):
        reader.read("people")
    owner = open_postgres(database)
    assert by_name(owner)["people"].notes == ("row_security",)
    assert table(owner, "people").height == 2


# Every type as text.

TYPES = [
    ("bool", "true", "true"),
    ("smallint", "-32768", "-32768"),
    ("bigint", "9223372036854775807", "9223372036854775807"),
    ("numeric", "'123456789012345678901234567890.0123456789'", "123456789012345678901234567890.0123456789"),
    ("numeric(10,2)", "12", "12.00"),
    ("numeric", "'NaN'", "NaN"),
    ("real", "'0.1'", "0.1"),
    ("double precision", "'0.1'", "0.1"),
    ("double precision", "1e300", "1e+300"),
    ("double precision", "'-Infinity'", "-Infinity"),
    ("money", "'1234.5'", "$1,234.50"),
    ("char(5)", "'ab'", "ab"),
    ("varchar(20)", "'  ab '", "  ab "),
    ("text", "E'行一\\n\\t\"二\"\\\\N'", '行一\n\t"二"\\N'),
    ("text", "''", ""),
    ("text", "NULL", None),
    ("text", "'😀'", "😀"),
    ("name", "'n'", "n"),
    ('"char"', "'x'", "x"),
    ("bytea", "'\\x00ff41'", "00FF41"),
    ("date", "'2026-02-28'", "2026-02-28"),
    ("date", "'infinity'", "infinity"),
    ("date", "'0044-03-15 BC'", "0044-03-15 BC"),
    ("time", "'24:00'", "24:00:00"),
    ("timetz", "'08:00+09'", "08:00:00+09"),
    ("timestamp", "'2026-02-28 08:09:10.123456'", "2026-02-28 08:09:10.123456"),
    ("timestamptz", "'2026-02-28 00:00:00Z'", "2026-02-28 08:00:00+08"),
    ("interval", "'1 year 2 mons 3 days 100:00:00'", "1 year 2 mons 3 days 100:00:00"),
    ("uuid", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("json", '\'{"b": 1,  "a": 2}\'', '{"b": 1,  "a": 2}'),
    ("jsonb", '\'{"b": 1,  "a": 2}\'', '{"a": 2, "b": 1}'),
    ("xml", "'<a/>'", "<a/>"),
    ("int[]", "'{1,NULL,3}'", "{1,NULL,3}"),
    ("text[]", "ARRAY['a,b', 'c\"d', '']", '{"a,b","c\\"d",""}'),
    ("inet", "'192.0.2.1/24'", "192.0.2.1/24"),
    ("inet", "'192.0.2.1'", "192.0.2.1/32"),
    ("cidr", "'192.0.2.0/24'", "192.0.2.0/24"),
    ("macaddr", "'08-00-2B-01-02-03'", "08:00:2b:01:02:03"),
    ("bit(3)", "B'101'", "101"),
    ("bit varying", "B''", ""),
    ("int4range", "'[1,5]'", "[1,6)"),
    ("daterange", "'empty'", "empty"),
    ("point", "'(1.5,2)'", "(1.5,2)"),
    ("tsvector", "'b a'", "'a' 'b'"),
    ("mood", "'愉快'", "愉快"),
    ("mobile", "'13800138000'", "13800138000"),
    ("pair", "ROW(1, 'x y')", '(1,"x y")'),
    ("citext", "'MiXed'", "MiXed"),
    ("oid", "4294967295", "4294967295"),
    ("regtype", "'integer'", "integer"),
]


@pytest.fixture(scope="module")
def types(postgres: Postgres) -> OpenSource:
    database = postgres.new_database()
    names = [f"c{i}" for i in range(len(TYPES))]
    has_citext = bool(postgres.execute(database, "SELECT 1 FROM pg_available_extensions WHERE name = 'citext'"))
    citext = "CREATE EXTENSION citext" if has_citext else "CREATE DOMAIN citext AS text"
    postgres.execute(
        database,
        citext,
        "CREATE TYPE mood AS ENUM ('愉快', '沮丧')",
        "CREATE DOMAIN mobile AS varchar(11) CHECK (VALUE ~ '^1')",
        "CREATE TYPE pair AS (a int, b text)",
        f"ALTER DATABASE {database} SET datestyle = 'German, DMY'",
        f"ALTER DATABASE {database} SET intervalstyle = 'sql_standard'",
        f"ALTER DATABASE {database} SET bytea_output = 'escape'",
        f"ALTER DATABASE {database} SET extra_float_digits = -15",
        f"ALTER DATABASE {database} SET timezone = 'America/New_York'",
    )
    columns = ", ".join(f"{n} {t}" for n, (t, *_) in zip(names, TYPES, strict=True))
    values = ", ".join(v for _, v, _ in TYPES)
    postgres.execute(
        database, f"CREATE TABLE traps (id int PRIMARY KEY, {columns})", f"INSERT INTO traps VALUES (1, {values})"
    )
    spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:P", timezone="Asia/Shanghai")
    return open_source(spec, Secrets({"P": postgres.url(database)}))


@pytest.fixture(scope="module")
def shown(types: OpenSource) -> pl.DataFrame:
    return table(types, "traps")


@pytest.mark.parametrize("i", range(len(TYPES)), ids=[f"{t}-{v[:12]}" for t, v, _ in TYPES])
def test_every_type_is_shown_as_a_person_would_see_it(i: int, shown: pl.DataFrame) -> None:
    assert shown[f"c{i}"].to_list() == [TYPES[i][2]]
    assert shown[f"c{i}"].dtype == pl.String


def test_the_sample_shows_the_same(types: OpenSource, shown: pl.DataFrame) -> None:
    assert types.sample("traps", 5).equals(shown)


def test_text_that_is_not_utf8_is_said(postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        "postgres", "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    )
    postgres.execute(
        "ascii", "CREATE TABLE people (no text, name text)", "INSERT INTO people VALUES ('1', E'\\xd5\\xc5')"
    )
    with pytest.raises(SourceError) as caught:
        list(open_postgres("ascii").read("people", key=["no"]))
    assert caught.value.code == "BQ-SOURCE-3"


# Keys, order, samples.


def test_a_composite_key_is_joined_in_its_order_and_rows_come_by_it(
    database: str, postgres: Postgres, open_postgres: Opener
) -> None:
    postgres.execute(
        database,
        "CREATE TABLE lines (pos int, order_no text, note text, PRIMARY KEY (order_no, pos))",
        "INSERT INTO lines SELECT p, o, 'x' FROM generate_series(12, 1, -1) p, unnest(ARRAY['b', 'a']) o",
    )
    found = table(open_postgres(database), "lines")
    assert found[KEY].to_list() == [f"{o}\x1f{p}" for o in "ab" for p in range(1, 13)]


def test_equal_rows_without_a_key_are_counted(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        database, "CREATE TABLE log (a text, b int)", "INSERT INTO log VALUES ('x', 1), ('y', 2), ('x', 1)"
    )
    keys = table(open_postgres(database), "log")[KEY].to_list()
    assert len(set(keys)) == 3
    heads = [k.split("#") for k in keys]
    assert sorted(n for _, n in heads) == ["1", "1", "2"]
    assert len({d for d, _ in heads}) == 2
    postgres.execute(database, "UPDATE log SET b = 2 WHERE a = 'y'", "VACUUM FULL log")
    assert table(open_postgres(database), "log")[KEY].to_list() == keys


def test_reading_is_one_snapshot(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(
        database,
        "CREATE TABLE t (id int, v text)",
        "INSERT INTO t SELECT i, repeat('x', 2000) FROM generate_series(1, 9000) i",
    )
    batches = open_postgres(database).read("t", key=["id"], batch_rows=100)
    first = next(batches)
    postgres.execute(database, "UPDATE t SET v = 'new'", "INSERT INTO t VALUES (0, 'late')")
    rest = pl.concat([first, *batches])
    assert rest.height == 9000
    assert rest["v"].str.len_chars().unique().to_list() == [2000]


def test_each_read_has_a_session_of_its_own(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    postgres.execute(database, "CREATE TABLE t (id int, v text)", "INSERT INTO t VALUES (1, 'a')")
    source = open_postgres(database)
    first = source.read("t", key=["id"])
    postgres.execute(database, "INSERT INTO t VALUES (2, 'b')")
    assert pl.concat(source.read("t", key=["id"]))["v"].to_list() == ["a", "b"]
    assert pl.concat(first)["v"].to_list() == ["a"]


def test_a_large_table_is_sampled_from_some_of_its_pages(
    database: str, postgres: Postgres, open_postgres: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bequest.sources.postgresql_sampling.SMALL_PAGES", 40)
    for name, key in (("keyed", "PRIMARY KEY"), ("keyless", "")):
        postgres.execute(
            database, f"CREATE TABLE {name} (id int {key}, v text)",
            f"INSERT INTO {name} SELECT i, repeat('x', 200) FROM generate_series(1, 20000) i",
        )  # fmt: skip
        source = open_postgres(database)
        sample = source.sample(name, 50)
        assert sample.height == 50
        assert sample.equals(source.sample(name, 50))
        ids = sample["id"].cast(pl.Int64)
        assert ids.max() - ids.min() > 8000  # type: ignore[operator]
        assert sample[KEY].to_list() == (sample["id"].to_list() if key else [None] * 50)
    with closing(postgres.connect(database)) as db:
        plan = "\n".join(r[0] for r in db.execute("EXPLAIN SELECT * FROM keyed TABLESAMPLE SYSTEM (5) REPEATABLE (1)"))
    assert "Sample Scan" in plan


def test_odd_names_do_no_harm(database: str, postgres: Postgres, open_postgres: Opener) -> None:
    name = 't"; DROP TABLE x; --'
    quoted = '"' + name.replace('"', '""') + '"'
    postgres.execute(database, f'CREATE TABLE {quoted} ("a""b" text, "t" text, "K" int PRIMARY KEY)')
    postgres.execute(database, f"INSERT INTO {quoted} VALUES ('v', 'w', 1)")
    found = table(open_postgres(database), name)
    assert found.rows() == [("1", "v", "w", "1")]
    assert open_postgres(database).sample(name, 3).rows() == [("1", "v", "w", "1")]

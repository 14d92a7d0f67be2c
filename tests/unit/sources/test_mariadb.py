"""MariaDB: every type as a person would see it, keys met exactly, set-based changes that can be killed and resumed."""

from collections.abc import Callable
from contextlib import closing

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.servers import Mariadb

from bequest.kernel.errors import SourceError
from bequest.sources import KEY, Changes, OnDelete, OpenSource

Opener = Callable[..., OpenSource]


def nothing() -> None:
    """A guard that always agrees."""


def keys(*names: str) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String)


def read(source: OpenSource, table: str, **how: object) -> pl.DataFrame:
    parts = list(source.read(table, **how))  # type: ignore[arg-type]
    return pl.concat(parts) if parts else pl.DataFrame()


def values(source: OpenSource, table: str, column: str) -> list[str | None]:
    return read(source, table)[column].to_list() if read(source, table).height else []


def test_the_inventory_tells_what_the_schema_declares(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = mariadb.new_database()
    mariadb.execute(
        database,
        "CREATE TABLE p (id int AUTO_INCREMENT PRIMARY KEY COMMENT '编号', code varchar(9) NOT NULL UNIQUE,"
        " note text, half varchar(9) AS (concat(code, '!')) STORED,"
        " doc longtext CHECK (json_valid(doc)), FULLTEXT (note)) COMMENT '客户'",
        "CREATE TABLE c (a int, b varchar(5), pid int, code varchar(9), PRIMARY KEY (b, a), CONSTRAINT f1 FOREIGN KEY"
        " (pid) REFERENCES p (id) ON DELETE CASCADE, CONSTRAINT f2 FOREIGN KEY (code) REFERENCES p (code) ON DELETE"
        " SET NULL)",
        "CREATE TABLE m (x int) ENGINE=MyISAM",
        "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3",
        "CREATE VIEW v AS SELECT * FROM p",
        "CREATE SEQUENCE s",
        "CREATE TRIGGER tr AFTER DELETE ON m FOR EACH ROW SET @x = 1",
        "CREATE TABLE hist (id int PRIMARY KEY) WITH SYSTEM VERSIONING",
        "CREATE TABLE bequest_rehearsal (case_id varchar(90) PRIMARY KEY)",
        "INSERT INTO bequest_rehearsal VALUES ('case-1')",
        "INSERT INTO parts VALUES (1), (2), (3)",
    )
    source = open_mariadb(database)
    by = {t.name: t for t in source.inventory()}
    assert list(by) == ["c", "hist", "m", "p", "parts", "s", "v"]
    assert (by["p"].comment, by["p"].columns[0].comment, by["p"].key, by["c"].key) == (
        "客户",
        "编号",
        ("id",),
        ("b", "a"),
    )
    assert [(f.columns, f.to_table, f.to_columns, f.on_delete, f.name) for f in by["c"].references] == [
        (("pid",), "p", ("id",), OnDelete.CASCADE, "f1"),
        (("code",), "p", ("code",), OnDelete.SET_NULL, "f2"),
    ]
    notes = {c.name: c.notes for c in by["p"].columns}
    assert notes["id"] == ("identity", "unique", "referred_to")
    assert notes["note"] == ("indexed_expression",)
    assert notes["half"] == ("generated",)
    assert notes["doc"] == ("checked",)
    assert notes["code"] == ("unique", "referred_to")
    assert set(by["m"].notes) == {"triggers", "no_declared_key", "no_transactions"}
    assert by["parts"].notes == ("partitioned",)
    assert by["parts"].n_rows == 3
    assert by["hist"].notes == ("system_versioned",)
    assert (by["v"].why_not_scanned, by["s"].why_not_scanned) == ("view", "virtual")
    assert source.marker("case-1")
    assert not source.marker("case-2")
    with pytest.raises(SourceError, match="history"):
        source.apply("hist", Changes(keys("1")), guard=nothing)


def test_time_stamps_are_shown_in_the_zone_of_the_source(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = mariadb.new_database()
    with closing(mariadb.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute("CREATE TABLE t (id int PRIMARY KEY, at timestamp)")
        cursor.execute("INSERT INTO t VALUES (1, '2026-11-28 12:00:00')")
    assert values(open_mariadb(database, timezone="Asia/Shanghai"), "t", "at") == ["2026-11-28 20:00:00"]


def test_values_over_sixteen_megabytes_are_read_whole(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = mariadb.new_database()
    mariadb.execute(
        database, "CREATE TABLE t (id int PRIMARY KEY, x longtext)", "INSERT INTO t VALUES (1, repeat('行', 7000000))"
    )
    [value] = values(open_mariadb(database), "t", "x")
    assert value == "行" * 7_000_000


def test_a_case_blind_collation_never_takes_a_neighbour(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = mariadb.new_database()
    names = ["a", "A", "a ", "á", "ａ", "b"]
    with closing(mariadb.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("CREATE TABLE t (k varchar(9) COLLATE utf8mb4_general_ci, n int, KEY (k))")
        cursor.executemany("INSERT INTO t VALUES (%s, %s)", list(zip(names, range(6), strict=True)))
    source = open_mariadb(database)
    applied = source.apply("t", Changes(keys("a", "B"), {"n": keys("A")}, key=("k",)), guard=nothing)
    assert (applied.rows_deleted, dict(applied.cells_emptied)) == (1, {"n": 1})
    assert sorted(mariadb.execute(database, "SELECT k, n FROM t"), key=str) == sorted(
        [("A", None), ("a ", 2), ("á", 3), ("ａ", 4), ("b", 5)], key=str
    )


def test_a_key_of_another_kind_than_the_primary_finds_its_rows(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = mariadb.new_database()
    mariadb.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, k varchar(9) COLLATE utf8mb4_general_ci, d date)",
        "INSERT INTO t VALUES (1, 'x', '2026-01-01'), (2, 'X', '2026-01-01'), (3, 'x', '2026-01-02')",
    )
    source = open_mariadb(database)
    applied = source.apply("t", Changes(keys("x\x1f2026-01-01"), key=("k", "d")), guard=nothing)
    assert applied.rows_deleted == 1
    assert values(source, "t", "id") == ["2", "3"]


def test_equal_rows_without_a_key_go_as_often_as_they_are_named(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = mariadb.new_database()
    mariadb.execute(
        database,
        "CREATE TABLE t (a varchar(5), b varchar(5))",
        "INSERT INTO t VALUES ('x', 'y'), ('x', 'y'), ('x', 'y'), ('X', 'y'), (NULL, ''), ('', NULL)",
    )
    source = open_mariadb(database)
    frame = read(source, "t")
    assert frame[KEY].n_unique() == 6
    mine = frame.filter(pl.col("a") == "x")[KEY]
    changes = Changes(mine[:2], {"b": mine[2:]}, taken_from=source.fingerprint())
    applied = source.apply("t", changes, guard=nothing)
    assert (applied.rows_deleted, dict(applied.cells_emptied)) == (2, {"b": 1})
    left = sorted(mariadb.execute(database, "SELECT * FROM t"), key=str)
    assert left == sorted([("x", None), ("X", "y"), (None, ""), ("", None)], key=str)


@pytest.mark.parametrize("engine", ["InnoDB", "MyISAM"])
def test_an_equal_row_that_came_in_meanwhile_stays(mariadb: Mariadb, open_mariadb: Opener, engine: str) -> None:
    """It came after the rows were counted, just before the first of them goes."""
    database = mariadb.new_database()
    insert = "INSERT INTO t VALUES ('x', 'y')"
    mariadb.execute(database, f"CREATE TABLE t (a varchar(5), b varchar(5)) ENGINE={engine}", insert, insert)
    source = open_mariadb(database)
    came = []

    def meanwhile() -> None:
        if not came:
            came.append(mariadb.execute(database, insert))

    changes = Changes(read(source, "t")[KEY], taken_from=source.fingerprint())
    assert source.apply("t", changes, guard=meanwhile).rows_deleted == 2
    assert list(mariadb.execute(database, "SELECT * FROM t")) == [("x", "y")]


@pytest.mark.parametrize("action", ["CASCADE", "SET NULL", "RESTRICT", "NO ACTION"])
def test_no_foreign_key_takes_what_nobody_decided_on(mariadb: Mariadb, open_mariadb: Opener, action: str) -> None:
    database = mariadb.new_database()
    mariadb.execute(
        database,
        "CREATE TABLE p (id int PRIMARY KEY)",
        f"CREATE TABLE c (id int PRIMARY KEY, pid int, FOREIGN KEY (pid) REFERENCES p (id) ON DELETE {action})",
        "INSERT INTO p VALUES (1), (2)",
        "INSERT INTO c VALUES (10, 1), (20, 2)",
    )
    assert open_mariadb(database).apply("p", Changes(keys("1")), guard=nothing).rows_deleted == 1
    assert list(mariadb.execute(database, "SELECT * FROM c ORDER BY id")) == [(10, 1), (20, 2)]


def test_columns_that_cannot_be_emptied_are_named_before_anything_changes(
    mariadb: Mariadb, open_mariadb: Opener
) -> None:
    database = mariadb.new_database()
    mariadb.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, d date NOT NULL, u varchar(5) NOT NULL UNIQUE, e enum('a') NOT NULL,"
        " j longtext NOT NULL CHECK (json_valid(j)), g varchar(9) AS (concat(ok, 'x')) STORED, ok varchar(3) NOT NULL,"
        " f text, at timestamp NULL ON UPDATE CURRENT_TIMESTAMP, FULLTEXT (f))",
        "INSERT INTO t (id, d, u, e, j, ok, f, at)"
        " VALUES (1, '2026-01-01', 'u', 'a', '{}', 'abc', '电话 号码', '2001-01-01 00:00:00')",
    )
    source = open_mariadb(database)
    for column in ("d", "u", "e", "j", "g"):
        with pytest.raises(SourceError, match=rf"\b{column}\b") as caught:
            source.apply(
                "t", Changes(keys(), {column: keys("1"), **({} if column == "g" else {"f": keys("1")})}), guard=nothing
            )
        assert "nothing was changed" in caught.value.message
    assert values(source, "t", "f") == ["电话 号码"]
    applied = source.apply("t", Changes(keys(), {"ok": keys("1"), "g": keys("1"), "f": keys("1")}), guard=nothing)
    assert dict(applied.cells_emptied) == {"ok": 1, "g": 0, "f": 1}
    [row] = mariadb.execute(database, "SELECT ok, g, f, CAST(at AS CHAR) FROM t")
    assert row == ("", "x", None, "2001-01-01 00:00:00")  # the time of change is no business of ours


def test_a_trigger_that_refuses_is_an_error_without_values(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = mariadb.new_database()
    mariadb.execute(
        database,
        "CREATE TABLE t (id int PRIMARY KEY, phone varchar(20))",
        "INSERT INTO t VALUES (1, '13800138000')",
        "CREATE TRIGGER no BEFORE DELETE ON t FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '13800138000'",
    )
    with pytest.raises(SourceError) as caught:
        open_mariadb(database).apply("t", Changes(keys("1")), guard=nothing)
    assert "13800138000" not in str(caught.value) + caught.value.hint
    assert caught.value.code == "BQ-SOURCE-10"


def many(mariadb: Mariadb, n: int, engine: str = "InnoDB") -> str:
    database = mariadb.new_database()
    mariadb.execute(
        database,
        f"CREATE TABLE t (id int PRIMARY KEY, phone varchar(20), name varchar(20)) ENGINE={engine}",
        f"INSERT INTO t SELECT seq, 13800000000 + seq, 'x' FROM seq_1_to_{n}",
    )
    return database


def test_a_large_table_is_sampled_by_its_keys(
    mariadb: Mariadb, open_mariadb: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    import bequest.sources.mariadb as module

    database = many(mariadb, 20_000)
    source = open_mariadb(database)
    whole = source.sample("t", 7_000)
    monkeypatch.setattr(module, "READ_WHOLE", 100)
    assert source.sample("t", 7_000).equals(whole)
    assert whole.height == 7_000


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_exactly_the_named_rows_leave_whatever_the_keys_look_like(
    mariadb: Mariadb, open_mariadb: Opener, data: st.DataObject
) -> None:
    alphabet = st.sampled_from([*"aAáÁ ß'\"\\\n\t%_#0Ωω中😀", "ss", "\0"])
    part = st.lists(alphabet, min_size=1, max_size=4).map("".join).filter(lambda t: t.strip() != "" and "\x1f" not in t)
    rows = data.draw(st.lists(st.tuples(part, st.integers(-3, 3)), unique=True, min_size=1, max_size=12))
    gone = data.draw(st.lists(st.sampled_from(rows), unique=True))
    emptied = data.draw(st.lists(st.sampled_from(rows), unique=True))
    database = (
        getattr(test_exactly_the_named_rows_leave_whatever_the_keys_look_like, "database", "") or mariadb.new_database()
    )
    test_exactly_the_named_rows_leave_whatever_the_keys_look_like.database = database  # type: ignore[attr-defined]
    with closing(mariadb.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS t")
        cursor.execute("CREATE TABLE t (a varchar(20), b int, x text, y varchar(9) NOT NULL, KEY (a))")
        cursor.executemany("INSERT INTO t VALUES (%s, %s, 'x', 'y')", rows)
    named = [pl.Series([f"{a}\x1f{b}" for a, b in some], dtype=pl.String) for some in (gone, emptied)]
    source = open_mariadb(database)
    source.apply("t", Changes(named[0], {"x": named[1], "y": named[1]}, key=("a", "b")), guard=nothing)
    expected = {(a, b, *((None, "") if (a, b) in emptied else ("x", "y"))) for a, b in rows if (a, b) not in gone}
    assert set(mariadb.execute(database, "SELECT * FROM t")) == expected

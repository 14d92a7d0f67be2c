"""MariaDB: every type as a person would see it, keys met exactly, set-based changes that can be killed and resumed."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing

import polars as pl
import pymysql
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.servers import Mariadb

from bequest.kernel.errors import LeaseError, SourceError
from bequest.sources import KEY, Changes, OnDelete, OpenSource
from bequest.sources.mariadb_connect import Server

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


TRAPS: list[tuple[str, str, str | None]] = [
    ("date", "'0000-00-00'", "0000-00-00"),
    ("date", "'2026-02-00'", "2026-02-00"),
    ("date", "'1000-01-01'", "1000-01-01"),
    ("datetime(6)", "'2026-11-28 12:00:00.000001'", "2026-11-28 12:00:00.000001"),
    ("datetime", "'0000-00-00 00:00:00'", "0000-00-00 00:00:00"),
    ("timestamp null", "'2026-11-28 12:00:00'", "2026-11-28 12:00:00"),
    ("time", "'838:59:59'", "838:59:59"),
    ("time", "'-12:34:56'", "-12:34:56"),
    ("time(3)", "'-00:00:01.500'", "-00:00:01.500"),
    ("year", "2026", "2026"),
    ("decimal(40,10)", "'123456789012345678901234567890.0123456789'", "123456789012345678901234567890.0123456789"),
    ("decimal(10,2)", "-0.5", "-0.50"),
    ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
    ("bigint", "-9223372036854775808", "-9223372036854775808"),
    ("int(8) zerofill", "42", "00000042"),
    ("tinyint(1)", "2", "2"),
    ("bit(10)", "b'1010101'", "0001010101"),
    ("bit(1)", "b'1'", "1"),
    ("float", "16777217", "16777216"),
    ("float", "0.1", "0.1"),
    ("float", "1.17549e-38", "1.17549e-38"),
    ("float(7,2)", "12345.6", "12345.60"),
    ("double", "0.1", "0.1"),
    ("double", "13800138000", "13800138000"),
    ("varbinary(9)", "x'00ff27'", "00FF27"),
    ("binary(3)", "x'61'", "610000"),
    ("blob", "'\\0'", "00"),
    ("text", "'a\\0b'", "a\0b"),
    ("text", "'\\\\N'", "\\N"),
    ("text", "'NULL'", "NULL"),
    ("text", "''", ""),
    ("text", "NULL", None),
    ("text", "'😀\\t行\\n\\r'", "😀\t行\n\r"),
    ("char(5)", "'ab'", "ab"),
    ("varchar(9) character set latin1", "'é€'", "é€"),
    ("varchar(9) character set gbk", "'镕中文'", "镕中文"),
    ("varchar(9) character set utf8mb3", "'中'", "中"),
    ("varchar(9) character set utf16", "'中😀'", "中😀"),
    ("text character set big5", "'中文'", "中文"),
    ("varchar(9) collate utf8mb4_bin", "'a '", "a "),
    ("json", "'{\"名\": [1, null]}'", '{"名": [1, null]}'),
    ("enum('a','b''c')", "'b''c'", "b'c"),
    ("set('a','b')", "'a,b'", "a,b"),
    ("inet6", "'::1'", "::1"),
    ("uuid", "'123e4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000"),
    ("point", "ST_GeomFromText('POINT(1 2)')", "POINT(1 2)"),
]


@pytest.fixture(scope="module")
def traps(mariadb: Mariadb) -> str:
    database = mariadb.new_database()
    columns = ", ".join(f"c{i} {kind}" for i, (kind, _, _) in enumerate(TRAPS))
    with closing(mariadb.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("SET sql_mode = '', time_zone = '+00:00'")
        cursor.execute(f"CREATE TABLE trap (id int PRIMARY KEY, {columns})")
        cursor.execute(f"INSERT INTO trap VALUES (1, {', '.join(v for _, v, _ in TRAPS)})")
        cursor.execute("INSERT INTO trap (id) VALUES (2)")
    return database


@pytest.mark.parametrize("way", ["bulk", "plain", "verifier"])
def test_every_type_reads_as_a_person_would_see_it(
    traps: str, open_mariadb: Opener, mariadb: Mariadb, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "plain":
        monkeypatch.setattr(Server, "bulk_address", lambda _: None)
    if way == "verifier":
        from bequest.kernel.secret import Secrets
        from bequest.model.case import Source, SourceKind
        from bequest.steps.destroy.verifier.read_mariadb import read_mariadb

        spec = Source(name="people", kind=SourceKind.MARIADB, url="env:PEOPLE")
        found = list(read_mariadb(spec, Secrets({"PEOPLE": mariadb.url(traps)})))
        frame = pl.concat(f for _, f, _ in found)
        assert pl.concat(n for _, _, n in found).to_list() == ["1", "2"]
    else:
        frame = read(open_mariadb(traps), "trap")
    shown = [frame[f"c{i}"][0] for i in range(len(TRAPS))]
    assert {TRAPS[i][:2]: v for i, v in enumerate(shown)} == {t[:2]: t[2] for t in TRAPS}


@pytest.mark.parametrize("i", range(len(TRAPS)), ids=[f"{t[0]} {t[1]}" for t in TRAPS])
def test_a_value_of_any_type_is_met_as_a_key(traps: str, open_mariadb: Opener, mariadb: Mariadb, i: int) -> None:
    kind, value, shown = TRAPS[i]
    if shown is None or not shown.strip():
        pytest.skip("an empty value is no key")
    database = mariadb.new_database()
    with closing(mariadb.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("SET sql_mode = '', time_zone = '+00:00'")
        cursor.execute(f"CREATE TABLE t (k {kind}, n int)")
        cursor.execute(f"INSERT INTO t VALUES ({value}, 1)")
        cursor.execute("INSERT INTO t VALUES (NULL, 2)")
    source = open_mariadb(database)
    row = read(source, "t", key=["k"], allow_duplicates=True)
    mine = row.filter(pl.col("n") == "1")[KEY]
    mariadb.execute(database, "DELETE FROM t WHERE n = 2")
    assert source.apply("t", Changes(mine, key=("k",)), guard=nothing).rows_deleted == 1


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


@pytest.mark.parametrize("engine", ["InnoDB", "MyISAM", "Aria"])
def test_a_run_that_was_stopped_is_completed_by_the_next(mariadb: Mariadb, open_mariadb: Opener, engine: str) -> None:
    database = many(mariadb, 12_000, engine)
    source = open_mariadb(database)
    gone = pl.Series([str(i) for i in range(1, 12_001, 2)])
    emptied = pl.Series([str(i) for i in range(2, 12_001, 2)])
    calls = 0

    def stops() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise LeaseError("another process holds the step")

    changes = Changes(gone, {"phone": emptied, "name": emptied[:100]})
    with pytest.raises(LeaseError):
        source.apply("t", changes, guard=stops)
    assert mariadb.execute(database, "SELECT count(*) FROM t") == ((7_000,),)
    applied = source.apply("t", changes, guard=nothing)
    assert (applied.rows_deleted, dict(applied.cells_emptied)) == (1_000, {"phone": 6_000, "name": 100})
    again = source.apply("t", changes, guard=nothing)
    assert (again.rows_deleted, dict(again.cells_emptied)) == (0, {"phone": 0, "name": 0})


class Durable(Mariadb):
    """A server of its own that keeps what was committed, whatever happens to it."""

    settings = ("--innodb-flush-log-at-trx-commit=1",)


@pytest.fixture
def own_server() -> Iterator[Mariadb]:
    server = Durable()
    server.start()
    yield server
    server.end()


def opened_on(server: Mariadb, database: str) -> OpenSource:
    from bequest.kernel.secret import Secrets
    from bequest.model.case import Source, SourceKind
    from bequest.sources import open_source

    return open_source(
        Source(name="people", kind=SourceKind.MARIADB, url="env:P"), Secrets({"P": server.url(database)})
    )


def test_a_server_killed_in_the_middle_loses_nothing_and_gets_no_half_row(own_server: Mariadb) -> None:
    database = many(own_server, 20_000)
    source = opened_on(own_server, database)
    gone = pl.Series([str(i) for i in range(1, 15_001)])
    changes = Changes(gone, {"phone": pl.Series(["15001"]), "name": pl.Series(["15001"])})
    calls = 0

    def kills() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            own_server.kill()

    with pytest.raises(SourceError) as caught:
        source.apply("t", changes, guard=kills)
    assert caught.value.code == "BQ-SOURCE-12"
    own_server.start()
    assert own_server.execute(database, "SELECT count(*) FROM t") == ((15_000,),)  # the first batch, whole
    source.apply("t", changes, guard=nothing)
    assert own_server.execute(database, "SELECT count(*), count(phone), count(name) FROM t") == ((5_000, 4_999, 4_999),)


def test_a_read_that_is_killed_says_so_and_never_ends_early(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = many(mariadb, 300_000)
    for how in ("KILL", "KILL QUERY"):
        batches = open_mariadb(database).read("t", batch_rows=5_000)
        next(batches)
        found = mariadb.execute(
            database,
            f"SELECT id FROM information_schema.processlist WHERE db = '{database}' AND info LIKE 'SELECT `id` AS c0%'",
        )
        for (number,) in found:
            mariadb.execute(database, f"{how} {number}")
        with pytest.raises(SourceError):
            for _ in batches:
                pass


def test_a_lock_of_another_session_is_told(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = many(mariadb, 10)
    source = open_mariadb(database, {"D": mariadb.url(database) + "?lock_wait_timeout=1"}, delete_url="env:D")
    with closing(mariadb.connect(database)) as db, db.cursor() as cursor:
        db.begin()
        cursor.execute("UPDATE t SET name = 'y' WHERE id = 3")
        with pytest.raises(SourceError, match="lock") as caught:
            source.apply("t", Changes(keys("3")), guard=nothing)
        assert caught.value.code == "BQ-SOURCE-11"
        db.rollback()
    assert source.apply("t", Changes(keys("3")), guard=nothing).rows_deleted == 1


def test_two_workers_on_the_same_rows_end_as_one(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = many(mariadb, 30_000)
    gone = pl.Series([str(i) for i in range(1, 30_001, 3)])
    counts: list[int] = []

    def work(names: pl.Series) -> None:
        counts.append(open_mariadb(database).apply("t", Changes(names), guard=nothing).rows_deleted)

    threads = [threading.Thread(target=work, args=(s,)) for s in (gone, gone.reverse())]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sum(counts) == 10_000
    assert mariadb.execute(database, "SELECT count(*) FROM t") == ((20_000,),)


def test_a_deadlock_is_tried_again(mariadb: Mariadb, open_mariadb: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    database = many(mariadb, 10)
    with closing(mariadb.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("SET innodb_lock_wait_timeout = 5")
        db.begin()
        cursor.execute("UPDATE t SET name = 'heavy', phone = 'heavy' WHERE id BETWEEN 5 AND 10")
        done: list[int] = []
        worker = threading.Thread(
            target=lambda: done.append(
                open_mariadb(database)
                .apply("t", Changes(keys(), {"name": keys("1", "5")}), guard=nothing)
                .cells_emptied["name"]
            )
        )
        worker.start()
        time.sleep(1.0)  # it holds row 1 and waits for row 5
        try:
            cursor.execute("UPDATE t SET name = 'z' WHERE id = 1")  # now each waits for the other
        except pymysql.OperationalError as error:
            assert error.args[0] == 1213  # noqa: PT017 - either may be the one that gives way
        db.rollback()
        worker.join()
    assert done == [2]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("pass%20w", "wrong"), "BQ-SOURCE-12"),
        (("127.0.0.1", "no-such-host.invalid"), "BQ-SOURCE-12"),
        (("/{db}", "/elsewhere"), "BQ-SOURCE-12"),
        ((":{port}/", ":1/"), "BQ-SOURCE-12"),
        (("mariadb://", "oracle://"), "BQ-SOURCE-12"),
        (("/{db}", "/{db}?ssl-mode=required"), "BQ-SOURCE-12"),
        (("/{db}", "/{db}?ssl-ca=/nowhere.pem"), "BQ-SOURCE-12"),
    ],
)
def test_what_fails_at_the_connection_is_told_without_the_password(
    mariadb: Mariadb, open_mariadb: Opener, change: tuple[str, str], code: str
) -> None:
    database = mariadb.new_database()
    old, new = (c.format(db=database, port=mariadb.port) for c in change)
    address = mariadb.url(database).replace(old, new)
    assert address != mariadb.url(database)
    with pytest.raises(SourceError) as caught:
        open_mariadb(database, {"BAD": address}, url="env:BAD").inventory()
    said = f"{caught.value.message} {caught.value.hint} {caught.value!r}"
    assert caught.value.code == code
    assert caught.value.hint
    assert "pass w" not in said
    assert "pass%20w" not in said


def test_a_session_that_reads_cannot_write(mariadb: Mariadb, open_mariadb: Opener) -> None:
    database = many(mariadb, 5)
    server: Server = open_mariadb(database)._server  # type: ignore[attr-defined]
    with pytest.raises(SourceError), server.connected() as db, db.cursor() as cursor:
        cursor.execute("DELETE FROM t")
    assert mariadb.execute(database, "SELECT count(*) FROM t") == ((5,),)


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

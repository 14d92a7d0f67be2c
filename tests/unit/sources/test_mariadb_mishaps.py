"""MariaDB: runs that are stopped, killed, locked out or disturbed, and what is told about it."""

import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import polars as pl
import pymysql
import pytest
from tests.servers import Mariadb

from bequest.kernel.errors import LeaseError, SourceError
from bequest.sources import Changes, OpenSource
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
    assert caught.value.code == "BQ-SOURCE-20"
    own_server.start()
    assert own_server.execute(database, "SELECT count(*) FROM t") == ((15_000,),)  # the first batch, whole
    source.apply("t", changes, guard=nothing)
    assert own_server.execute(database, "SELECT count(*), count(phone), count(name) FROM t") == ((5_000, 4_999, 4_999),)


@pytest.mark.parametrize("how", ["KILL", "KILL QUERY"])
def test_a_read_that_is_killed_says_so_and_never_ends_early(mariadb: Mariadb, open_mariadb: Opener, how: str) -> None:
    database = many(mariadb, 300_000)
    reads = "SELECT id FROM information_schema.processlist WHERE db = %r AND info LIKE 'SELECT `id` AS c0%%'"
    for _ in range(20):  # the driver reads ahead: one that is killed too late has read everything
        batches = open_mariadb(database).read("t", batch_rows=5_000)
        rows = next(batches).height
        for (number,) in mariadb.execute(database, reads % database):
            with suppress(pymysql.OperationalError):  # one that has ended meanwhile
                mariadb.execute(database, f"{how} {number}")
        try:
            rows += sum(batch.height for batch in batches)
        except SourceError:
            return
        assert rows == 300_000
    pytest.fail("no read was killed in its middle")


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
        (("pass%20w", "wrong"), "BQ-SOURCE-20"),
        (("127.0.0.1", "no-such-host.invalid"), "BQ-SOURCE-20"),
        (("/{db}", "/elsewhere"), "BQ-SOURCE-20"),
        ((":{port}/", ":1/"), "BQ-SOURCE-20"),
        (("mariadb://", "oracle://"), "BQ-SOURCE-20"),
        (("/{db}", "/{db}?ssl-mode=required"), "BQ-SOURCE-20"),
        (("/{db}", "/{db}?ssl-ca=/nowhere.pem"), "BQ-SOURCE-20"),
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


def test_a_full_disk_of_the_server_is_told_and_gone_on_with(own_server: Mariadb) -> None:
    small = own_server.folder / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        if own_server.account:
            shutil.chown(small, own_server.account)
        database = own_server.new_database()
        own_server.execute(
            database,
            f"CREATE TABLE t (id int PRIMARY KEY, phone varchar(400)) DATA DIRECTORY = '{small}'",
            "INSERT INTO t SELECT seq, repeat('p', 400) FROM seq_1_to_25000",
        )
        source = opened_on(own_server, database)
        assert source.apply("t", Changes(keys("1")), guard=nothing).rows_deleted == 1
        with pytest.raises(SourceError) as caught:
            source.clean(nothing)  # no room for the table a second time
        assert caught.value.code == "BQ-SOURCE-23"
        assert own_server.execute(database, "SELECT count(*) FROM t") == ((24_999,),)
        gone = pl.Series([str(i) for i in range(1, 20_000)])
        assert source.apply("t", Changes(gone), guard=nothing).rows_deleted == 19_998
        assert "tables_rewritten" in source.clean(nothing).actions
        assert own_server.execute(database, "SELECT count(*) FROM t") == ((5_001,),)
    finally:
        own_server.stop()
        subprocess.run(["umount", small], check=True)

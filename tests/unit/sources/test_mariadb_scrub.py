"""MariaDB: which bytes a deletion leaves in the data directory, and which the scrub removes. Searched byte by byte."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import closing

import polars as pl
import pytest
from tests.servers import PASSWORD, Mariadb

import bequest.sources.mariadb_scrub as module
from bequest.kernel.errors import SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import Changes, OpenSource, open_source

STAYS = ("ibdata1", "ibtmp1", "undo001", "undo002", "undo003", "aria_log.00000001")
"""Named residuals: system, undo and temporary tablespaces, and for tables of that engine the log of Aria."""


class Logging(Mariadb):
    """A server with a binary log, as it stands in companies."""

    settings = (*Mariadb.settings, "--log-bin=binlog", "--server-id=1", "--innodb-log-file-size=24M")


@pytest.fixture(scope="module")
def server() -> Iterator[Mariadb]:
    made = Logging()
    made.start()
    yield made
    made.end()


def opened(server: Mariadb, database: str, **more: object) -> OpenSource:
    spec = Source(name="people", kind=SourceKind.MARIADB, url="env:P", **more)  # type: ignore[arg-type]
    return open_source(spec, Secrets({"P": server.url(database)}))


def nothing() -> None:
    """A guard that always agrees."""


def found_in(server: Mariadb, marker: str) -> set[str]:
    """Files of the data directory with the marker, once everything in memory is written."""
    server.execute(
        "mysql", "SET GLOBAL innodb_max_dirty_pages_pct = 0", "SET GLOBAL innodb_max_dirty_pages_pct_lwm = 0"
    )
    until = time.monotonic() + 20
    while server.execute("mysql", "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'")[0][1] != "0":
        if time.monotonic() > until:
            break
        time.sleep(0.05)
    done = subprocess.run(["grep", "-rlaF", marker, server.data], capture_output=True, text=True, check=False)
    return {line.rsplit("/", 1)[-1] for line in done.stdout.splitlines()}


def delete_marked(server: Mariadb, marker: str, engine: str = "InnoDB") -> tuple[OpenSource, str]:
    """A database from which a row with the marker was deleted and a cell with it emptied."""
    database = server.new_database()
    server.execute(
        database,
        f"CREATE TABLE t (id int PRIMARY KEY, phone varchar(60), note text, KEY (phone), FULLTEXT (note))"
        f" ENGINE={engine}",
        f"INSERT INTO t SELECT seq, IF(seq IN (70, 80), CONCAT('{marker}', seq), seq),"
        f" IF(seq IN (70, 80), '{marker}', 'word') FROM seq_1_to_4000",
    )
    source = opened(server, database)
    changes = Changes(pl.Series(["70"]), {"phone": pl.Series(["80"]), "note": pl.Series(["80"])})
    assert source.apply("t", changes, guard=nothing).rows_deleted == 1
    return source, database


@pytest.mark.parametrize("engine", ["InnoDB", "MyISAM", "Aria"])
def test_after_the_scrub_no_file_but_the_named_ones_has_the_value(server: Mariadb, engine: str) -> None:
    marker = f"MARKED{engine.upper()}WHOLE"
    source, _ = delete_marked(server, marker, engine)
    before = found_in(server, marker)
    assert any(name.startswith("binlog.") for name in before)
    report = source.clean(nothing)
    assert report.actions == tuple(module.STEPS)
    left = found_in(server, marker)
    assert left - set(STAYS) == set()
    assert not any(name.startswith("aria") for name in left) or engine == "Aria"
    assert report.remains == source.plan_scrub(["t"]).remains
    assert ("aria_log" in report.remains) == (engine == "Aria")
    assert source.inventory()[0].n_rows == 3_999


@pytest.mark.parametrize(
    ("left_out", "where"),
    [("tables_rewritten", "t.MYD"), ("binary_logs_purged", "binlog."), ("redo_log_renewed", "ib_logfile0")],
)
def test_without_any_step_the_value_stays(
    server: Mariadb, left_out: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = f"MARKED{left_out.upper().replace('_', '')}"
    source, _ = delete_marked(server, marker, "MyISAM" if where == "t.MYD" else "InnoDB")
    monkeypatch.setitem(module.STEPS, left_out, lambda *_: None)
    source.clean(nothing)
    assert any(name.startswith(where) for name in found_in(server, marker))
    monkeypatch.undo()
    source.clean(nothing)
    assert found_in(server, marker) - set(STAYS) == set()


def test_a_session_that_still_sees_deleted_rows_stands_against_it(server: Mariadb) -> None:
    database = server.new_database()
    server.execute(database, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    source = opened(server, database)
    with closing(server.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        cursor.execute("SELECT * FROM t")
        cursor.fetchall()
        source.apply("t", Changes(pl.Series(["1"])), guard=nothing)
        plan = source.plan_scrub(["t"])
        assert not plan.is_possible
        with pytest.raises(SourceError, match="locks") as caught:
            source.clean(nothing)
        assert caught.value.code == "BQ-SOURCE-11"
    until = time.monotonic() + 30
    while not source.plan_scrub(["t"]).is_possible:  # the server ends the session when it comes to it
        assert time.monotonic() < until
        time.sleep(0.2)  # asked again within 0.1 s, InnoDB tells of the transactions it told of before


def test_waiting_for_the_purge_ends_with_an_error_that_says_why(
    server: Mariadb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.5)
    database = server.new_database()
    server.execute(database, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
    with closing(server.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        server.execute(database, "DELETE FROM t WHERE id = 1")
        with closing(server.connect(database)) as other, pytest.raises(SourceError, match="not purged"):
            module.wait_for_purge(other, "people", ["t"])


def test_the_plan_names_what_it_does_and_what_it_does_not_reach(server: Mariadb) -> None:
    database = server.new_database()
    server.execute(database, "CREATE TABLE t (id int PRIMARY KEY)", "CREATE VIEW v AS SELECT 1 AS x")
    plan = opened(server, database).plan_scrub(["t", "v"])
    assert plan.steps == tuple(module.STEPS)
    assert plan.locked == ("t",)
    assert plan.is_server_wide
    assert "OPTIMIZE TABLE `t`;" in plan.commands
    checks = {c.code: c for c in plan.checks}
    assert checks["rights"].fine
    assert plan.remains == ("temporary_files", "undo")
    managed = opened(server, database, managed=True)
    assert not managed.plan_scrub(["t"]).is_possible
    assert managed.clean(nothing).actions == ()


def test_a_replica_or_a_reader_of_the_log_stands_against_it(server: Mariadb) -> None:
    import pymysql
    from pymysql.constants import COMMAND

    database = server.new_database()
    server.execute(database, "CREATE TABLE t (id int PRIMARY KEY)")
    source = opened(server, database)
    [(name, position), *_] = [r[:2] for r in server.execute("mysql", "SHOW MASTER STATUS")]
    reader = pymysql.connect(host="127.0.0.1", port=server.port, user=server.admin, password=PASSWORD)
    try:
        with reader.cursor() as cursor:
            cursor.execute("SET @master_binlog_checksum = 'NONE', @mariadb_slave_capability = 4")
        body = int(position).to_bytes(4, "little") + (0).to_bytes(2, "little") + (99).to_bytes(4, "little")
        reader._execute_command(COMMAND.COM_BINLOG_DUMP, body + name.encode())
        time.sleep(0.5)
        with pytest.raises(SourceError, match="log_users"):
            source.clean(nothing)
    finally:
        reader._force_close()

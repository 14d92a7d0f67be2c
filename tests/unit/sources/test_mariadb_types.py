"""MariaDB: every type as a person would see it, by every way of reading, and met again as a key."""

from collections.abc import Callable
from contextlib import closing

import polars as pl
import pytest
from tests.servers import Mariadb

from bequest.sources import KEY, Changes, OpenSource
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

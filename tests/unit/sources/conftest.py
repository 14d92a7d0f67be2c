"""Small sources of every kind with the same rows in them."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from tests.servers import Mariadb, Postgres

from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import OpenSource, open_source

Rows = Sequence[Sequence[str | None]]
Maker = Callable[[SourceKind, Sequence[str], Rows], OpenSource]

SUFFIX = {"sqlite": "db", "xlsx": "xlsx", "csv": "csv", "jsonl": "jsonl", "parquet": "parquet"}


def write_csv(path: Path, columns: Sequence[str], rows: Rows) -> None:
    def quoted(value: str | None) -> str:
        return "" if value is None else '"' + value.replace('"', '""') + '"'

    lines = [",".join(map(quoted, row)) for row in (columns, *rows)]
    path.write_bytes("\r\n".join([*lines, ""]).encode())


def write_jsonl(path: Path, columns: Sequence[str], rows: Rows) -> None:
    lines = [json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) for row in rows]
    path.write_text("\n".join([*lines, ""]), "utf-8")


def write_parquet(path: Path, columns: Sequence[str], rows: Rows) -> None:
    arrays = {c: pa.array([r[i] for r in rows], pa.string()) for i, c in enumerate(columns)}
    pq.write_table(pa.table(arrays), path, row_group_size=3, compression="none")


def write_xlsx(path: Path, columns: Sequence[str], rows: Rows) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("数据")
        for i, row in enumerate((columns, *rows)):
            for j, value in enumerate(row):
                if value is not None:
                    sheet.write_string(i, j, value)


def write_sqlite(path: Path, columns: Sequence[str], rows: Rows) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        names = ", ".join('"' + c + '" TEXT' for c in columns)
        db.execute(f"CREATE TABLE people ({names})")
        db.executemany(f"INSERT INTO people VALUES ({', '.join('?' * len(columns))})", rows)


WRITERS = {
    "csv": write_csv, "jsonl": write_jsonl, "parquet": write_parquet, "xlsx": write_xlsx, "sqlite": write_sqlite,
}  # fmt: skip


def write_postgres(server: Postgres, database: str, columns: Sequence[str], rows: Rows) -> None:
    names = ", ".join('"' + c + '" text' for c in columns)
    with closing(server.connect(database)) as db:
        db.execute("DROP TABLE IF EXISTS people")
        db.execute(f"CREATE TABLE people ({names})")
        with db.cursor().copy("COPY people FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def write_mariadb(server: Mariadb, database: str, columns: Sequence[str], rows: Rows) -> None:
    names = ", ".join(f"`{c}` longtext" for c in columns)
    with closing(server.connect(database)) as db, db.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS people")
        cursor.execute(f"CREATE TABLE people ({names})")
        cursor.executemany(f"INSERT INTO people VALUES ({', '.join(['%s'] * len(columns))})", rows)


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Maker:
    """A source named `people` with one table of the same name; on a server in a database of its own."""
    database = ""

    def made(kind: SourceKind, columns: Sequence[str], rows: Rows) -> OpenSource:
        nonlocal database
        if kind is SourceKind.POSTGRESQL:
            server = request.getfixturevalue("postgres")
            database = database or server.new_database()
            write_postgres(server, database, columns, rows)
            spec = Source(name="people", kind=kind, url="env:PEOPLE")
            return open_source(spec, Secrets({"PEOPLE": server.url(database)}))
        if kind is SourceKind.MARIADB:
            other = request.getfixturevalue("mariadb")
            database = database or other.new_database()
            write_mariadb(other, database, columns, rows)
            return open_source(
                Source(name="people", kind=kind, url="env:PEOPLE"), Secrets({"PEOPLE": other.url(database)})
            )
        if kind is SourceKind.S3:
            store = request.getfixturevalue("object_store")
            database = database or store.new_database()
            WRITERS["csv"](tmp_path / "people.csv", columns, rows)
            body = (tmp_path / "people.csv").read_bytes()
            store.connect(database).put_object(Bucket=database, Key="exports/people.csv", Body=body)
            spec = Source(name="people", kind=kind, url="env:PEOPLE")
            return open_source(spec, Secrets({"PEOPLE": store.url(database) + "/exports"}))
        path = tmp_path / f"people.{SUFFIX[kind]}"
        path.unlink(missing_ok=True)
        WRITERS[kind](path, columns, rows)
        return open_source(Source(name="people", kind=kind, path=path))

    return made


@pytest.fixture
def open_file(tmp_path: Path) -> Callable[..., OpenSource]:
    """A source with the given bytes."""

    def opened(content: bytes, kind: SourceKind, encoding: str = "", sheet: str = "") -> OpenSource:
        path = tmp_path / f"people.{SUFFIX[kind]}"
        path.write_bytes(content)
        return open_source(Source(name="people", kind=kind, path=path, encoding=encoding, sheet=sheet))

    return opened


@pytest.fixture
def ecb() -> Callable[[bytes], bytes]:
    """A block cipher under a fixed test key."""
    return lambda blocks: Cipher(algorithms.AES(bytes(16)), modes.ECB()).encryptor().update(blocks)  # noqa: S305


@pytest.fixture
def open_postgres(postgres: Postgres) -> Callable[..., OpenSource]:
    """The source named `people` on a database; each phase with its own address where one is given."""

    def opened(database: str, **more: Any) -> OpenSource:
        spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:PEOPLE", **more)
        return open_source(spec, Secrets({"PEOPLE": postgres.url(database)}))

    return opened


@pytest.fixture
def open_mariadb(mariadb: Mariadb) -> Callable[..., OpenSource]:
    """The source named `people` on a database; `environ` holds further addresses, each phase may have its own."""

    def opened(database: str, environ: dict[str, str] | None = None, **more: Any) -> OpenSource:
        spec = Source(**{"name": "people", "kind": SourceKind.MARIADB, "url": "env:PEOPLE", **more})
        return open_source(spec, Secrets({"PEOPLE": mariadb.url(database), **(environ or {})}))

    return opened

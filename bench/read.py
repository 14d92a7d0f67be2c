"""Reading whole sources as text against the plain reader of each kind, in which nothing is checked or converted."""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow.csv
import pyarrow.parquet
import xlsxwriter

from bench import rows, timing
from bequest.model.case import Source, SourceKind
from bequest.sources import open_source

COLUMNS = ("id", "name", "phone", "remark", "city")


def run(n: int) -> Iterator[dict[str, object]]:
    data = list(zip(map(str, range(n)), ("张三",) * n, rows.phones(n), rows.remarks(n), ("广州市",) * n, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        for kind, write, plain in KINDS:
            path = Path(folder) / f"people.{kind.value}"
            write(path, data)
            source = open_source(Source(name="people", kind=kind, path=path))
            [table] = source.inventory()
            assert table.n_rows == n
            taken = timing.seconds(
                {
                    "read": lambda s=source: sum(b.height for b in s.read("people", key=["id"])),
                    "plain": lambda p=path, r=plain: r(p),
                }
            )
            yield timing.result(f"read {kind.value}", n, "read", "plain", taken)


def write_sqlite(path: Path, data: list[tuple[str, ...]]) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT, phone TEXT, remark TEXT, city TEXT)")
        db.executemany("INSERT INTO people VALUES (?,?,?,?,?)", data)


def read_sqlite(path: Path) -> object:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT * FROM people").fetchall()


def write_csv(path: Path, data: list[tuple[str, ...]]) -> None:
    pl.DataFrame(data, schema=COLUMNS, orient="row").write_csv(path)


def write_jsonl(path: Path, data: list[tuple[str, ...]]) -> None:
    path.write_text("".join(json.dumps(dict(zip(COLUMNS, r, strict=True)), ensure_ascii=False) + "\n" for r in data))


def write_parquet(path: Path, data: list[tuple[str, ...]]) -> None:
    pl.DataFrame(data, schema=COLUMNS, orient="row").write_parquet(path)


def write_xlsx(path: Path, data: list[tuple[str, ...]]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate((COLUMNS, *data)):
            for j, value in enumerate(row):
                sheet.write_string(i, j, value)


Writer = Callable[[Path, list[tuple[str, ...]]], None]
KINDS: tuple[tuple[SourceKind, Writer, Callable[[Path], object]], ...] = (
    (SourceKind.SQLITE, write_sqlite, read_sqlite),
    (SourceKind.CSV, write_csv, pyarrow.csv.read_csv),
    (SourceKind.JSONL, write_jsonl, pl.read_ndjson),
    (SourceKind.PARQUET, write_parquet, pyarrow.parquet.read_table),
    (SourceKind.XLSX, write_xlsx, lambda p: fastexcel.read_excel(p).load_sheet(0, dtypes="string").to_polars()),
)

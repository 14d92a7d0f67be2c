"""The company's systems as files: SQLite, XLSX, CSV in GB18030, JSON Lines, Parquet; and the marks of a rehearsal."""

import gzip
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from io import BytesIO
from pathlib import Path

import polars as pl

from bequest.crypto.atomic import PRIVATE, PUBLIC, replacing, sync_directory, write_file
from bequest.demo.records import Records
from bequest.demo.schema import Table
from bequest.demo.spreadsheet import write_sheet
from bequest.kernel.canonical import Json

MARKER_FILE = ".bequest-rehearsal"
MARKER_TABLE = "bequest_rehearsal"
MADE_AT = "2026-11-02T01:00:00Z"
"""When the demo says it was made: the instant at which its rehearsal clock starts."""
_SHEET = "订单"
_BACKUP_ROWS = 40


def write_marker(folder: Path, case_id: str) -> None:
    """The mark without which a rehearsal writes nowhere; whoever opens the case adds the `mac`."""
    marker: dict[str, Json] = {"case": case_id, "case_id": case_id, "made_by": "bequest demo", "made_at": MADE_AT}
    write_file(folder / MARKER_FILE, json.dumps(marker, indent=1).encode() + b"\n", mode=PUBLIC)


def write_sqlite(path: Path, tables: Sequence[Records], case_id: str) -> None:
    """The CRM, with the comments that SQLite keeps in its schema, and the marker table."""
    beside = path.with_name(f".{path.name}.partial")
    beside.unlink(missing_ok=True)
    with closing(sqlite3.connect(beside)) as db:
        _fill(db, tables)
        db.execute(f"CREATE TABLE {MARKER_TABLE} (case_id TEXT NOT NULL)")
        db.execute(f"INSERT INTO {MARKER_TABLE} VALUES (?)", (case_id,))  # noqa: S608 - a constant name
        db.commit()
    beside.chmod(PRIVATE)
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(path)
    sync_directory(path.parent)


def _fill(db: sqlite3.Connection, tables: Sequence[Records]) -> None:
    for records in tables:
        table = records.table
        db.execute(_create(table))
        marks = ", ".join("?" * len(table.names))
        db.executemany(f"INSERT INTO {table.name} VALUES ({marks})", records.written.rows())  # noqa: S608 - own names
        if table.in_case and "cust_no" in table.names and table.name != "customers":
            db.execute(f"CREATE INDEX {table.name}_by_customer ON {table.name} (cust_no)")
    db.commit()


def _create(table: Table) -> str:
    last = len(table.columns) - 1
    lines = [
        f"  {c.name} {c.sql}{'' if i == last else ','}{f' -- {c.note}' if c.note else ''}"
        for i, c in enumerate(table.columns)
    ]
    return f"CREATE TABLE {table.name} ( -- {table.note}\n" + "\n".join(lines) + "\n)"


def write_backup(path: Path, tables: Sequence[Records]) -> None:
    """A small dump of part of the CRM: a copy that is declared, not read."""
    with closing(sqlite3.connect(":memory:")) as db:
        _fill(db, [Records(r.table, r.frame.head(_BACKUP_ROWS)) for r in tables])
        dump = "\n".join(db.iterdump())
    write_file(path, gzip.compress(dump.encode(), mtime=0))


def write_xlsx(path: Path, orders: Records) -> None:
    """The orders sheet: some phones are numbers, some identity numbers were rounded by the spreadsheet."""
    frame = orders.frame
    as_number = {"收货电话": frame["#as_number"], "清关身份证号": frame["#damaged"]}
    with replacing(path) as out:
        write_sheet(out, orders.written, sheet=_SHEET, author="青梧优选", as_number=as_number)


def write_csv(path: Path, loyalty: Records) -> None:
    """The loyalty export: GB18030 with Windows line ends, as the old till system makes it."""
    text = BytesIO()
    loyalty.written.write_csv(text, line_terminator="\r\n")
    write_file(path, text.getvalue().decode().encode("gb18030"))


def write_jsonl(path: Path, tickets: Records) -> None:
    """Tickets, one JSON object a line, the contact nested."""
    nested = [c for c in tickets.table.names if "." in c]
    contact = pl.struct([pl.col(c).alias(c.partition(".")[2]) for c in nested]).alias("contact")
    names = [c for c in tickets.table.names if "." not in c]
    frame = tickets.frame.select(*names[:-1], contact, names[-1])
    with replacing(path) as out:
        frame.write_ndjson(out)


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    """A Parquet file."""
    with replacing(path) as out:
        frame.write_parquet(out, compression="zstd", row_group_size=65_536)


def write_json(path: Path, value: Json) -> None:
    """A JSON file for people and tests."""
    write_file(path, json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n")

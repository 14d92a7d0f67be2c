"""Readers of the demo's files, by other means than they were written with."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq

from bequest.demo.schema import TABLES

Rows = list[dict[str, Any]]
Tables = dict[tuple[str, str], Rows]


def read_crm(folder: Path, table: str) -> Rows:
    with closing(sqlite3.connect(folder / "sources" / "crm.db")) as db:
        db.row_factory = sqlite3.Row
        return [dict(r) for r in db.execute(f"SELECT * FROM {table}")]


def read_orders(folder: Path) -> Rows:
    with closing(openpyxl.load_workbook(folder / "sources" / "orders.xlsx", read_only=True)) as book:
        rows = book["订单"].iter_rows(values_only=True)
        header = [str(c) for c in next(rows)]
        return [dict(zip(header, r, strict=True)) for r in rows]


def read_loyalty(folder: Path) -> Rows:
    with (folder / "sources" / "loyalty.csv").open(encoding="gb18030", newline="") as file:
        return list(csv.DictReader(file))


def read_tickets(folder: Path) -> Rows:
    out = []
    for line in (folder / "sources" / "tickets.jsonl").read_text(encoding="utf-8").splitlines():
        if not line:  # all tickets are gone
            continue
        ticket = json.loads(line)
        contact = ticket.pop("contact")
        out.append(ticket | {f"contact.{k}": v for k, v in contact.items()})
    return out


def read_weblog(folder: Path) -> Rows:
    return pq.read_table(folder / "sources" / "weblog.parquet").to_pylist()


def read_all(folder: Path) -> Tables:
    crm = {("crm", t.name): read_crm(folder, t.name) for t in TABLES if t.source == "crm"}
    return crm | {
        ("orders", "orders"): read_orders(folder),
        ("loyalty", "loyalty"): read_loyalty(folder),
        ("tickets", "tickets"): read_tickets(folder),
        ("weblog", "weblog"): read_weblog(folder),
    }


def has_value(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""

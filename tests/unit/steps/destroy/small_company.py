"""One small company in five kinds of file, with a decided plan over them, for tests of the destruction.

Invented people only. Rows 1..6 of the customers: 1 goes whole, 2 goes to custody, 3 is shared (cells of it go, the row
stays), 4 is blocked, 5 lies outside the lot, 6 goes whole and shares a family phone with 5.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from tests.unit.steps import decided_tables as d

from bequest.crypto.cipher import aes_ecb
from bequest.engine.tableplan import TablePlan
from bequest.model.case import Source, SourceKind
from bequest.model.datamap import ColumnMap, FieldClass, Relation
from bequest.model.facts import RowRole
from bequest.sources import open_source
from bequest.steps.destroy.custody import CustodyPlaces, CustodySpec, SealedTable, parent_names, seal_table
from bequest.steps.destroy.erase import EraseKeys, TableErasure, erase
from bequest.steps.destroy.ledger import Ledger, write_ledger

REPLAY = aes_ecb(b"r" * 32)
KEYS = EraseKeys(d.LINK, REPLAY)
DUE = date(2036, 12, 31)
TO_CUSTOMERS = Relation("cust_no", "crm", "customers", "cust_no")

CUSTOMERS = (
    d.column("id", FieldClass.NOT_PI, personal=False, declared="INTEGER"),
    d.column("cust_no", FieldClass.USER_ID),
    d.column("name", FieldClass.PERSON_NAME),
    d.column("mobile", FieldClass.PHONE),
    d.column("email", FieldClass.EMAIL),
    d.column("id_no", FieldClass.NATIONAL_ID),
    d.column("password", FieldClass.PASSWORD_SECRET),
    d.column("remark", FieldClass.FREE_TEXT),
)
CUSTOMER_ROWS: list[list[str | None]] = [
    ["1", "C0000001", "张一", "+86 138-0000-0001", "one@example.com", "11010519491231002X", "pass-word-1", "老客户"],
    ["2", "C0000002", "李二", "13800000002", "two@example.com", "110105194912310054", "pass-word-2", None],
    ["3", "C0000003", "王三", "１３８００００00０３", "three@example.com", None, "pass-word-3", "请打13800000003"],
    ["4", "C0000004", "赵四", "13800000004", "four@example.com", None, "pass-word-4", ""],
    ["5", "C0000005", "钱五", "13800000056", "five@example.com", None, "pass-word-5", None],
    ["6", "C0000006", "钱六", "13800000056", "six@example.com", None, "pass-word-6", None],
]
_SHARED = [d.PASS_IN_USE] * 6 + [d.NONE_DELETE, d.NONE_DELETE]
CUSTOMER_DECISIONS = [d.PASS_DELETE, d.PASS_CUSTODY, _SHARED, d.NONE_BLOCKED, d.NONE_IN_USE, d.PASS_DELETE]

ORDERS = (
    d.column("订单号", FieldClass.ORDER_NO, personal=False, role=RowRole.RECORD),
    d.column("cust_no", FieldClass.USER_ID),
    d.column("收货电话", FieldClass.PHONE, role=RowRole.CONSIGNEE),
    d.column("买家留言", FieldClass.FREE_TEXT),
)
ORDER_ROWS: list[list[str | None]] = [
    ["2026000001", "C0000001", "13900000001", "请放在门口的快递柜"],
    ["2026000002", "C0000002", "13900000002", None],
    ["13800000001", "C0000005", "13900000005", None],  # an order number that equals a customer's phone
]
ORDER_DECISIONS = [d.PASS_DELETE, d.PASS_CUSTODY, d.NONE_IN_USE]

LOYALTY = (
    d.column("card_no", FieldClass.ACCOUNT_NUMBER),
    d.column("name", FieldClass.PERSON_NAME),
    d.column("phone", FieldClass.PHONE),
)
LOYALTY_ROWS: list[list[str | None]] = [
    ["70000001", "张一", "13800000001"],
    ["70000005", "钱五", "138 0000 0056"],
    ["70000006", "钱六", "13800000056"],
]
LOYALTY_DECISIONS = [d.PASS_DELETE, d.NONE_IN_USE, d.PASS_DELETE]

TICKETS = (
    d.column("ticket_id", FieldClass.NOT_PI, personal=False),
    d.column("cust_no", FieldClass.USER_ID),
    d.column("content", FieldClass.FREE_TEXT),
    d.column("contact.phone", FieldClass.PHONE),
)
TICKET_ROWS: list[list[str | None]] = [
    ["t-000001", "C0000001", "我的邮箱是 one@example.com，请回复", "13800000001"],
    ["t-000004", "C0000004", "退款一直没有到账，请尽快", "13800000004"],
]
TICKET_DECISIONS = [d.PASS_DELETE, d.NONE_BLOCKED]

WEBLOG = (
    d.column("ts", FieldClass.NOT_PI, personal=False),
    d.column("cust_no", FieldClass.USER_ID),
    d.column("device_id", FieldClass.DEVICE_ID),
)
WEBLOG_ROWS: list[list[str | None]] = [
    ["2026-10-01T08:00:00", "C0000001", "dev-aaaa-0001"],
    ["2026-10-01T08:00:01", "C0000005", "dev-aaaa-0005"],
    ["2026-10-01T08:00:02", "C0000002", "dev-aaaa-0002"],
]
WEBLOG_DECISIONS = [d.PASS_DELETE, d.NONE_IN_USE, d.NONE_CUSTODY]


def _write_crm(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(
            "CREATE TABLE customers (id INTEGER PRIMARY KEY, cust_no TEXT UNIQUE, name TEXT, mobile TEXT, email TEXT,"
            " id_no TEXT, password TEXT NOT NULL, remark TEXT)"
        )
        db.executemany("INSERT INTO customers VALUES (?,?,?,?,?,?,?,?)", CUSTOMER_ROWS)
        db.execute("CREATE TABLE staff (id INTEGER PRIMARY KEY, name TEXT, mobile TEXT)")
        db.execute("INSERT INTO staff VALUES (1, '孙七', '13700000007')")


def _write_orders(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "订单"
    for row in [[c.name for c in ORDERS], *ORDER_ROWS]:
        sheet.append(row)
    book.save(path)


def _write_loyalty(path: Path) -> None:
    lines = [[c.name for c in LOYALTY], *LOYALTY_ROWS]
    path.write_bytes("".join(",".join(v or "" for v in line) + "\r\n" for line in lines).encode("gb18030"))


def _write_tickets(path: Path) -> None:
    rows = [{"ticket_id": a, "cust_no": b, "content": c, "contact": {"phone": p}} for a, b, c, p in TICKET_ROWS]
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")


def _write_weblog(path: Path) -> None:
    columns = {c.name: [r[i] for r in WEBLOG_ROWS] for i, c in enumerate(WEBLOG)}
    pq.write_table(pa.table(columns), path)


Table = tuple[Source, str, tuple[ColumnMap, ...], list[list[str | None]], list, tuple[str, ...]]


class Company:
    """The files in a folder, the plans, and the steps of the destruction on them."""

    def __init__(self, tmp: Path) -> None:
        self.tmp = tmp
        folder = tmp / "data"
        folder.mkdir()
        self.crm = Source(name="crm", kind=SourceKind.SQLITE, path=folder / "crm.db")
        self.orders = Source(name="orders", kind=SourceKind.XLSX, path=folder / "orders.xlsx", sheet="订单")
        self.loyalty = Source(name="loyalty", kind=SourceKind.CSV, path=folder / "loyalty.csv", encoding="gb18030")
        self.tickets = Source(name="tickets", kind=SourceKind.JSONL, path=folder / "tickets.jsonl")
        self.weblog = Source(name="weblog", kind=SourceKind.PARQUET, path=folder / "weblog.parquet")
        _write_crm(self.crm.path)
        _write_orders(self.orders.path)
        _write_loyalty(self.loyalty.path)
        _write_tickets(self.tickets.path)
        _write_weblog(self.weblog.path)
        self.sources = (self.crm, self.orders, self.loyalty, self.tickets, self.weblog)
        due: list[date | None] = [None, DUE, None, None, None, None]
        self.plans = (
            d.plan_of("crm", "customers", CUSTOMERS, CUSTOMER_ROWS, CUSTOMER_DECISIONS, key=("id",), due_on=due),
            d.plan_of("orders", "orders", ORDERS, ORDER_ROWS, ORDER_DECISIONS, key=("订单号",), due_on=due[:3],
                      relations=(TO_CUSTOMERS,)),
            d.plan_of("loyalty", "loyalty", LOYALTY, LOYALTY_ROWS, LOYALTY_DECISIONS),
            d.plan_of("tickets", "tickets", TICKETS, TICKET_ROWS, TICKET_DECISIONS, key=("ticket_id",)),
            d.plan_of("weblog", "weblog", WEBLOG, WEBLOG_ROWS, WEBLOG_DECISIONS, due_on=[None, None, date(2027, 4, 1)]),
        )  # fmt: skip

    def source(self, plan: TablePlan) -> Source:
        return next(s for s in self.sources if s.name == plan.source)

    def read(self, plan: TablePlan) -> Iterator[pl.DataFrame]:
        return open_source(self.source(plan)).read(plan.table, [c.name for c in plan.columns], key=plan.key)

    def seal(self, guard: Callable[[], None] = lambda: None) -> dict[tuple[str, str], SealedTable]:
        places = CustodyPlaces(self.tmp / "custody", self.tmp / "work" / "custody", self.tmp / "private")
        parents = {("crm", "customers", "cust_no"): parent_names(self.read(self.plans[0]), "cust_no", ["name"])}
        return {
            (plan.source, plan.table): seal_table(
                plan,
                lambda plan=plan: self.read(plan),
                CustodySpec("demo", "cutover-1", "示例甲公司"),
                places,
                number=i,
                link_ecb=d.LINK,
                key_for=self.key_for,
                parents=parents,
                guard=guard,
            )
            for i, plan in enumerate(self.plans)
        }

    @staticmethod
    def key_for(purpose: str) -> bytes:
        return (purpose.encode() + bytes(32))[:32]

    def ledger(self) -> Ledger:
        tables = [(plan, self.read(plan)) for plan in self.plans]
        return write_ledger(self.tmp / "work" / "ledger.parquet", tables, link_ecb=d.LINK, replay_ecb=REPLAY)

    def erase(
        self,
        ledger: Ledger,
        sealed: dict[tuple[str, str], SealedTable],
        guard: Callable[[], None] = lambda: None,
        *,
        clean: bool = True,
    ) -> list[TableErasure]:
        done = []
        for i, plan in enumerate(self.plans):
            source = open_source(self.source(plan))
            rows = sealed[plan.source, plan.table].rows
            done.append(erase(plan, source, KEYS, ledger, rows, self.tmp / "work" / "erase", guard, number=i))
            if clean:
                source.clean(guard)
        return done

"""Rows outside every lot are out of reach of deliver and destroy, whatever the scopes are and however they spread.

Generated tables with generated scopes go through the real index, linking, law, planning, transforming and erasing; what
must be reached is said by a plain oracle in Python.
"""

import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.steps.notify.notice_cases import SALE, SHOP

from bequest.app.decide import Decided, DecideInput, decide_case
from bequest.app.law import pack_of
from bequest.crypto.cipher import aes_ecb
from bequest.model.case import Case, Lot, Scope, Source, SourceKind
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, Relation, TableMap
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.sources import open_source
from bequest.steps.destroy.erase import EraseKeys, erase
from bequest.steps.destroy.ledger import write_ledger
from bequest.steps.link.index import IndexSettings, index_table, link_targets, record_targets
from bequest.steps.link.link import link
from bequest.steps.transform.references import reference_domains
from bequest.steps.transform.shape import shape_table
from bequest.steps.transform.transform import TransformTally, transform_table

C, R = FieldClass, RowRole
LINK, REPLAY = aes_ecb(b"l" * 32), aes_ecb(b"r" * 32)
SHOPS = ("1", "2", "3", "4")


def column(name: str, cls: FieldClass, role: RowRole = R.CUSTOMER) -> ColumnMap:
    return ColumnMap(name, "TEXT", cls, role is not R.RECORD, False, role, 900, 1000)


ID = column("id", C.NOT_PI, R.RECORD)
SHOP_ID = column("shop", C.NOT_PI, R.RECORD)
TO_CUSTOMER = Relation("cust", "crm", "customers", "cust")
TABLES = (
    TableMap(
        "crm", "customers", RecordClass.CUSTOMER_PROFILE,
        (ID, column("cust", C.USER_ID), column("name", C.PERSON_NAME), SHOP_ID), 0, key=("id",),
    ),
    TableMap(
        "crm", "addresses", RecordClass.ADDRESS_BOOK, (ID, column("cust", C.USER_ID), column("address", C.ADDRESS)), 0,
        key=("id",), relations=(TO_CUSTOMER,),
    ),
    TableMap(
        "crm", "orders", RecordClass.ORDER,
        (ID, column("cust", C.USER_ID), SHOP_ID, column("region", C.NOT_PI, R.RECORD), column("note", C.BEHAVIOUR)), 0,
        key=("id",), relations=(TO_CUSTOMER,),
    ),
    TableMap(
        "crm", "lines", RecordClass.ORDER,
        (ID, column("order_id", C.ORDER_NO, R.RECORD), column("engraving", C.OTHER_PI)), 0, key=("id",),
        relations=(Relation("order_id", "crm", "orders", "id", R.RECORD),),
    ),
    TableMap(
        "crm", "claims", RecordClass.ORDER,
        (ID, column("line_id", C.ORDER_NO, R.RECORD), column("words", C.OTHER_PI)), 0, key=("id",),
        relations=(Relation("line_id", "crm", "lines", "id", R.RECORD),),
    ),
)  # fmt: skip
MAP = DataMap(TABLES)
Rows = dict[str, list[dict[str, str | None]]]


@st.composite
def companies(draw: st.DrawFn) -> tuple[Rows, tuple[Lot, ...]]:
    shop = st.sampled_from([*SHOPS, None])
    n = draw(st.integers(1, 5))
    customers = [{"id": str(i), "cust": f"C{i}", "name": f"甲乙丙丁戊{i}", "shop": draw(shop)} for i in range(n)]
    who = st.sampled_from([*(f"C{i}" for i in range(n)), "C99", None])
    addresses = [{"id": str(i), "cust": draw(who), "address": f"文三路{i}号"} for i in range(draw(st.integers(0, 4)))]
    orders = [
        {"id": str(i), "cust": draw(who), "shop": draw(shop), "region": draw(st.sampled_from("en")), "note": f"n{i}"}
        for i in range(draw(st.integers(0, 6)))
    ]
    of = st.sampled_from([*(o["id"] for o in orders), "77"])
    lines = [{"id": str(i), "order_id": draw(of), "engraving": f"赠{i}"} for i in range(draw(st.integers(0, 5)))]
    to = st.sampled_from([*(x["id"] for x in lines), "88"])
    claims = [{"id": str(i), "line_id": draw(to), "words": f"话{i}"} for i in range(draw(st.integers(0, 3)))]
    lots = []
    for k in range(draw(st.integers(1, 3))):
        of_customers = tuple(draw(st.sets(st.sampled_from(SHOPS), max_size=2)))
        of_orders = tuple(draw(st.sets(st.sampled_from(SHOPS), max_size=2)))
        regions = tuple(draw(st.sets(st.sampled_from("en"), max_size=1)))
        scope = (
            Scope(source="crm", table="customers", column="shop", values=of_customers),
            Scope(source="crm", table="orders", column="shop", values=of_orders),
            Scope(source="crm", table="orders", column="region", values=regions),
        )
        lots.append(replace(SHOP, id=f"lot-{k}", scope=tuple(s for s in scope if s.values)))
    rows: Rows = {"customers": customers, "addresses": addresses, "orders": orders, "lines": lines, "claims": claims}
    return rows, tuple(lots)


def oracle(rows: Rows, lots: tuple[Lot, ...]) -> dict[tuple[str, str], set[str]]:
    """Table and id → the lots in which the row lies, by plain reasoning row by row."""

    def own(table: str, row: dict[str, str | None]) -> set[str]:
        return {lot.id for lot in lots for s in lot.scope if s.table == table and row[s.column] in s.values}

    orders = {o["id"]: own("orders", o) for o in rows["orders"]}
    people: dict[str | None, set[str]] = {}
    for c in rows["customers"]:
        mine = [orders[o["id"]] for o in rows["orders"] if o["cust"] == c["cust"]]
        people[c["cust"]] = own("customers", c).union(*mine)
    found = {("customers", str(c["id"])): people[c["cust"]] for c in rows["customers"]}
    scoped = any(s.table == "orders" for lot in lots for s in lot.scope)
    for o in rows["orders"]:  # a table without a scope column follows the customer
        found["orders", str(o["id"])] = orders[o["id"]] if scoped else people.get(o["cust"], set())
    for a in rows["addresses"]:
        found["addresses", str(a["id"])] = people.get(a["cust"], set())
    for x in rows["lines"]:
        found["lines", str(x["id"])] = found.get(("orders", str(x["order_id"])), set())
    for x in rows["claims"]:
        found["claims", str(x["id"])] = found.get(("lines", str(x["line_id"])), set())
    return found


def write(path: Path, rows: Rows) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        for t in TABLES:
            names = [c.name for c in t.columns]
            db.execute(f"CREATE TABLE {t.name} ({', '.join(f'{n} TEXT' for n in names)}, PRIMARY KEY (id))")
            marks = ", ".join("?" * len(names))
            db.executemany(f"INSERT INTO {t.name} VALUES ({marks})", [[r[n] for n in names] for r in rows[t.name]])


def read(path: Path) -> dict[tuple[str, str], tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return {(t.name, row[0]): row for t in TABLES for row in db.execute(f"SELECT * FROM {t.name}")}


def decide(case: Case, source: Any) -> Decided:
    settings_ = IndexSettings(
        LINK, case.effective_on, 14, 18, case.timezone, case.lots, link_targets(MAP), record_targets(MAP)
    )
    indexes = {
        ("crm", t.name): index_table(t, source.read(t.name, [c.name for c in t.columns], key=t.key), settings_)
        for t in TABLES
    }
    linked = link(MAP, indexes)
    told = np.full(linked.n_subjects, FACT_VALUES[Fact.NOTICE].index("delivered"), dtype=np.uint8)
    answers = pl.DataFrame(schema={"subject": pl.Int64, "fact": pl.Utf8, "value": pl.Utf8})
    return decide_case(DecideInput(case, MAP, pack_of(case), indexes, linked, answers, told, ()))


def delivered(decided: Decided, source: Any, lot: str) -> dict[str, int]:
    """Table → rows in the delivery to a lot."""
    domains = reference_domains(decided.plans.values())
    out = {}
    for (_, name), whole in decided.plans.items():
        plan = whole.for_lot(lot)
        shape = shape_table(plan, frozenset({lot}), domains)
        if shape is not None:
            batches = source.read(name, [c.name for c in plan.columns], key=plan.key)
            tally = TransformTally()
            parts = list(
                transform_table(
                    batches, plan, shape, frozenset({lot}), link_ecb=LINK, recipient_ecb=REPLAY, tally=tally
                )
            )
            out[name] = sum(p.height for p in parts)
            assert tally.late == tally.changed == 0
    return out


NUMBER = count()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(companies())
def test_what_lies_outside_every_lot_is_out_of_reach(company: tuple[Rows, tuple[Lot, ...]]) -> None:
    rows, lots = company
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"crm-{next(NUMBER)}.db"
        write(path, rows)
        spec = Source(name="crm", kind=SourceKind.SQLITE, path=path)
        case = replace(SALE, lots=lots, sources=(spec,), effective_on=date(2026, 12, 31))
        source = open_source(spec)
        decided = decide(case, source)
        want = oracle(rows, lots)
        assert lots_of(decided, rows) == want
        assert decided.population.lots_conserved() == ()
        for lot in lots:
            got = delivered(decided, source, lot.id)
            inside = {t.name: sum(lot.id in want[t.name, str(r["id"])] for r in rows[t.name]) for t in TABLES}
            assert {t: n for t, n in got.items() if n} == {t: n for t, n in inside.items() if n}
        before = read(path)
        destroy(decided, source, Path(folder))
        after = read(path)
        outside = {k for k, mine in want.items() if not mine}
        assert {k: after.get(k) for k in outside} == {k: before[k] for k in outside}
        assert after.keys() <= before.keys()


def lots_of(decided: Decided, rows: Rows) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for (_, name), plan in decided.plans.items():
        ids = [str(r["id"]) for r in rows[name]]
        for n, lot in enumerate(plan.rows["lot"].to_list()):
            found[name, ids[n]] = {lot} - {""}
        if plan.shares.height:
            for n, lot in plan.shares.select("pos", "lot").iter_rows():
                found[name, ids[n]].add(lot)
    return found


def destroy(decided: Decided, source: Any, folder: Path) -> None:
    def batches(plan: Any) -> Any:
        return source.read(plan.table, [c.name for c in plan.columns], key=plan.key)

    tables = [(plan, batches(plan)) for plan in decided.plans.values()]
    ledger = write_ledger(folder / "ledger.parquet", tables, link_ecb=LINK, replay_ecb=REPLAY)
    for n, plan in enumerate(decided.plans.values()):
        erase(plan, source, EraseKeys(LINK, REPLAY), ledger, None, folder, lambda: None, number=n)

"""References: whatever key of a customer a record names, it is the customer's; two names are never made one person."""

from datetime import date

import polars as pl
import pytest

from bequest.crypto.cipher import aes_ecb
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, Relation, TableMap
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.link.index import IndexSettings, index_table, link_targets
from bequest.steps.link.link import Linked, link

R, C = RowRole, FieldClass
Rows = list[tuple[str | None, ...]]


def table(name: str, record_class: RecordClass, columns: tuple[str, ...], *relations: Relation) -> TableMap:
    made = tuple(ColumnMap(c, "TEXT", C.USER_ID, True, False, R.CUSTOMER, 900, 1000) for c in columns)
    return TableMap("crm", name, record_class, made, 0, relations=relations)


def to(column: str, target: str, to_column: str, role: RowRole = R.CUSTOMER) -> Relation:
    return Relation(column, "crm", target, to_column, role)


CUSTOMERS = table("customers", RecordClass.CUSTOMER_PROFILE, ("id", "cust_no"))
ORDERS = table("orders", RecordClass.ORDER, ("no", "customer_id"), to("customer_id", "customers", "id"))
OBJECTIONS = table("objections", RecordClass.OBJECTION, ("n", "cust_no"), to("cust_no", "customers", "cust_no"))
CARDS = table("cards", RecordClass.LOYALTY_ACCOUNT, ("card", "cust_no"), to("cust_no", "customers", "cust_no"))
VISITS = table("visits", RecordClass.WEB_LOG, ("n", "card"), to("card", "cards", "card"))
INVITES = table(
    "invites", RecordClass.OTHER, ("from_no", "to_no"),
    to("from_no", "customers", "cust_no"), to("to_no", "customers", "cust_no"),
)  # fmt: skip


def linked(**rows: tuple[TableMap, Rows]) -> tuple[Linked, dict[str, list[int]]]:
    datamap = DataMap(tuple(t for t, _ in rows.values()))
    settings = IndexSettings(aes_ecb(bytes(32)), date(2026, 12, 31), 14, 18, "Asia/Shanghai", (), link_targets(datamap))
    indexes = {}
    for made, values in rows.values():
        names = ["__key", *(c.name for c in made.columns)]
        batch = pl.DataFrame([(str(i), *r) for i, r in enumerate(values)], dict.fromkeys(names, pl.Utf8), orient="row")
        indexes[("crm", made.name)] = index_table(made, [batch], settings)
    found = link(datamap, indexes)
    return found, {t: found.subject_of[("crm", t)][R.CUSTOMER].tolist() for t in rows}


PEOPLE: Rows = [("1", "K1"), ("2", "K2"), ("3", "K3")]


@pytest.mark.parametrize("turned", [False, True])
def test_records_that_name_different_keys_of_one_customer_are_all_the_customers(turned: bool) -> None:
    tables = {
        "customers": (CUSTOMERS, PEOPLE),
        "orders": (ORDERS, [("A", "2"), ("B", "1"), ("C", "9")]),
        "objections": (OBJECTIONS, [("x", "K2"), ("y", "K3"), ("z", "K9")]),
    }
    found, who = linked(**(dict(reversed(tables.items())) if turned else tables))
    one, two, three = who["customers"]
    assert who["orders"][:2] == [two, one]
    assert who["objections"][:2] == [two, three]
    assert len({one, two, three}) == 3
    assert found.n_subjects == 5, "the strangers of the last rows are two more"


def test_a_number_of_one_key_is_none_of_the_other() -> None:
    _, who = linked(
        customers=(CUSTOMERS, [("7", "8"), ("8", "7")]), orders=(ORDERS, [("A", "7")]),
        objections=(OBJECTIONS, [("x", "7")]),
    )  # fmt: skip
    assert who["orders"] == who["customers"][:1]
    assert who["objections"] == who["customers"][1:]


def test_what_points_and_is_pointed_to_passes_the_person_on() -> None:
    _, who = linked(
        customers=(CUSTOMERS, PEOPLE), cards=(CARDS, [("card-1", "K3"), ("card-2", None)]),
        visits=(VISITS, [("v", "card-1"), ("w", "card-2")]),
    )  # fmt: skip
    assert who["cards"][0] == who["visits"][0] == who["customers"][2]
    assert who["cards"][1] == who["visits"][1]
    assert who["cards"][1] not in who["customers"]


def test_two_references_of_one_role_make_nobody_one() -> None:
    _, who = linked(customers=(CUSTOMERS, PEOPLE), invites=(INVITES, [("K1", "K2"), ("K2", "K3")]))
    assert len(set(who["customers"])) == 3
    assert who["invites"] == who["customers"][:2], "the first is the row's"


@pytest.mark.parametrize(("name", "same"), [("张伟", True), ("張偉", True), ("张玮", True), ("李娜", False)])
def test_a_name_here_and_a_phone_there_of_one_person_are_both_the_persons(name: str, same: bool) -> None:
    """The member's phone stands in one table and the name in another that points to it; the parcel bears both."""

    def made(table: str, kind: RecordClass, columns: dict[str, FieldClass], *relations: Relation) -> TableMap:
        maps = tuple(ColumnMap(c, "TEXT", cls, True, False, R.CUSTOMER, 900, 1000) for c, cls in columns.items())
        return TableMap("crm", table, kind, maps, 0, relations=relations)

    members = made("members", RecordClass.CUSTOMER_PROFILE, {"id": C.USER_ID, "tel": C.PHONE})
    profiles = made("profiles", RecordClass.OTHER, {"id": C.USER_ID, "name": C.PERSON_NAME}, to("id", "members", "id"))
    parcels = made("parcels", RecordClass.ORDER, {"who": C.PERSON_NAME, "tel": C.PHONE})
    found, who = linked(
        members=(members, [("1", "13911082034"), ("2", "13887654321")]),
        profiles=(profiles, [("1", "张伟"), ("2", "王芳")]),
        parcels=(parcels, [(name, "139 1108 2034")]),
    )
    assert who["members"] == who["profiles"]
    assert (who["parcels"][0] == who["members"][0]) is same
    assert found.n_subjects == (2 if same else 3)

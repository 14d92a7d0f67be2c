"""One person is recognised across systems, and two people are never made one."""

from datetime import date

import polars as pl

from bequest.crypto.cipher import aes_ecb
from bequest.model.case import LegalRoute, Lot, Scope
from bequest.model.datamap import ColumnMap, DataMap, FactBinding, FieldClass, Relation, TableMap
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.steps.link.index import IndexSettings, index_batches, index_table, link_targets
from bequest.steps.link.link import Linked, link

C = FieldClass
KEY = bytes(range(32))


def column(name: str, cls: FieldClass, role: RowRole = RowRole.CUSTOMER) -> ColumnMap:
    return ColumnMap(name, "TEXT", cls, True, False, role, 900, 1000)


CRM = TableMap(
    "crm", "customers", RecordClass.CUSTOMER_PROFILE,
    (
        column("cust_no", C.USER_ID), column("name", C.PERSON_NAME), column("mobile", C.PHONE),
        column("email", C.EMAIL), column("id_no", C.NATIONAL_ID), column("shop", C.NOT_PI, RowRole.RECORD),
        column("birthday", C.BIRTHDAY), column("status", C.NOT_PI, RowRole.RECORD),
    ),
    0, key=("cust_no",),
    facts=(
        FactBinding(Fact.AGE_BAND, "birthday", "date_band"),
        FactBinding(Fact.AGE_BAND, "id_no", "id_band"),
        FactBinding(Fact.ACCOUNT, "status", "map", {"closed": "closed", "active": "active"}, "none"),
    ),
)  # fmt: skip
ORDERS = TableMap(
    "shop", "orders", RecordClass.ORDER,
    (
        column("no", C.ORDER_NO), column("cust_no", C.USER_ID), column("to_name", C.PERSON_NAME, RowRole.CONSIGNEE),
        column("to_phone", C.PHONE, RowRole.CONSIGNEE),
    ),
    0, key=("no",), relations=(Relation("cust_no", "crm", "customers", "cust_no"),),
)  # fmt: skip
MAP = DataMap((CRM, ORDERS))
LOT = Lot(
    id="shop-12", receiver="buyer", legal_route=LegalRoute.PIPL_22,
    scope=(Scope(source="crm", table="customers", column="shop", values=("12",)),),
)  # fmt: skip


def settings() -> IndexSettings:
    return IndexSettings(aes_ecb(KEY), date(2026, 12, 31), 14, 18, "Asia/Shanghai", (LOT,), link_targets(MAP))


def customers(*rows: tuple[str, str | None, str | None, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(r[0], *r, "12", "1990-01-01", "active") for r in rows],
        schema=["__key", *(c.name for c in CRM.columns)],
        orient="row",
    ).cast(pl.Utf8)


def orders(*rows: tuple[str, str | None, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [(r[0], *r) for r in rows], schema=["__key", *(c.name for c in ORDERS.columns)], orient="row"
    ).cast(pl.Utf8)


def linked(crm: pl.DataFrame, shop: pl.DataFrame | None = None) -> Linked:
    shop = orders() if shop is None else shop
    return link(
        MAP,
        {
            ("crm", "customers"): index_table(CRM, [crm], settings()),
            ("shop", "orders"): index_table(ORDERS, [shop] if shop.height else [], settings()),
        },
    )


def people(found: Linked) -> list[int]:
    return found.subject_of[("crm", "customers")][RowRole.CUSTOMER].tolist()


def test_spellings_of_phone_and_name_make_one_person() -> None:
    found = linked(
        customers(
            ("C1", "张 伟", "138 0013 8000", None, None),
            ("C2", "张伟", "+86-13800138000", None, None),
            ("C3", "张伟", "１３８００１３８０００", None, None),
        )
    )
    assert people(found) == [0, 0, 0]


def test_a_family_phone_merges_nobody() -> None:
    found = linked(customers(("C1", "张伟", "13800138000", None, None), ("C2", "张小明", "13800138000", None, None)))
    assert people(found) == [0, 1]
    assert found.n_shared_phones == 1


def test_the_same_name_alone_merges_nobody() -> None:
    found = linked(customers(("C1", "张伟", "13800138000", None, None), ("C2", "张伟", "13900139000", None, None)))
    assert people(found) == [0, 1]


def test_a_valid_identity_number_merges_and_an_invalid_or_damaged_one_does_not() -> None:
    valid, invalid, damaged = "11010519491231002X", "110105194912310021", "110105194912310000"
    found = linked(
        customers(
            ("C1", "张伟", None, None, valid), ("C2", "张  伟", None, None, valid.lower()),
            ("C3", "李四", None, None, invalid), ("C4", "王五", None, None, invalid),
            ("C5", "赵六", None, None, damaged), ("C6", "钱七", None, None, damaged),
        )
    )  # fmt: skip
    assert people(found) == [0, 0, 1, 2, 3, 4]


def test_an_order_belongs_to_its_customer_and_its_consignee_is_found_by_phone_and_name() -> None:
    crm = customers(("C1", "张伟", "13800138000", None, None), ("C2", "李四", "13900139000", None, None))
    found = linked(crm, orders(("N1", "C1", "李 四", "139-0013-9000"), ("N2", None, "王五", "13700137000")))
    roles = found.subject_of[("shop", "orders")]
    assert roles[RowRole.CUSTOMER].tolist() == [0, -1]
    assert roles[RowRole.CONSIGNEE].tolist() == [1, 2]
    assert found.n_subjects == 3


def test_a_company_in_a_name_column_is_nobody_unless_a_phone_stands_beside_it() -> None:
    shop = orders(("N1", None, "杭州青梧科技有限公司", None), ("N2", None, "个人", None), ("N3", None, "王五", None),
                  ("N4", None, "杭州青梧科技有限公司", "13700137000"))  # fmt: skip
    roles = linked(customers(("C1", "张伟", None, None, None)), shop).subject_of[("shop", "orders")]
    assert roles[RowRole.CONSIGNEE].tolist() == [-1, -1, 1, 2]


def test_the_order_of_rows_does_not_change_who_is_who() -> None:
    crm = customers(
        ("C1", "张伟", "13800138000", "a@example.com", None),
        ("C2", "张伟", None, "A@example.com", None),
        ("C3", "李四", "13800138000", None, None),
    )
    forward, backward = linked(crm), linked(crm.reverse())
    pairs = {(i, j) for i in range(3) for j in range(3) if people(forward)[i] == people(forward)[j]}
    turned = {(2 - i, 2 - j) for i in range(3) for j in range(3) if people(backward)[i] == people(backward)[j]}
    assert pairs == turned
    assert sorted(forward.anchors) == sorted(backward.anchors)


def test_the_index_holds_no_value_in_clear() -> None:
    crm = customers(("C1", "张伟", "13800138000", "zhang@example.com", "11010519491231002X"))
    frame = index_table(CRM, [crm], settings())
    texts = " ".join(str(v) for v in frame.select(pl.col(pl.Utf8)).row(0))
    for value in ("张伟", "13800138000", "zhang@example.com", "11010519491231002X", "2001-05-06", "C1"):
        assert value not in texts
        assert value.encode() not in frame.write_ipc(None).getvalue()


def test_age_comes_from_the_stricter_of_birthday_and_identity_number() -> None:
    digits = "11010520150101001"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    child = digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11]
    frame = index_table(
        CRM, [customers(("C1", "张伟", None, None, child), ("C2", "李四", None, None, None))], settings()
    )
    assert frame["f:customer:age_band"].to_list() == ["under_14", "adult"]


def test_rows_known_from_an_earlier_index_are_taken_from_there_and_only_those() -> None:
    one = customers(("C1", "张伟", "13800138000", None, None), ("C2", "李四", "13900139000", None, None))
    two = customers(("C3", "王五", "13700137000", None, None))
    moved = customers(("C3", "王五", "13700137001", None, None))
    before = index_table(CRM, [one, two], settings())
    for now in ([one, two], [one, moved], [two, one], [one], [one, two, two]):
        assert index_table(CRM, now, settings(), before=before).equals(index_table(CRM, now, settings()))
    assert not list(index_batches(CRM, [one, two], settings(), before=before)), "all of it holds: nothing to write"
    marked = before.with_columns(pl.lit(b"taken").cast(before["m:customer"].dtype).alias("m:customer"))
    again = index_table(CRM, [one, moved], settings(), before=marked)["m:customer"].to_list()
    assert again[:2] == [b"taken", b"taken"]
    assert again[2] != b"taken"

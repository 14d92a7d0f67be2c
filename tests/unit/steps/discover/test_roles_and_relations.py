"""Whose data a column is, what kind of record a row is, and which column points where: a small shop."""

from collections.abc import Callable

import pytest

from bequest.model.datamap import DataMap
from bequest.steps.discover import TableSample, discover

CUSTOMERS = [f"C{i:06d}" for i in range(60)]
SMALL = [str(i) for i in range(1, 21)]


@pytest.fixture(name="shop", scope="module")
def _shop(table: Callable[..., TableSample]) -> DataMap:
    crm = {"source": "crm", "key": ("id",)}
    samples = [
        table(
            "customers",
            [
                "id:INTEGER",
                "cust_no",
                "name",
                "mobile",
                "guardian_name",
                "guardian_mobile",
                "company_name",
                "shop_id",
                "remark",
                "create_by",
            ],
            values={"id": [str(i) for i in range(60)], "cust_no": CUSTOMERS, "shop_id": ["12", "13"] * 30},
            **crm,
        ),
        table("addresses", ["id:INTEGER", "cust_no", "consignee", "phone", "city", "province", "detail"], **crm),
        table("objections", ["id:INTEGER", "cust_no", "made_at", "channel"], **crm),
        table("consents", ["id:INTEGER", "cust_no", "purpose", "given_at"], **crm),
        table("disputes", ["id:INTEGER", "cust_no", "order_no", "summary"], **crm),
        table("staff", ["id:INTEGER", "emp_no", "name", "mobile", "emergency_contact", "emergency_phone"], **crm),
        table("suppliers", ["id:INTEGER", "company", "contact", "phone"], **crm),
        table("shops", ["id:INTEGER", "name", "city"], values={"id": ["12", "13"]}, **crm),
        table(
            "orders",
            ["订单号", "客户编号", "店铺", "数量", "收货人", "收货电话", "发票抬头", "发票邮箱", "买家留言", "经办人"],
            source="orders",
            values={"订单号": [f"2026{i:08d}" for i in range(60)], "客户编号": CUSTOMERS, "数量": SMALL * 3},
        ),
        table("loyalty", ["card_no", "name", "phone", "points"], source="loyalty"),
        table(
            "tickets", ["ticket_id", "cust_no", "agent", "content", "contact.name", "contact.phone"], source="tickets"
        ),
        table("weblog", ["ts", "cust_no", "ip", "device_id", "url"], source="weblog"),
    ]
    return discover(samples)


ROLES = {
    ("crm", "customers", "id"): "customer",
    ("crm", "customers", "cust_no"): "customer",
    ("crm", "customers", "mobile"): "customer",
    ("crm", "customers", "guardian_name"): "guardian",
    ("crm", "customers", "guardian_mobile"): "guardian",
    ("crm", "customers", "create_by"): "staff",
    ("crm", "customers", "shop_id"): "record",
    ("crm", "addresses", "cust_no"): "customer",
    ("crm", "addresses", "consignee"): "consignee",
    ("crm", "addresses", "phone"): "consignee",
    ("crm", "addresses", "detail"): "consignee",
    ("crm", "staff", "mobile"): "staff",
    ("crm", "staff", "emergency_phone"): "emergency_contact",
    ("crm", "suppliers", "phone"): "supplier_contact",
    ("crm", "shops", "name"): "record",
    ("orders", "orders", "客户编号"): "customer",
    ("orders", "orders", "收货人"): "consignee",
    ("orders", "orders", "收货电话"): "consignee",
    ("orders", "orders", "发票抬头"): "invoice_recipient",
    ("orders", "orders", "发票邮箱"): "invoice_recipient",
    ("orders", "orders", "买家留言"): "customer",
    ("orders", "orders", "经办人"): "staff",
    ("loyalty", "loyalty", "phone"): "customer",
    ("tickets", "tickets", "agent"): "staff",
    ("tickets", "tickets", "contact.name"): "mentioned",
    ("tickets", "tickets", "contact.phone"): "mentioned",
}
RECORDS = {
    "customers": "customer_profile",
    "addresses": "address_book",
    "objections": "objection",
    "consents": "consent",
    "disputes": "dispute",
    "staff": "staff",
    "suppliers": "supplier",
    "shops": "reference",
    "orders": "order",
    "loyalty": "loyalty_account",
    "tickets": "ticket",
    "weblog": "web_log",
}
RELATIONS = {
    ("addresses", "cust_no"): "crm.customers.cust_no customer",
    ("disputes", "cust_no"): "crm.customers.cust_no customer",
    ("tickets", "cust_no"): "crm.customers.cust_no customer",
    ("orders", "客户编号"): "crm.customers.cust_no customer",
    ("customers", "shop_id"): "crm.shops.id record",
    ("orders", "数量"): "",
    ("customers", "cust_no"): "",
    ("customers", "id"): "",
    ("shops", "id"): "",
}


@pytest.mark.parametrize(("where", "role"), ROLES.items(), ids=[".".join(k) for k in ROLES])
def test_columns_are_about_the_person_their_words_name(where: tuple[str, str, str], role: str, shop: DataMap) -> None:
    assert shop.table(*where[:2]).column(where[2]).role.value == role


def test_records_are_classed_by_name_and_topic(shop: DataMap) -> None:
    assert {t.name: t.record_class.value for t in shop.tables} == RECORDS


def test_keys_are_the_declared_ones_and_empty_where_none_is_declared(shop: DataMap) -> None:
    assert {t.key for t in shop.tables if t.source == "crm"} == {("id",)}
    assert {t.key for t in shop.tables if t.source != "crm"} == {()}


@pytest.mark.parametrize(("where", "expected"), RELATIONS.items(), ids=[".".join(k) for k in RELATIONS])
def test_columns_point_to_the_table_whose_key_they_hold(where: tuple[str, str], expected: str, shop: DataMap) -> None:
    [table] = [t for t in shop.tables if t.name == where[0]]
    found = [
        f"{r.to_source}.{r.to_table}.{r.to_column} {r.role.value}" for r in table.relations if r.column == where[1]
    ]
    assert found == ([expected] if expected else [])


def test_numbers_that_merely_occur_among_keys_are_no_relation(table: Callable[..., TableSample]) -> None:
    customers = table("customers", ["id:INTEGER"], values={"id": SMALL}, key=("id",))
    lines = table("lines", ["line_no", "qty_code"], values={"line_no": SMALL, "qty_code": SMALL})
    assert [t.relations for t in discover([customers, lines]).tables] == [(), ()]


def test_values_from_elsewhere_speak_against_a_relation_by_name(table: Callable[..., TableSample]) -> None:
    shops = table("shops", ["id:INTEGER"], values={"id": SMALL}, key=("id",))
    sales = table("sales", ["shop_id"], values={"shop_id": ["901", "902", "903"]})
    assert discover([shops, sales]).table("s", "sales").relations == ()


def test_records_that_hold_people_under_no_known_name_are_other_not_reference(
    table: Callable[..., TableSample],
) -> None:
    parking = table("car_parking", ["plate_number", "entry_time", "fee"])
    assert discover([parking]).tables[0].record_class.value == "other"


def test_tables_of_our_own_people_are_staff_whatever_their_comment_calls_them(
    table: Callable[..., TableSample],
) -> None:
    found = discover([
        table("ums_admin", ["id:INTEGER", "username", "password", "email"], comment="后台用户表", key=("id",)),
        table("member", ["id:INTEGER", "username", "password", "phone"], comment="会员表", key=("id",)),
        table("duty_roster", ["id:INTEGER", "date", "staff_id:INTEGER", "remain:INTEGER"], key=("id",)),
    ])  # fmt: skip
    assert {t.name: t.record_class.value for t in found.tables} == {
        "ums_admin": "staff", "member": "customer_profile", "duty_roster": "staff",
    }  # fmt: skip


def test_lines_of_an_order_are_orders_and_coupons_of_members_are_theirs(table: Callable[..., TableSample]) -> None:
    ids = [str(100 + i) for i in range(60)]
    found = discover([
        table("member", ["id:INTEGER", "username", "password", "phone"], key=("id",), values={"id": ids}),
        table("oms_order", ["id:INTEGER", "member_id:INTEGER", "receiver_name", "receiver_phone"], key=("id",),
              values={"id": ids, "member_id": ids}),
        table("oms_order_item", ["id:INTEGER", "order_id:INTEGER", "product_name", "price"], key=("id",),
              values={"order_id": ids}),
        table("oms_order_setting", ["id:INTEGER", "days:INTEGER"], key=("id",)),
        table("coupon_history", ["id:INTEGER", "member_id:INTEGER", "code", "use_time"], key=("id",)),
    ])  # fmt: skip
    classes = {t.name: t.record_class.value for t in found.tables}
    assert classes["oms_order_item"] == "order"
    assert classes["oms_order_setting"] == "reference"
    assert classes["coupon_history"] == "loyalty_account"


def test_ages_of_customers_are_proposed_from_birthday_and_identity_number(table: Callable[..., TableSample]) -> None:
    found = discover([
        table("member", ["id:INTEGER", "name", "phone", "birthday", "id_card"], key=("id",)),
        table("staff", ["id:INTEGER", "emp_no", "name", "birthday"], key=("id",)),
    ])  # fmt: skip
    facts = {t.name: [(f.column, f.how) for f in t.facts] for t in found.tables}
    assert facts == {"member": [("birthday", "date_band"), ("id_card", "id_band")], "staff": []}

import polars as pl
import pytest
from tests.unit.steps import decided_tables as d

from bequest.crypto.cipher import aes_ecb
from bequest.kernel.errors import StateError
from bequest.model.datamap import FieldClass, Relation
from bequest.model.disposition import Operator
from bequest.model.facts import RowRole
from bequest.steps.transform.operators import OPERATORS
from bequest.steps.transform.references import reference_domains
from bequest.steps.transform.shape import shape_table
from bequest.steps.transform.transform import TransformTally, transform_table

LOTS = frozenset({"lot-1"})
BUYER = aes_ecb(b"b" * 32)
OTHER_BUYER = aes_ecb(b"o" * 32)

CUSTOMERS = (
    d.column("id", FieldClass.NOT_PI, personal=False),
    d.column("cust_no", FieldClass.USER_ID),
    d.column("name", FieldClass.PERSON_NAME),
    d.column("mobile", FieldClass.PHONE),
    d.column("birthday", FieldClass.BIRTHDAY),
    d.column("remark", FieldClass.FREE_TEXT),
    d.column("password", FieldClass.PASSWORD_SECRET),
)
ROWS = [
    ["1", "C001", "张一", "13800000001", "1990-02-03", "电话13800000001", "secret-1"],
    ["2", "Ｃ002 ", "李二", None, "1985-01-01", "", "secret-2"],
    ["3", "C003", "王三", "13800000003", None, None, "secret-3"],
]
GIVE = [
    d.PASS_DELETE, d.TOKEN_DELETE, d.PASS_DELETE, d.MASK_DELETE, d.YEAR_DELETE, d.TEXT_DELETE, d.NONE_DELETE,
]  # fmt: skip


def customers(decided=None, **kw):
    return d.plan_of("crm", "customers", CUSTOMERS, ROWS, decided or [GIVE] * 3, key=("id",), **kw)


def run(plan, rows, ecb=BUYER, domains=None, **kw):
    domains = reference_domains([plan]) if domains is None else domains
    shape = shape_table(plan, LOTS, domains)
    tally = TransformTally()
    frames = list(
        transform_table(
            d.batches_of(plan, rows, **kw), plan, shape, LOTS, link_ecb=d.LINK, recipient_ecb=ecb, tally=tally
        )
    )
    return (pl.concat(frames) if frames else pl.DataFrame()), tally, shape


def test_each_value_is_given_by_its_own_decision():
    out, tally, _ = run(customers(), ROWS)
    assert out["name"].to_list() == ["张一", "李二", "王三"]
    assert out["mobile"].to_list() == ["138****0001", None, "138****0003"]
    assert out["birthday"].to_list() == ["1990", "1985", None]
    assert out["remark"].to_list() == ["电话138****0001", "", None]
    assert tally.delivered == 3
    assert tally.as_is == {"id": 3, "name": 3}
    assert tally.masked == {"cust_no": 3, "mobile": 2, "birthday": 2, "remark": 1}


def test_a_column_that_no_row_releases_is_not_there():
    out, _, shape = run(customers(), ROWS)
    assert "password" not in out.columns
    assert tuple(out.columns) == shape.names


def test_rows_that_release_nothing_personal_are_left_out():
    plan = customers([GIVE, [d.PASS_DELETE] + [d.NONE_DELETE] * 6, d.NONE_BLOCKED])
    out, tally, shape = run(plan, ROWS)
    assert out["name"].to_list() == ["张一"]
    assert (tally.left_out, shape.n_rows) == (2, 1)


def test_rows_in_which_only_staff_is_named_pass_without_them():
    columns = (
        d.column("order_id", FieldClass.NOT_PI, personal=False),
        d.column("operator", FieldClass.USERNAME, role=RowRole.STAFF),
        d.column("state", FieldClass.NOT_PI, personal=False),
    )
    rows = [["1", "clerk", "paid"], ["2", "clerk", "sent"]]
    decided = [[d.PASS_DELETE, d.NONE_DELETE, d.PASS_DELETE], [d.NONE_DELETE] * 3]
    plan = d.plan_of("orders", "history", columns, rows, decided)
    out, tally, shape = run(plan, rows)
    assert out.select("order_id", "state").rows() == [("1", "paid")]
    assert "operator" not in out.columns
    assert (tally.left_out, shape.n_rows) == (1, 1)


def test_what_is_withheld_in_one_row_is_null_there_only():
    plan = customers([GIVE, [*GIVE[:2], d.NONE_BLOCKED, *GIVE[3:]], GIVE])
    out, tally, _ = run(plan, ROWS)
    assert out["name"].to_list() == ["张一", None, "王三"]
    assert tally.withheld == {"name": 1}  # the password column is not in the delivery at all


def test_rows_of_other_lots_stay_out():
    out, tally, _ = run(customers(lots=["lot-1", "", "lot-2"]), ROWS)
    assert out["name"].to_list() == ["张一"]
    assert tally.outside == 2


def test_a_row_changed_after_the_mark_and_a_late_row_are_left_out_and_counted():
    live = [ROWS[0], [*ROWS[1][:2], "李二改", *ROWS[1][3:]], ROWS[2], ["9", "C009", "迟九", None, None, None, None]]
    out, tally, _ = run(customers(), live)
    assert out["name"].to_list() == ["张一", "王三"]
    assert (tally.changed, tally.late) == (1, 1)


def test_rows_are_found_in_any_order_and_batch_size():
    expected, *_ = run(customers(), ROWS)
    for size in (1, 2, 7):
        out, *_ = run(customers(), ROWS[::-1], size=size)
        assert out.sort("__row").equals(expected.sort("__row"))


def test_a_waiting_value_stops_the_delivery_before_anything_is_read():
    with pytest.raises(StateError, match="still wait"):
        shape_table(customers([GIVE, GIVE, d.WAITING]), LOTS, {})


def test_nothing_to_release_means_no_table():
    assert shape_table(customers([d.NONE_DELETE] * 3), LOTS, {}) is None


ORDERS = (
    d.column("订单号", FieldClass.ORDER_NO, personal=False),
    d.column("客户编号", FieldClass.USER_ID),
    d.column("收货人", FieldClass.PERSON_NAME),
)
ORDER_ROWS = [["20260001", "C001", "张一"], ["20260002", "c001", "张一"], ["20260003", "C002", "李二"]]
TO_CUSTOMER = Relation("客户编号", "crm", "customers", "cust_no")


def orders():
    return d.plan_of(
        "orders", "orders", ORDERS, ORDER_ROWS, [d.PASS_DELETE] * 3, key=("订单号",), relations=(TO_CUSTOMER,)
    )


def test_references_join_within_a_delivery_and_not_between_recipients():
    domains = reference_domains([customers(), orders()])
    mine, *_ = run(customers(), ROWS, domains=domains)
    mine_orders, *_ = run(orders(), ORDER_ROWS, domains=domains)
    joined = mine_orders.join(mine, left_on="客户编号", right_on="cust_no", how="left")
    assert joined["name"].to_list() == ["张一", None, "李二"]  # c001 is another code than C001
    theirs, *_ = run(customers(), ROWS, OTHER_BUYER, domains=domains)
    assert not set(mine["cust_no"]) & set(theirs["cust_no"])
    assert not set(mine["__row"]) & set(theirs["__row"])
    assert not set(mine["id"]) & set(theirs["id"])


def test_no_internal_number_is_given_in_clear_though_decided_as_is():
    domains = reference_domains([customers(), orders()])
    out, *_ = run(orders(), ORDER_ROWS, domains=domains)
    assert not set(out["客户编号"]) & {"C001", "c001", "C002"}
    assert out["订单号"].to_list() == ["20260001", "20260002", "20260003"]  # the customer quotes it


def test_a_dropped_reference_is_dropped():
    plan = customers([[d.PASS_DELETE, d.DROP_DELETE, *GIVE[2:]]] * 3)
    out, *_ = run(plan, ROWS)
    assert out["cust_no"].to_list() == [None] * 3


def test_relations_that_run_in_a_circle_end():
    a = d.plan_of("s", "a", (d.column("x", FieldClass.USER_ID),), [["1"]], [d.PASS_DELETE],
                  relations=(Relation("x", "s", "b", "y"),))  # fmt: skip
    b = d.plan_of("s", "b", (d.column("y", FieldClass.USER_ID),), [["1"]], [d.PASS_DELETE],
                  relations=(Relation("y", "s", "a", "x"),))  # fmt: skip
    domains = reference_domains([a, b])
    assert domains[("s", "a", "x")] == domains[("s", "b", "y")]


def test_a_reference_to_a_thing_outside_the_case_keeps_its_value():
    shop = d.column("shop_id", FieldClass.NOT_PI, personal=False, role=RowRole.RECORD)
    name = d.column("name", FieldClass.PERSON_NAME)
    plan = d.plan_of("crm", "t", (shop, name), [["12", "张一"]], [d.PASS_DELETE],
                     relations=(Relation("shop_id", "crm", "shops", "id", RowRole.RECORD),))  # fmt: skip
    out, *_ = run(plan, [["12", "张一"]])
    assert out["shop_id"].to_list() == ["12"]


def test_two_rows_under_one_key_are_told_apart_by_content():
    columns = (d.column("k", FieldClass.NOT_PI, personal=False), d.column("name", FieldClass.PERSON_NAME))
    rows = [["1", "张一"], ["1", "李二"]]
    plan = d.plan_of("s", "t", columns, rows, [d.PASS_DELETE, d.NONE_DELETE], key=("k",))
    for live in (rows, rows[::-1]):
        out, *_ = run(plan, live, size=1)
        assert out["name"].to_list() == ["张一"]


def test_every_operator_is_registered_and_described_in_both_languages():
    assert set(OPERATORS) == set(Operator) - {Operator.NONE}
    for spec in OPERATORS.values():
        assert spec.zh
        assert spec.en.isascii()


@pytest.mark.parametrize("operator", list(OPERATORS))
@pytest.mark.parametrize(
    "cls", [FieldClass.PHONE, FieldClass.BIRTHDAY, FieldClass.AGE, FieldClass.IP, FieldClass.FREE_TEXT]
)
def test_operators_keep_length_and_null_and_never_show_a_whole_phone(operator, cls):
    from bequest.steps.transform.operator import ColumnContext

    values = pl.Series(
        "c", [None, "13800000001", "", "37", "192.0.2.7", "2001:db8:1:2::3", "1990-02-03"], dtype=pl.Utf8
    )
    out = OPERATORS[operator].apply(values, ColumnContext(d.column("c", cls), BUYER, "x"))
    assert len(out) == len(values)
    assert out[0] is None
    assert "13800000001" not in out.to_list()


@pytest.mark.parametrize(
    ("cls", "value", "expected"),
    [
        (FieldClass.AGE, "37", "30-39"),
        (FieldClass.AGE, "３７岁", "30-39"),
        (FieldClass.AGE, "999", None),
        (FieldClass.IP, "192.0.2.7", "192.0.2.0/24"),
        (FieldClass.IP, "2001:db8:1:2::3", "2001:db8:1::/48"),
        (FieldClass.IP, "n/a", None),
        (FieldClass.PERSON_NAME, "张一", None),
    ],
)
def test_generalising(cls, value, expected):
    from bequest.steps.transform.operator import ColumnContext

    spec = OPERATORS[Operator.GENERALISE]
    assert spec.apply(pl.Series("c", [value]), ColumnContext(d.column("c", cls), BUYER, "x")).to_list() == [expected]

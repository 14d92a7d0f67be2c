"""Kinds of people as codes: provinces from addresses and identity numbers, sizes of amounts; no value is kept."""

from dataclasses import replace

import polars as pl
import pytest
from tests.unit.steps.planning_cases import column

from bequest.model.datamap import FieldClass, TableMap
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.link.groups import VALUE_STEPS, amount_column, group_codes


def test_a_province_is_read_from_the_address_and_else_from_the_number() -> None:
    table = TableMap(
        "s", "t", RecordClass.CUSTOMER_PROFILE,
        (column("地址", FieldClass.ADDRESS), column("id", FieldClass.NATIONAL_ID),
         column("to", FieldClass.ADDRESS, RowRole.CONSIGNEE)), 0,
    )  # fmt: skip
    batch = pl.DataFrame(
        {
            "地址": ["广东省深圳市", " 黑龙江省哈尔滨市", "somewhere", None, ""],
            "id": ["310101199001011234", None, "31010119900101123X", "440101", "990101199001011234"],
            "to": ["北京市朝阳区"] * 5,
        }
    )
    codes = group_codes(table, batch, RowRole.CUSTOMER)
    assert codes["g:region"].to_list() == [44, 23, 31, None, None]
    assert codes["g:region"].dtype == pl.UInt8
    assert "g:value" not in codes


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("total_amount", "pay_amount"), "pay_amount"),
        (("discount_amount", "total_amount"), "total_amount"),
        (("优惠金额", "金额"), "金额"),
        (("status", "note"), None),
        (("paid_at", "is_paid", "paid_time", "total_quantity", "paidAt", "isPaid", "totalNum", "amount_type"), None),
        (("paid_at", "total_quantity", "total_fee"), "total_fee"),
        (("payTime", "payType", "payAmount"), "payAmount"),
        (("payamount",), "payamount"),
        (("PAID_AMT",), "PAID_AMT"),
        (("prepaid_card", "subtotals", "accountability"), None),
        (("支付时间", "支付方式", "是否实付", "合计数量", "积分总额", "金额类型"), None),
        (("支付时间", "订单总额（元）", "实付金额(元)"), "实付金额(元)"),
        (("unit_price", "price_id", "discount_total"), None),
    ],
)
def test_the_amount_is_what_was_paid(names: tuple[str, ...], wanted: str | None) -> None:
    columns = tuple(column(n, role=RowRole.RECORD) for n in names)
    assert amount_column(TableMap("s", "t", RecordClass.ORDER, columns, 0)) == wanted
    assert amount_column(TableMap("s", "t", RecordClass.TICKET, columns, 0)) is None


@pytest.mark.parametrize("declared", ["boolean", "timestamp", "DATE", "tinyint(1)", "bit(1)", "enum('y','n')"])
def test_what_is_no_number_by_its_type_is_no_amount(declared: str) -> None:
    paid = replace(column("paid", role=RowRole.RECORD), declared_type=declared)
    assert amount_column(TableMap("s", "t", RecordClass.ORDER, (paid,), 0)) is None
    assert amount_column(TableMap("s", "t", RecordClass.ORDER, (replace(paid, declared_type="numeric"),), 0)) == "paid"


PLACES = {
    "广东路12号": None,
    "北京西路1000弄": None,
    "四川北路": None,
    "山东一路": None,
    "吉林大路": None,
    "上海大厦": None,
    "河北区": None,
    "河北区昆纬路小区": None,
    "海南藏族自治州共和县": None,
    "河南蒙古族自治县": None,
    "天津市河北区": 12,
    "青海海南藏族自治州": 63,
    "中国浙江省杭州市": 33,
    "中国，浙江杭州": 33,
    "中华人民共和国内蒙古自治区": 15,
    "China 上海市": 31,
    "内蒙赤峰": 15,
    "广东东莞东城": 44,
    "广东": 44,
    "湖南道县": 43,
    "江苏镇江": 32,
    "浙江路桥": 33,
    "吉林市": 22,
    "香港特别行政区": 81,
    "朝阳区北京路": None,
    "": None,
    None: None,
}


@pytest.mark.parametrize("cls", [FieldClass.ADDRESS, FieldClass.REGION])
def test_streets_and_districts_named_after_a_province_are_not_in_it(cls: FieldClass) -> None:
    table = TableMap("s", "t", RecordClass.CUSTOMER_PROFILE, (column("at", cls),), 0)
    codes = group_codes(table, pl.DataFrame({"at": list(PLACES)}), RowRole.CUSTOMER)["g:region"]
    assert dict(zip(PLACES, codes, strict=True)) == PLACES


def test_area_codes_count_in_columns_of_regions_only() -> None:
    said = ["440305", "330106001001", " 310000 ", "990101", "44030", "4403051", None]
    for cls, wanted in ((FieldClass.REGION, [44, 33, 31]), (FieldClass.ADDRESS, [None] * 3)):
        table = TableMap("s", "t", RecordClass.CUSTOMER_PROFILE, (column("code", cls),), 0)
        codes = group_codes(table, pl.DataFrame({"code": said}), RowRole.CUSTOMER)["g:region"]
        assert codes.to_list() == [*wanted, None, None, None, None]


def test_amounts_become_sizes_within_a_tenth() -> None:
    table = TableMap("s", "t", RecordClass.ORDER, (column("amount", role=RowRole.RECORD),), 0)
    said = ["1999.00", "¥1,999", "0", "-5", "免费", None, "0.5", "inf"]
    sizes = group_codes(table, pl.DataFrame({"amount": said}), RowRole.CUSTOMER)["g:value"]
    assert sizes.to_list() == [44, 44, None, None, None, None, 0, None]
    assert pytest.approx(1999, rel=0.1) == 2 ** (44 / VALUE_STEPS)

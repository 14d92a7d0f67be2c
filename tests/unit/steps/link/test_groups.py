"""Kinds of people as codes: provinces from addresses and identity numbers, sizes of amounts; no value is kept."""

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
    ],
)
def test_the_amount_is_what_was_paid(names: tuple[str, ...], wanted: str | None) -> None:
    columns = tuple(column(n, role=RowRole.RECORD) for n in names)
    assert amount_column(TableMap("s", "t", RecordClass.ORDER, columns, 0)) == wanted
    assert amount_column(TableMap("s", "t", RecordClass.TICKET, columns, 0)) is None


def test_amounts_become_sizes_within_a_tenth() -> None:
    table = TableMap("s", "t", RecordClass.ORDER, (column("amount", role=RowRole.RECORD),), 0)
    said = ["1999.00", "¥1,999", "0", "-5", "免费", None, "0.5", "inf"]
    sizes = group_codes(table, pl.DataFrame({"amount": said}), RowRole.CUSTOMER)["g:value"]
    assert sizes.to_list() == [44, 44, None, None, None, None, 0, None]
    assert pytest.approx(1999, rel=0.1) == 2 ** (44 / VALUE_STEPS)

"""The waybill mask: what the label of a parcel may show."""

import polars as pl
import pytest

from bequest.crypto.cipher import aes_ecb
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.disposition import Operator
from bequest.model.facts import RowRole
from bequest.steps.transform.operator import ColumnContext
from bequest.steps.transform.operators import OPERATORS

CASES = {
    "a mobile": (FieldClass.PHONE, "13800000001", "*******0001"),
    "a mobile with country code": (FieldClass.PHONE, "+86 138-0000-0001", "*******0001"),
    "a landline": (FieldClass.LANDLINE, "010-66666666", "*******6666"),
    "too short to hide six digits": (FieldClass.PHONE, "12345", "****"),
    "a name": (FieldClass.PERSON_NAME, "王小明", "王**"),
    "an address": (FieldClass.ADDRESS, "浙江省杭州市西湖区文三路1号2幢301室", "浙江省杭州市西湖区"),
    "anything else is hidden whole": (FieldClass.NATIONAL_ID, "11010519491231002X", "****"),
    "null stays null": (FieldClass.PHONE, None, None),
}


@pytest.mark.parametrize(("cls", "value", "shown"), CASES.values(), ids=CASES)
def test_the_label_shows_only_this(cls: FieldClass, value: str | None, shown: str | None) -> None:
    column = ColumnMap("c", "text", cls, True, False, RowRole.CONSIGNEE, 1000, 1000)
    context = ColumnContext(column, aes_ecb(bytes(32)), "d")
    assert OPERATORS[Operator.WAYBILL].apply(pl.Series("c", [value], dtype=pl.Utf8), context).to_list() == [shown]

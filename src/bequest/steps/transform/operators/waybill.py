"""Waybill: what the label of a parcel may show (GB/T 41833-2022; its numbers are from memory, see the law pack)."""

from collections.abc import Callable
from typing import Final

import polars as pl

from bequest.engine.kernels import mask
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec

_BY_CLASS: Final[dict[FieldClass, Callable[[pl.Series], pl.Series]]] = {
    FieldClass.PHONE: mask.mask_waybill_phone,
    FieldClass.LANDLINE: mask.mask_waybill_phone,
    FieldClass.PERSON_NAME: mask.mask_name,
    FieldClass.ADDRESS: mask.generalise_address,
}


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """The label's form of the column's class; a class without one is hidden whole."""
    return _BY_CLASS.get(ctx.column.cls, mask.mask_other)(series)


OPERATOR = OperatorSpec(
    Operator.WAYBILL,
    "按快递运单遮盖：姓、电话末四位、所在区县",
    "as on a waybill: the surname, the last four digits of the phone, the district",
    apply,
)

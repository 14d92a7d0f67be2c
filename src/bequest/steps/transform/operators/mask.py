"""Mask: enough to recognise a value one already has, not enough to use it."""

from collections.abc import Callable
from typing import Final

import polars as pl

from bequest.engine.kernels import mask
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec

_BY_CLASS: Final[dict[FieldClass, Callable[[pl.Series], pl.Series]]] = {
    FieldClass.PHONE: mask.mask_phone,
    FieldClass.LANDLINE: mask.mask_phone,
    FieldClass.NATIONAL_ID: mask.mask_id,
    FieldClass.BANK_CARD: mask.mask_card,
    FieldClass.EMAIL: mask.mask_email,
    FieldClass.PERSON_NAME: mask.mask_name,
}


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """The mask of the column's class; a class without one is hidden whole."""
    return _BY_CLASS.get(ctx.column.cls, mask.mask_other)(series)


OPERATOR = OperatorSpec(Operator.MASK, "遮盖：只留首尾几位", "mask: only the ends are shown", apply)

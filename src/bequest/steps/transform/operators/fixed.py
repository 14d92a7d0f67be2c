"""Fixed: everybody's value is the same text."""

import polars as pl

from bequest.engine.text import non_empty
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """The text in place of every value; null and empty stay."""
    value = pl.col("v").cast(pl.String)
    shown = pl.when(non_empty(value)).then(pl.lit(ctx.setting)).otherwise(value)
    return series.to_frame("v").select(shown.alias(series.name)).to_series()


OPERATOR = OperatorSpec(
    Operator.FIXED, "统一替换：每个值都换成同一段文字", "fixed: one and the same text for all", apply
)

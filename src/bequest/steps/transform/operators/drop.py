"""Drop: the value is left out."""

import polars as pl

from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec, nothing


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:  # noqa: ARG001 - one shape for all operators
    """Nulls of the same length."""
    return nothing(series)


OPERATOR = OperatorSpec(Operator.DROP, "去掉：不交付该值", "drop: the value is left out", apply)

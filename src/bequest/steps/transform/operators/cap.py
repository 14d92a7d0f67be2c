"""Cap: a number beyond a bound is the bound, so that the few largest and smallest point to nobody."""

import polars as pl

from bequest.engine.kernels import generalise
from bequest.model.disposition import Operator
from bequest.model.reduction import bounds_of
from bequest.steps.transform.operator import ColumnContext, OperatorSpec, nothing


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """The number within its bounds; what is no number, or has no bounds, is null."""
    if not ctx.setting:
        return nothing(series)
    return generalise.cap(series, *bounds_of(ctx.setting))


OPERATOR = OperatorSpec(
    Operator.CAP, "封顶封底：超出界限的数按界限给出", "cap: a number beyond a bound is the bound", apply
)

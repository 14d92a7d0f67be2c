"""Redact text: identifiers inside free text are masked span by span, the rest stays."""

import polars as pl

from bequest.engine.kernels import spans
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:  # noqa: ARG001 - one shape for all operators
    """The text with phone, identity and card numbers and e-mail addresses masked in place."""
    return spans.redact(series)


OPERATOR = OperatorSpec(
    Operator.REDACT_TEXT,
    "遮去文中号码：电话、证件、卡号、邮箱",
    "redact: numbers and addresses in the text are masked",
    apply,
)

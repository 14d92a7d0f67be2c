"""Redact text: identifiers, names and addresses inside free text are masked span by span, the rest stays."""

import polars as pl

from bequest.engine.kernels import redaction
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:  # noqa: ARG001 - one shape for all operators
    """The text with numbers and mail addresses masked in place, and people, postal addresses and companies hidden."""
    return redaction.redact(series)


OPERATOR = OperatorSpec(
    Operator.REDACT_TEXT,
    "遮去文中个人信息：电话、证件、卡号、邮箱、姓名、地址、公司",
    "redact: numbers, names and addresses in the text are masked",
    apply,
)

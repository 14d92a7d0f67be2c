"""Token: the same value gets the same token everywhere in one receiver's deliveries, and another one elsewhere."""

import polars as pl

from bequest.engine.kernels import normalise
from bequest.engine.kernels.cmac import tokens
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """32 hex digits: AES-CMAC of the plain form of the value under the recipient's key; empty and null stay null."""
    plain = series.to_frame("v").select(normalise.text(pl.col("v")))["v"]
    return tokens(plain, ctx.ecb, f"ref\x1f{ctx.domain}\x1f").bin.encode("hex").alias(series.name)


OPERATOR = OperatorSpec(
    Operator.TOKEN,
    "代号：同一接收方内可关联，接收方之间不可关联",
    "token: joins within one receiver's data, never between two receivers",
    apply,
)

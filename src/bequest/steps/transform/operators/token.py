"""Token: the same value gets the same token everywhere in one receiver's deliveries, and another one elsewhere."""

from typing import Final

import polars as pl

from bequest.engine.kernels import normalise
from bequest.engine.kernels.cmac import tokens
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec

_FORMS: Final = {
    FieldClass.PHONE: normalise.phone,
    FieldClass.LANDLINE: normalise.phone,
    FieldClass.EMAIL: normalise.email,
    FieldClass.NATIONAL_ID: normalise.national_id,
    FieldClass.BANK_CARD: normalise.bank_card,
    FieldClass.PERSON_NAME: normalise.name,
}
"""Classes whose values are one thing in several spellings: one token for all of them."""


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """32 hex digits: AES-CMAC of the plain form of the value under the recipient's key; empty and null stay null."""
    form = _FORMS.get(ctx.column.cls, normalise.text) if ctx.is_of_class else normalise.text
    value = pl.col("v").cast(pl.String)
    # a value without the form of its class keeps a token of its own
    plain = series.to_frame("v").select(pl.coalesce(form(value), normalise.text(value)).alias("v"))["v"]
    return tokens(plain, ctx.ecb, f"ref\x1f{ctx.domain}\x1f").bin.encode("hex").alias(series.name)


OPERATOR = OperatorSpec(
    Operator.TOKEN,
    "代号：同一接收方内可关联，接收方之间不可关联",
    "token: joins within one receiver's data, never between two receivers",
    apply,
)

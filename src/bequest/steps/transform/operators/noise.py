"""Noise: every number is moved a little, each row by itself, the same whenever the delivery is made again."""

import polars as pl

from bequest.engine.kernels import generalise
from bequest.engine.kernels.cmac import tokens
from bequest.model.disposition import Operator
from bequest.model.reduction import noise_of
from bequest.steps.transform.operator import ColumnContext, OperatorSpec, nothing

_STEPS = 1 << 32


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """The moved number; what is no number is null.

    The draw is a token of the row under the recipient's key: it does not follow the value, so equal values differ, and
    nobody without the key can take it off again. Sums over many rows stay near the truth; one row says little.
    """
    if not ctx.setting:
        return nothing(series)
    place = ctx.row if ctx.row is not None else pl.int_range(len(series), eager=True).cast(pl.String)
    drawn = tokens(place, ctx.ecb, f"noise\x1f{ctx.domain}\x1f{ctx.column.name}\x1f")
    parts = drawn.bin.slice(0, 4).bin.reinterpret(dtype=pl.UInt32, endianness="little")
    amount, relative = noise_of(ctx.setting)
    return generalise.noise(series, parts.cast(pl.Float64) / _STEPS, amount, relative=relative)


OPERATOR = OperatorSpec(
    Operator.NOISE, "加噪：每行的数小幅移动，合计仍近真", "noise: each row's number is moved a little", apply
)

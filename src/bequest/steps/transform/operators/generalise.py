"""Generalise: a coarser value that is still true."""

from collections.abc import Callable
from typing import Final

import polars as pl

from bequest.engine.kernels import mask
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Operator
from bequest.steps.transform.operator import ColumnContext, OperatorSpec


def decade(series: pl.Series) -> pl.Series:
    """An age in years as its ten-year band: 37 → 30-39; what is no age is null."""
    years = pl.col("v").str.normalize("NFKC").str.extract(r"^\s*(\d{1,3})(?:岁)?\s*$").cast(pl.Int32, strict=False)
    start = years // 10 * 10
    band = pl.concat_str(start.cast(pl.Utf8), (start + 9).cast(pl.Utf8), separator="-")
    return series.to_frame("v").select(pl.when(years <= 120).then(band).alias(series.name)).to_series()


def network(series: pl.Series) -> pl.Series:
    """An IPv4 address as its /24 network, IPv6 as its /48; anything else is null."""
    value = pl.col("v").str.strip_chars()
    four = value.str.extract(r"^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$") + ".0/24"
    six = value.str.extract(r"^([0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{1,4}):") + "::/48"
    return series.to_frame("v").select(pl.coalesce(four, six).alias(series.name)).to_series()


_BY_CLASS: Final[dict[FieldClass, Callable[[pl.Series], pl.Series]]] = {
    FieldClass.BIRTHDAY: mask.generalise_birthday,
    FieldClass.ADDRESS: mask.generalise_address,
    FieldClass.REGION: mask.generalise_address,
    FieldClass.AGE: decade,
    FieldClass.IP: network,
}


def apply(series: pl.Series, ctx: ColumnContext) -> pl.Series:
    """The coarser value of the column's class; a class without one gives nothing."""
    coarser = _BY_CLASS.get(ctx.column.cls)
    if coarser is None:
        return pl.Series(series.name, [None], dtype=pl.Utf8).new_from_index(0, len(series))
    return coarser(series)


OPERATOR = OperatorSpec(
    Operator.GENERALISE, "概括：只留年份、地区等", "generalise: only the year, the region and the like", apply
)

"""Generalise: a coarser value that is still true."""

from collections.abc import Callable
from typing import Final

import polars as pl

from bequest.engine.kernels import generalise, mask
from bequest.model.datamap import FieldClass
from bequest.model.disposition import Operator
from bequest.model.reduction import DATE_LEVELS, PLACE_LEVELS, step_of
from bequest.steps.transform.operator import ColumnContext, OperatorSpec, nothing


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
    coarser = _by_setting(ctx) if ctx.setting else _BY_CLASS.get(ctx.column.cls)
    if coarser is None:
        return nothing(series)
    return coarser(series)


def _by_setting(ctx: ColumnContext) -> Callable[[pl.Series], pl.Series] | None:
    """The level that people chose; nothing for what is none (refused when the data map is read)."""
    level, step = ctx.setting, step_of(ctx.setting)
    if level in DATE_LEVELS:
        return lambda s: generalise.generalise_date(s, level)
    if level in PLACE_LEVELS:
        return lambda s: generalise.generalise_place(s, level)
    if step and ctx.column.cls is FieldClass.POSTCODE:
        return lambda s: generalise.leading(s, min(step, 5))
    return (lambda s: generalise.band(s, step)) if step else None


OPERATOR = OperatorSpec(
    Operator.GENERALISE, "概括：只留年份、地区等", "generalise: only the year, the region and the like", apply
)

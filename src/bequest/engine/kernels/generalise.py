"""Coarser values that are still true: dates, places, bands of numbers, leading digits; top coding and noise of numbers.

Null stays null; a value that does not have the form its column promises becomes null: nothing shows more because it is
odd. The hierarchies are date → month → year → decade and address → district → city → province.
"""

import polars as pl

from bequest.engine.kernels import normalise
from bequest.engine.kernels.mask import generalise_address, generalise_birthday

_V = pl.col("v")
_PROVINCE = r"^((?:[^省市区县\d\s]{2,7}(?:省|自治区|特别行政区)|(?:北京|上海|天津|重庆)市?))"
_CITY = r"^((?:[^省市区县\d\s]{2,7}(?:省|自治区|特别行政区))?[^省市区县路街道号村镇\d\s]{2,9}?(?:市|自治州|地区|盟))"
_NUMBER = r"^[+-]?\d{1,15}(?:\.\d{1,6})?$"


def generalise_date(series: pl.Series, level: str) -> pl.Series:
    """A date as its `month` (1990-02), its `year`, or its `decade` (1990-1999)."""
    year = generalise_birthday(series)
    if level == "year":
        return year
    if level == "decade":
        start = pl.col("y").cast(pl.Int32, strict=False) // 10 * 10
        band = pl.concat_str(start.cast(pl.String), (start + 9).cast(pl.String), separator="-")
        return year.alias("y").to_frame().select(band.alias(series.name)).to_series()
    month = normalise.text(_V).str.extract(r"^\d{4}(?:[-/.年]\s*|)(\d{1,2})(?:[-/.月]|\d{2}(?:\D|$))").str.zfill(2)
    frame = pl.DataFrame([series.cast(pl.String).alias("v"), year.alias("y")]).with_columns(month.alias("m"))
    is_month = pl.col("m").cast(pl.Int32, strict=False).is_between(1, 12)
    return frame.select(pl.when(is_month).then(pl.concat_str("y", "m", separator="-")).alias(series.name)).to_series()


def generalise_place(series: pl.Series, level: str) -> pl.Series:
    """Province, city and district at the head of a Chinese address, down to the level; null where it is not there."""
    if level == "district":
        return generalise_address(series)
    head = normalise.text(_V).str.replace_all(r"\s", "").str.extract(_PROVINCE if level == "province" else _CITY)
    return series.cast(pl.String).to_frame("v").select(head.alias(series.name)).to_series()


def band(series: pl.Series, step: int) -> pl.Series:
    """A number as the band it lies in: whole numbers as 30-39, others (and amounts below zero) as [30, 40)."""
    number = _number().cast(pl.Float64, strict=False)
    low = (number / step).floor() * step
    whole = normalise.text(_V).str.contains(r"^\+?\d+$")
    start, end = low.cast(pl.Int64).cast(pl.String), (low + step).cast(pl.Int64).cast(pl.String)
    last = (low + step - 1).cast(pl.Int64).cast(pl.String)
    hyphened = pl.when(whole).then(pl.concat_str(start, last, separator="-"))
    text = hyphened.otherwise(pl.concat_str(pl.lit("["), start, pl.lit(", "), end, pl.lit(")")))
    return series.cast(pl.String).to_frame("v").select(text.alias(series.name)).to_series()


def leading(series: pl.Series, n_digits: int) -> pl.Series:
    """The first digits of a code, a star for each further one: 310012 → 31****."""
    code = normalise.compact(_V).str.extract(r"^(\d{6})$")
    shown = code.str.head(n_digits) + "*" * (6 - n_digits)
    return series.cast(pl.String).to_frame("v").select(shown.alias(series.name)).to_series()


def cap(series: pl.Series, low: float | None, high: float | None) -> pl.Series:
    """A number beyond a bound is the bound; others stay as they were written."""
    number = _number()
    value = number.cast(pl.Float64, strict=False)
    shown: pl.Expr = pl.when(value.is_not_null()).then(number)
    if high is not None:
        shown = pl.when(value > high).then(pl.lit(_plain(high))).otherwise(shown)
    if low is not None:
        shown = pl.when(value < low).then(pl.lit(_plain(low))).otherwise(shown)
    return series.cast(pl.String).to_frame("v").select(shown.alias(series.name)).to_series()


def noise(series: pl.Series, draws: pl.Series, amount: float, *, relative: bool) -> pl.Series:
    """A number moved by at most `amount` (`relative`: that part of itself), evenly, in its own number of decimals.

    `draws`: one number in [0, 1) a row. What was not below zero stays so.
    """
    number = _number()
    value = number.cast(pl.Float64, strict=False)
    reach = value.abs() * amount if relative else pl.lit(amount)
    moved = value + (pl.col("d") * 2 - 1) * reach
    moved = pl.when(value >= 0).then(moved.clip(lower_bound=0)).otherwise(moved)
    decimals = number.str.extract(r"\.(\d+)$").str.len_chars().fill_null(0).alias("n")
    frame = pl.DataFrame([series.cast(pl.String).alias("v"), draws.cast(pl.Float64).alias("d")])
    frame = frame.with_columns(moved.alias("m"), decimals)
    shown = pl.lit(None, pl.String)
    for n in range(7):  # one pass for each number of decimals that a number may have
        fixed = pl.col("m").round(n)
        text = fixed.cast(pl.Int64, strict=False).cast(pl.String) if not n else _decimals(fixed, n)
        shown = pl.when(pl.col("n") == n).then(text).otherwise(shown)
    return frame.select(shown.alias(series.name)).to_series()


def _decimals(number: pl.Expr, n: int) -> pl.Expr:
    """A number with exactly n decimals, without exponent."""
    return number.cast(pl.Decimal(28, n), strict=False).cast(pl.String)


def _number() -> pl.Expr:
    """The text of a number, without thousands separators; null for anything else."""
    plain = normalise.text(_V).str.replace_all(",", "", literal=True)
    return pl.when(plain.str.contains(_NUMBER)).then(plain)


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")

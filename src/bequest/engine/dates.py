"""Dates as real tables write them, read in bulk; ages in whole years on a given date."""

from datetime import date

import polars as pl

_DAY = r"^\s*(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})"
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T][0-9:.]*)?$"
_PLACEHOLDERS = (date(1900, 1, 1), date(1970, 1, 1), date(1, 1, 1), date(9999, 12, 31))
"""Dates that systems write for "unknown": they say nothing about a person's age."""


def parse_date(text: pl.Expr, zone: str) -> pl.Expr:
    """The calendar date in text such as 2026-01-05, 2026/1/5, 2026年1月5日, 20260105, with or without a time.

    A time with an explicit zone (`Z` or an offset) is first brought to `zone`; a naive one is taken as local there.
    What is no date is null.
    """
    return text.map_batches(lambda s: _dates(s, zone), return_dtype=pl.Date, is_elementwise=True)


def _dates(text: pl.Series, zone: str) -> pl.Series:
    """Most columns hold ISO dates without a zone throughout: these are cut out, only the others looked at closely."""
    plain = text.str.contains(_ISO).fill_null(False)
    dates = text.set(~plain, None).str.head(10).str.to_date("%Y-%m-%d", strict=False)
    odd = (~plain & text.is_not_null()).arg_true()
    return dates.scatter(odd, _odd_dates(text.gather(odd), zone)) if len(odd) else dates


def _odd_dates(text: pl.Series, zone: str) -> pl.Series:
    wide = text.str.normalize("NFKC")
    padded = [pl.col(f"{i}").str.zfill(4 if i == 1 else 2) for i in (1, 2, 3)]
    parts = wide.str.extract_groups(_DAY).struct.unnest()
    dates = parts.select(pl.concat_str(padded, separator="-").str.to_date("%Y-%m-%d", strict=False)).to_series()
    zoned = wide.str.contains(r"\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$").arg_true()
    if not len(zoned):
        return dates
    instants = wide.gather(zoned).str.replace(" ", "T", literal=True).str.to_datetime(strict=False, time_zone="UTC")
    days = instants.dt.convert_time_zone(zone).dt.date()
    return dates.scatter(zoned, pl.select(pl.coalesce(days, dates.gather(zoned))).to_series())


def age_band(born: pl.Expr, on: date, child_age: int, minor_age: int) -> pl.Expr:
    """The band of a birth date: `under_14`, `14_17` or `adult`; null where it says nothing.

    `child_age` and `minor_age` come from the law pack (PIPL Art. 31; minors' protection): in whole years on `on`.
    """
    years = on.year - born.dt.year()
    had_birthday = (born.dt.month() * 100 + born.dt.day()) <= on.month * 100 + on.day
    age = years - (~had_birthday).cast(pl.Int32)
    usable = born.is_not_null() & ~born.is_in(list(_PLACEHOLDERS)) & (born <= on) & (age <= 120)
    return (
        pl.when(usable & (age < child_age))
        .then(pl.lit("under_14"))
        .when(usable & (age < minor_age))
        .then(pl.lit("14_17"))
        .when(usable)
        .then(pl.lit("adult"))
    )

"""Masks and generalisations of whole columns: what a receiver gets where a column is needed only in reduced form.

Null stays null and blank stays as it is. A value that does not have the form its column promises is hidden whole: a
mask never shows more because the value is odd.
"""

import polars as pl

from bequest.engine.kernels import normalise

HIDDEN = "****"
_VALUE, _FORM = pl.col("value"), pl.col("form")
_PROVINCE = r"(?:[^省市区县\d\s]{2,7}(?:省|自治区|特别行政区))?"
_CITY = r"(?:[^省市区县路街道号村镇\d\s]{2,9}?(?:市|自治州|地区|盟))?"
_DISTRICT = r"(?:[^省市区县旗路街道号村镇弄巷里小园社\d\s]{1,8}?(?:区|县|旗|市))?"


def mask_phone(series: pl.Series) -> pl.Series:
    """138****0001; a landline keeps its area code and last four digits: 010****6666."""
    text = series.cast(pl.String)
    tidy = text.str.contains(r"^1[3-9]\d{9}$")
    short = text.str.head(3) + "****" + text.str.tail(4)
    if tidy.all(ignore_nulls=True):
        return short.rename(series.name)
    rest = text.to_frame("v").select(pl.when(~pl.lit(tidy)).then("v"))["v"]
    number = normalise.phone(_VALUE).str.replace(r"-.*$", "")
    form = _FORM.str.replace(r"^(1\d{2}|0(?:10|2\d)|0[3-9]\d{2})\d+(\d{4})$", "${1}****${2}")
    return short.zip_with(tidy.fill_null(False), _masked(rest, number, form)).rename(series.name)


def mask_waybill_phone(series: pl.Series) -> pl.Series:
    """*******0001: at least six digits hidden, the last four shown; a shorter number is hidden whole."""
    number = normalise.phone(_VALUE).str.replace(r"-.*$", "").str.extract(r"^(\d{10,12})$")
    hidden = _FORM.str.head(_FORM.str.len_chars() - 4).str.replace_all(r".", "*")
    return _masked(series, number, hidden + _FORM.str.tail(4))


def mask_id(series: pl.Series) -> pl.Series:
    """110101********1234; of 15 digits the first six and the last four."""
    number = normalise.compact(_VALUE).str.extract(r"^(\d{17}[\dX]|\d{15})$")
    return _masked(series, number, _FORM.str.head(6) + _stars(10) + _FORM.str.tail(4))


def mask_card(series: pl.Series) -> pl.Series:
    """First and last four digits of a card number of 12 to 19 digits, its length kept."""
    number = normalise.compact(_VALUE).str.extract(r"^(\d{12,19})$")
    return _masked(series, number, _FORM.str.head(4) + _stars(8) + _FORM.str.tail(4))


def mask_name(series: pl.Series) -> pl.Series:
    """First character of a Chinese name and one star for each other, at most three; a Latin one always with three."""
    stars = (
        pl.when(_FORM.str.contains(r"^\p{Han}"))
        .then(_FORM.str.replace_all(r"\s", "").str.slice(1, 3).str.replace_all(r".", "*"))
        .otherwise(pl.lit("***"))
    )
    return _masked(series, normalise.text(_VALUE), _FORM.str.head(1) + stars)


def mask_email(series: pl.Series) -> pl.Series:
    """First character of the mailbox and the domain: a***@example.com."""
    return _masked(series, normalise.email(_VALUE), _FORM.str.head(1) + "***" + _FORM.str.extract(r"(@.*)$"))


def mask_other(series: pl.Series) -> pl.Series:
    """Any value hidden whole: only that there was one."""
    return _masked(series, pl.lit(None, pl.String), _FORM)


def generalise_birthday(series: pl.Series) -> pl.Series:
    """The year of a date; null where no year can be told."""
    year = pl.coalesce(
        _FORM.str.extract(r"^((?:18|19|20)\d{2})(?:\D|\d{4}(?:\D|$)|$)"),
        _FORM.str.extract(r"\D((?:18|19|20)\d{2})$"),
    )
    return _formed(series, normalise.text(_VALUE)).select(year).to_series().rename(series.name)


def generalise_address(series: pl.Series) -> pl.Series:
    """Province, city and district at the head of a Chinese address; null where none is recognised."""
    region = normalise.text(_VALUE).str.replace_all(r"\s", "").str.extract(rf"^({_PROVINCE}{_CITY}{_DISTRICT})")
    return _formed(series, region).select(pl.when(_FORM != "").then(_FORM)).to_series().rename(series.name)


def _stars(kept: int) -> pl.Expr:
    return _FORM.str.slice(kept).str.replace_all(r".", "*")


def _formed(series: pl.Series, form: pl.Expr) -> pl.DataFrame:
    """The values beside the form a mask is made from, computed once."""
    return series.cast(pl.String).to_frame("value").with_columns(form=form)


def _masked(series: pl.Series, form: pl.Expr, mask: pl.Expr) -> pl.Series:
    blank = _VALUE.is_null() | (_VALUE.str.strip_chars() == "")
    shown = pl.when(blank).then(_VALUE).otherwise(pl.coalesce(mask, pl.lit(HIDDEN)))
    return _formed(series, form).select(shown).to_series().rename(series.name)

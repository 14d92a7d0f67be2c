"""One spelling for each identifier: full-width digits, separators and country codes away; what is not valid is null.

The functions take and return Polars expressions and are pure. Inside they work stage by stage on columns: an
expression that names its input several times would be computed several times, and plain values take a short way.
Two values are the same identifier exactly when their normal forms are equal; a damaged value (rounded or written with
an exponent by a spreadsheet) has none, so that nothing is ever linked on it.
"""

from collections.abc import Callable
from functools import reduce
from operator import add

import polars as pl

SEPARATORS = r"[\s\-.()·_/\u{2010}-\u{2015}\u{2212}\u{200B}-\u{200D}\u{FEFF}]"
"""What people put between digits, after NFKC (which has already made full-width signs plain)."""

PROVINCES = (
    "11|12|13|14|15|21|22|23|31|32|33|34|35|36|37|41|42|43|44|45|46|50|51|52|53|54|61|62|63|64|65|71|81|82|83|91"
)
"""First two digits of an area code (GB/T 2260). Finer codes change with the years and are not checked."""

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_CHARACTERS = "10X98765432"
_FILLERS = ("无", "未知", "匿名", "测试", "先生", "女士", "个人", "本人")
_NO_NAMES = (*_FILLERS, "test", "null", "none", "nan", "n/a", "na", "unknown")
_MOBILE = r"^1[3-9]\d{9}$"
_PLAIN_NAME = r"^[\u{4E00}-\u{9FFF}]+$"
_COMPANY = (
    r"(?:公司|集团|合伙企业|个体工商户|经营部|事务所|合作社|工厂)(?:\(.*\))?$"
    r"|\b(?:inc|ltd|llc|gmbh|corp|plc|s\.a\.)\.?$"
)
_NEEDS_NFKC = r"[^\x00-\x7F\u{4E00}-\u{9FFF}]"
_LANDLINE = r"^(?:0(?:10|2\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7})$"
_EXTENSION = r"\s*(?:-+|转|分机|[xX#]|[eE][xX][tT]\.?)\s*(\d{1,6})$"


def text(expr: pl.Expr) -> pl.Expr:
    """Compatibility form (NFKC: full-width to plain), outer white space away; empty → null."""
    return _column(expr, _text)


def digits(expr: pl.Expr) -> pl.Expr:
    """Only the digits of the value, in plain form; none → null."""
    return _column(expr, lambda s: _filled(_text(s).str.replace_all(r"[^0-9]", "")))


def compact(expr: pl.Expr) -> pl.Expr:
    """Compatibility form without spaces, dashes, dots and brackets, in upper case; nothing left → null."""
    return _column(expr, _compact)


def mobile(expr: pl.Expr) -> pl.Expr:
    """Mobile number of mainland China: 11 digits that begin 13 to 19, without +86, 0086 or 86."""
    return _column(expr, _mobile)


def landline(expr: pl.Expr) -> pl.Expr:
    """Landline of mainland China: area code with its 0 and the number; an extension follows after a `-`."""
    return _column(expr, _landline)


def phone(expr: pl.Expr) -> pl.Expr:
    """Mobile or landline number in normal form; anything else → null."""
    return _column(expr, lambda s: _settle(_mobile(s), s, _landline))


def email(expr: pl.Expr) -> pl.Expr:
    """E-mail address in lower case, without `mailto:` or angle brackets."""
    return _column(expr, _email)


def name(expr: pl.Expr) -> pl.Expr:
    """Name of a person: inner spaces of Chinese names away, Latin ones in lower case with single spaces.

    What is no name is null: no letter in it, digits, masked (张*), or a filler such as 未知.
    """
    return _column(expr, _name)


def names_somebody(expr: pl.Expr) -> pl.Expr:
    """Whether a name stands there that may be a person's: neither a filler nor a company's, by its legal form."""
    return expr.cast(pl.String).map_batches(_names_somebody, return_dtype=pl.Boolean, is_elementwise=True)


def bank_card(expr: pl.Expr) -> pl.Expr:
    """Bank card number: 13 to 19 digits with a valid Luhn check digit (ISO/IEC 7812-1)."""
    return _column(expr, _bank_card)


def national_id(expr: pl.Expr) -> pl.Expr:
    """Resident identity number (GB 11643-1999), 18 characters; one of 15 digits is brought to 18 (born 19xx).

    Null where the check character, the date of birth or the province is not valid, and where the value is damaged.
    """
    return _column(expr, _national_id)


def is_damaged(expr: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet has damaged the number: an exponent, or 18 digits of which it kept 15 (the rest 000)."""
    return expr.map_batches(_is_damaged, return_dtype=pl.Boolean, is_elementwise=True)


def birth_date_from_id(expr: pl.Expr) -> pl.Expr:
    """Date of birth inside a valid resident identity number, else null."""
    return born_by(national_id(expr))


def born_by(valid: pl.Expr) -> pl.Expr:
    """Date of birth inside a resident identity number in normal form (see `national_id`)."""
    return valid.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)


def valid_national_id(series: pl.Series) -> pl.Series:
    """Whether each value is a valid resident identity number; null stays null."""
    right = _national_id(series.cast(pl.String)).is_not_null()
    return right.zip_with(series.is_not_null(), _nothing(series, pl.Boolean)).rename(series.name)


def _column(expr: pl.Expr, stages: Callable[[pl.Series], pl.Series]) -> pl.Expr:
    return expr.cast(pl.String).map_batches(stages, return_dtype=pl.String, is_elementwise=True)


def _nothing(series: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    return pl.Series(series.name, [None], dtype=dtype).new_from_index(0, len(series))


def _only(series: pl.Series, keep: pl.Series) -> pl.Series:
    """The values where `keep` is true, else null."""
    return series.zip_with(keep.fill_null(False), _nothing(series, pl.String))


def _matching(series: pl.Series, pattern: str) -> pl.Series:
    return _only(series, series.str.contains(pattern))


def _filled(series: pl.Series) -> pl.Series:
    return _only(series, series != "")


def _settle(settled: pl.Series, series: pl.Series, stages: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """The settled values; for the others that have a value, what the stages make of it."""
    open_rows = (settled.is_null() & series.is_not_null()).arg_true()
    if not len(open_rows):
        return settled
    return settled.scatter(open_rows, stages(series.gather(open_rows)))


def _text(series: pl.Series) -> pl.Series:
    odd = series.str.contains(_NEEDS_NFKC).fill_null(False)
    if odd.any():
        rows = odd.arg_true()
        series = series.clone().scatter(rows, series.gather(rows).str.normalize("NFKC"))
    return _filled(series.str.strip_chars())


def _compact(series: pl.Series) -> pl.Series:
    return _filled(_text(series).str.replace_all(SEPARATORS, "").str.to_uppercase())


def _mobile(series: pl.Series) -> pl.Series:
    return _settle(_matching(series, _MOBILE), series, _untidy_mobile)


def _untidy_mobile(series: pl.Series) -> pl.Series:
    # a number column that went through a float carries ".0": exact, hence taken
    whole = _text(series).str.replace(r"^(\d{11,13})\.0+$", "${1}")
    bare = whole.str.replace_all(SEPARATORS, "").str.replace(r"^(?:\+|00)?86(1[3-9]\d{9})$", "${1}")
    return _matching(bare, _MOBILE)


def _landline(series: pl.Series) -> pl.Series:
    plain = _text(series).str.replace(r"^\(?(?:(?:\+|00)86|86[\s\-])\)?[\s\-]*\(?0?", "0")
    whole = _matching(plain.str.replace_all(SEPARATORS, ""), _LANDLINE)
    return _settle(whole, plain, _with_extension)


def _with_extension(plain: pl.Series) -> pl.Series:
    body = _matching(plain.str.replace(_EXTENSION, "").str.replace_all(SEPARATORS, ""), _LANDLINE)
    return body + "-" + plain.str.extract(_EXTENSION)


def _email(series: pl.Series) -> pl.Series:
    plain = _text(series).str.to_lowercase().str.replace(r"^mailto:", "").str.strip_chars("<> ")
    return _matching(plain, r"^[a-z0-9._%+\-]+@[a-z0-9\-]+(?:\.[a-z0-9\-]+)*\.[a-z]{2,}$")


def _name(series: pl.Series) -> pl.Series:
    return _settle(_only(series, series.str.contains(_PLAIN_NAME) & ~series.is_in(_NO_NAMES)), series, _untidy_name)


def _untidy_name(series: pl.Series) -> pl.Series:
    plain = _text(series).str.replace_all(r"[\u{200B}-\u{200D}\u{FEFF}]", "").str.replace_all(r"[•・‧∙⋅]", "·")
    single = plain.str.replace_all(r"\s+", " ").str.to_lowercase()
    chinese = single.str.contains(r"\p{Han}").fill_null(False)
    joined = single.str.replace_all(" ", "", literal=True).zip_with(chinese, single)
    usable = joined.str.contains(r"\p{L}") & ~joined.str.contains(r"[\d*?@]") & ~joined.is_in(_NO_NAMES)
    return _only(joined, usable)


def _names_somebody(series: pl.Series) -> pl.Series:
    plain = _text(series).str.to_lowercase()
    return (plain.is_not_null() & ~plain.is_in(_NO_NAMES) & ~plain.str.contains(_COMPANY)).fill_null(False)


def _bank_card(series: pl.Series) -> pl.Series:
    number = _matching(_compact(series), r"^[1-9]\d{12,18}$")
    value = number.cast(pl.UInt64)
    # from the right every second digit counts double, and its digits are added
    places = [(value // 10**i) % 10 for i in range(19)]
    doubled = [d * 2 - (d > 4).cast(pl.UInt64) * 9 for d in places[1::2]]
    total = reduce(add, [*places[0::2], *doubled])
    return _only(number, total % 10 == 0)


def _national_id(series: pl.Series) -> pl.Series:
    bare = _compact(_only(series, ~_is_damaged(series)))
    long = _matching(bare, rf"^(?:{PROVINCES})\d{{15}}[\dX]$")
    short = _matching(bare, rf"^(?:{PROVINCES})\d{{13}}$")
    body = long.str.head(17).zip_with(long.is_not_null(), short.str.head(6) + "19" + short.str.tail(9))
    check = _check_character(body)
    right = _has_date(body) & (long.is_null() | (long.str.tail(1) == check))
    return _only(body + check, right)


def _is_damaged(series: pl.Series) -> pl.Series:
    pattern = r"^(?:\d(?:\.\d+)?[eE]\+?\d+|[1-9]\d{14}000)$"
    return _text(series.cast(pl.String)).str.contains(pattern).fill_null(False)


def _check_character(body: pl.Series) -> pl.Series:
    """ISO 7064 MOD 11-2 over 17 digits, done in integers."""
    value = body.cast(pl.Int64)
    total: pl.Series = reduce(add, [((value // 10 ** (16 - i)) % 10) * w for i, w in enumerate(ID_WEIGHTS)])
    return (total % 11).replace_strict(dict(enumerate(ID_CHECK_CHARACTERS)), default=None, return_dtype=pl.String)


def _has_date(body: pl.Series) -> pl.Series:
    born = body.str.slice(6, 8)
    real = born.str.to_date("%Y%m%d", strict=False).is_not_null()
    return born.str.contains(r"^(?:18|19|20)").fill_null(False) & real

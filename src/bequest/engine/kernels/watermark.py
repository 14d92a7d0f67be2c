"""Watermarks: the lowest bit of a number, or of the seconds of a time, says for whom a delivery was made.

A row's bit is drawn under the delivery's key from another value of the row, its *anchor* (a phone, a token …), so
that it is found again in part of the rows, in any order, in another spelling. A marked value differs by at most one
second or one unit. Without the key a mark looks like chance; in data that were not so marked each bit fits with a
chance of one half, which makes the probability of accusing wrongly a plain binomial tail.
"""

import math

import polars as pl

from bequest.engine.kernels.cmac import Ecb, tokens

_V = pl.col("v")
_SECONDS = r"^(.*\d{1,2}:\d{2}:\d)(\d)(\D.*)?$"
_WHOLE = r"^(\s*[+-]?\d*)(\d)(\s*)$"


def anchor_form(series: pl.Series) -> pl.Series:
    """An anchor without spaces, marks and case, as it is compared; nothing for fewer than six characters."""
    form = _V.cast(pl.String).str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}*]", "")
    form = form.str.replace(r"^(?:00)?86(1\d{10})$", "${1}")
    return series.to_frame("v").select(pl.when(form.str.len_chars() >= 6).then(form).alias(series.name)).to_series()


def mark(values: pl.Series, anchors: pl.Series, ecb: Ecb) -> pl.Series:
    """The values with the bit of their rows; those without a bit to set, or an anchor, stay as they are."""
    frame = pl.DataFrame([values.cast(pl.String).alias("v"), _bits(anchors, ecb).alias("b")])
    parts = [_V.str.extract(pattern, 2).cast(pl.Int64, strict=False) for pattern in (_SECONDS, _WHOLE)]
    seconds, whole = (pl.concat_str(_V.str.extract(p, 1), _even(n), _V.str.extract(p, 3).fill_null(""))
                      for p, n in zip((_SECONDS, _WHOLE), parts, strict=True))  # fmt: skip
    marked = pl.coalesce(seconds, whole)
    return frame.select(
        pl.when(pl.col("b").is_not_null()).then(pl.coalesce(marked, _V)).otherwise(_V).alias(values.name)
    )[values.name]


def agreement(values: pl.Series, anchors: pl.Series, ecb: Ecb) -> tuple[int, int]:
    """How many bits fit, of how many there are: one row for each anchor, so that each is a coin of its own."""
    found = (
        pl.DataFrame([bit_of(values).alias("v"), anchor_form(anchors).alias("a")])
        .drop_nulls()
        .unique(["a"], keep="first", maintain_order=True)
    )
    if not found.height:
        return 0, 0
    fits = found["v"] == _bits(found["a"], ecb)
    return int(fits.sum()), found.height


def bit_of(values: pl.Series) -> pl.Series:
    """The lowest bit of each value that has one."""
    digit = pl.coalesce(_V.str.extract(_SECONDS, 2), _V.str.extract(_WHOLE, 2)).cast(pl.Int8, strict=False)
    return values.cast(pl.String).to_frame("v").select((digit % 2).cast(pl.UInt8).alias(values.name)).to_series()


def chance(fits: int, rows: int) -> float:
    """The probability that at least so many of the rows fit by chance: the upper tail of a fair binomial."""
    if fits <= 0:
        return 1.0
    if rows <= 1_000:
        ways: int = sum(math.comb(rows, i) for i in range(fits, rows + 1))
        return float(min(1.0, ways / (1 << rows)))
    gap = fits / rows - 0.5
    return 1.0 if gap <= 0 else math.exp(-2 * rows * gap * gap)  # Hoeffding: never below the true tail


def _even(digit: pl.Expr) -> pl.Expr:
    """The digit with the row's bit as its lowest one."""
    return (digit - digit % 2 + pl.col("b").cast(pl.Int64)).cast(pl.String)


def _bits(anchors: pl.Series, ecb: Ecb) -> pl.Series:
    tag = tokens(anchor_form(anchors), ecb, "watermark\x1f")
    return tag.bin.slice(0, 1).bin.reinterpret(dtype=pl.UInt8) % 2

"""Identifiers as Chinese systems hold them, made in bulk: valid ones, and the ways in which people spoil them."""

import numpy as np
import polars as pl

from bequest.demo.draws import Draws, Ints, take
from bequest.demo.words import REGIONS

MOBILE_PREFIXES = (
    130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 150, 151, 152, 153, 155, 156, 157, 158, 159, 166, 170, 171, 173,
    175, 176, 177, 178, 180, 181, 182, 183, 184, 185, 186, 187, 188, 189, 191, 193, 195, 196, 197, 198, 199,
)  # fmt: skip
_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_ID_CHECK = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28], dtype=np.int64)
_ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_FULL_WIDTH = dict(zip("0123456789", "０１２３４５６７８９", strict=True))


def _digits(text: pl.Series, width: int) -> Ints:
    """Digits of texts of equal width as a matrix."""
    raw = np.frombuffer("".join(text.to_list()).encode("ascii"), dtype=np.uint8)
    return raw.reshape(len(text), width).astype(np.int64) - ord("0")


def mobiles(draws: Draws, n: int) -> pl.Series:
    """Different mobile numbers of 11 digits on prefixes in use."""
    tails = draws.distinct(0, 100_000_000 * len(MOBILE_PREFIXES), n)
    prefixes = np.array(MOBILE_PREFIXES, dtype=np.int64)[tails % len(MOBILE_PREFIXES)]
    return pl.Series(prefixes * 100_000_000 + tails // len(MOBILE_PREFIXES)).cast(pl.Utf8)


def resident_ids(draws: Draws, born: pl.Series, female: pl.Series, region: Ints) -> pl.Series:
    """A different valid resident identity number per person (GB 11643-1999).

    None ends in three zeros: such a one could not be told from a number rounded by a spreadsheet.
    """
    n = len(born)
    head = pl.DataFrame([take([r[0] for r in REGIONS], region).alias("r"), born.dt.strftime("%Y%m%d").alias("b")])
    prefix = head.select(pl.concat_str("r", "b"))["r"]
    order = np.empty(n, dtype=np.int64)
    parity = (~female).cast(pl.Int64).to_numpy()
    todo = np.arange(n)
    while len(todo):
        order[todo] = draws.whole(1, 99, len(todo)) * 10 + draws.whole(0, 5, len(todo)) * 2 + parity[todo]
        pairs = pl.DataFrame({"p": prefix, "o": order})
        taken = pairs.select(~pl.struct("p", "o").is_first_distinct()).to_series().to_numpy()
        todo = np.flatnonzero(taken | (order % 100 == 0))
    body = prefix + pl.Series(order).cast(pl.Utf8).str.zfill(3)
    return body + take(list(_ID_CHECK), _digits(body, 17) @ _ID_WEIGHTS % 11)


def is_valid_resident_id(ids: pl.Series) -> pl.Series:
    """True where 18 characters carry the right check character (ISO 7064 MOD 11-2)."""
    shaped = ids.str.contains(r"^\d{17}[\dX]$").fill_null(False)
    safe = ids.set(~shaped, "1" * 18)
    expected = take(list(_ID_CHECK), _digits(safe.str.slice(0, 17), 17) @ _ID_WEIGHTS % 11)
    return shaped & (expected == safe.str.slice(17))


def fifteen_digits(ids: pl.Series) -> pl.Series:
    """The form of the number before 1999: no century, no check character."""
    return ids.str.slice(0, 6) + ids.str.slice(8, 9)


def wrong_check(ids: pl.Series) -> pl.Series:
    """The number with a check character that is not its own."""
    wrong = {c: _ID_CHECK[(i + 4) % 11] for i, c in enumerate(_ID_CHECK)}
    return ids.str.slice(0, 17) + ids.str.slice(17).replace_strict(wrong, return_dtype=pl.Utf8)


def rounded(ids: pl.Series) -> pl.Series:
    """The number as a spreadsheet keeps it: fifteen digits and three zeros."""
    return ids.str.slice(0, 15) + "000"


def exponent(text: pl.Series) -> pl.Series:
    """The number as a spreadsheet shows it, such as 1.38012E+10."""
    return text.str.slice(0, 1) + "." + text.str.slice(1, 5) + "E+" + (text.str.len_chars() - 1).cast(pl.Utf8)


def credit_codes(draws: Draws, n: int) -> pl.Series:
    """Unified social credit codes with right check characters (GB 32100-2015, GB 11714-1997)."""
    org = draws.distinct(10_000_000, 100_000_000, n)
    org_text = pl.Series(org).cast(pl.Utf8)
    org_check = (11 - _digits(org_text, 8) @ _ORG_WEIGHTS % 11) % 11
    region = take([r[0] for r in REGIONS], draws.whole(0, len(REGIONS) - 3, n))
    body = "91" + region + org_text + take([*"0123456789X"], org_check)
    raw = np.frombuffer("".join(body.to_list()).encode("ascii"), dtype=np.uint8).reshape(n, 17)
    values = np.zeros(128, dtype=np.int64)
    values[[ord(c) for c in _USCC_ALPHABET]] = np.arange(len(_USCC_ALPHABET))
    check = (31 - values[raw] @ _USCC_WEIGHTS % 31) % 31
    return body + take(list(_USCC_ALPHABET), check)


def spell_phones(draws: Draws, phones: pl.Series, *, plain: float = 0.7) -> pl.Series:
    """Phones as people type them: +86, spaces, dashes, full-width digits. Null stays null."""
    style = draws.rng.choice(6, len(phones), p=[plain, *([(1 - plain) / 5] * 5)])
    p = pl.col("p")
    a, b, c = p.str.slice(0, 3), p.str.slice(3, 4), p.str.slice(7)
    spelled = (
        pl.when(pl.col("s") == 1)
        .then(pl.concat_str(pl.lit("+86"), p))
        .when(pl.col("s") == 2)
        .then(pl.concat_str(pl.lit("+86 "), a, pl.lit(" "), b, pl.lit(" "), c))
        .when(pl.col("s") == 3)
        .then(pl.concat_str(a, pl.lit("-"), b, pl.lit("-"), c))
        .when(pl.col("s") == 4)
        .then(pl.concat_str(a, pl.lit(" "), b, pl.lit(" "), c))
        .when(pl.col("s") == 5)
        .then(p.str.replace_many(_FULL_WIDTH))
        .otherwise(p)
    )
    return pl.DataFrame([phones.alias("p"), pl.Series("s", style)]).select(spelled.alias("p"))["p"]


def spell_names(draws: Draws, names: pl.Series, *, plain: float = 0.8) -> pl.Series:
    """Names as people type them: spaces inside, before and behind, plain and full-width."""
    style = draws.rng.choice(4, len(names), p=[plain, *([(1 - plain) / 3] * 3)])
    n = pl.col("n")
    spelled = (
        pl.when(pl.col("s") == 1)
        .then(pl.concat_str(n.str.slice(0, 1), pl.lit(" "), n.str.slice(1)))
        .when(pl.col("s") == 2)
        .then(pl.concat_str(n.str.slice(0, 1), pl.lit("\u3000"), n.str.slice(1)))
        .when(pl.col("s") == 3)
        .then(pl.concat_str(pl.lit(" "), n, pl.lit(" ")))
        .otherwise(n)
    )
    return pl.DataFrame([names.alias("n"), pl.Series("s", style)]).select(spelled.alias("n"))["n"]

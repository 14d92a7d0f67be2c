"""What the verifier takes for an identifier: the normal form of known values, column by column, and how they look.

There are two independent ways to the same normal form: `known` goes by the class of the column, `finder` by the text
alone. The positive control holds one against the other. Kinds: phone, id, card (also account numbers), email, code
(user and order numbers, devices, social accounts, addresses of machines), text (passwords and long free values, whole).
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.model.datamap import FieldClass

PHONE, ID, CARD, EMAIL, CODE, TEXT = "phone", "id", "card", "email", "code", "text"
KINDS: Final = (PHONE, ID, CARD, EMAIL, CODE, TEXT)
"""A kind's place here is its number in columns."""

KNOWN: Final = {"kind": pl.UInt8, "normal": pl.String}
"""Schema of known values."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the known values look like, without saying any: only candidates that look alike are worth a token.

    `shapes` are codes with every letter and digit as `x`, `code_lengths` those of nothing but letters and digits;
    `text_lengths` and `wide_lengths` are of whole texts in ASCII and beyond; `mails` are lengths of mailbox and top
    domain, for bytes.
    """

    kinds: frozenset[str] = frozenset()
    shapes: frozenset[str] = frozenset()
    code_lengths: frozenset[int] = frozenset()
    card_lengths: frozenset[int] = frozenset()
    text_lengths: frozenset[int] = frozenset()
    wide_lengths: frozenset[int] = frozenset()
    word_lengths: frozenset[int] = frozenset()
    """Of texts that are one word, such as passwords: these are also looked for inside other text."""
    has_wide_codes: bool = False
    """Whether a code has letters beyond ASCII."""
    mails: frozenset[tuple[int, int]] = frozenset()

    def __or__(self, other: "Profile") -> "Profile":
        """What the values of both look like."""
        return Profile(*(getattr(self, f.name) | getattr(other, f.name) for f in fields(self)))


_CODES = frozenset(
    {
        FieldClass.USER_ID,
        FieldClass.USERNAME,
        FieldClass.ORDER_NO,
        FieldClass.TRACKING_NUMBER,
        FieldClass.SOCIAL_ID,
        FieldClass.DEVICE_ID,
        FieldClass.PASSPORT,
        FieldClass.LICENSE_PLATE,
        FieldClass.IP,
    }
)
_TEXTS = frozenset({FieldClass.PASSWORD_SECRET, FieldClass.FREE_TEXT, FieldClass.OTHER_PI})
_NUMBERS = frozenset({FieldClass.BANK_CARD, FieldClass.ACCOUNT_NUMBER})
_PHONES = frozenset({FieldClass.PHONE, FieldClass.LANDLINE})
SEARCHABLE: Final = _CODES | _TEXTS | _NUMBERS | _PHONES | {FieldClass.EMAIL, FieldClass.NATIONAL_ID}
"""Classes whose values can be searched one by one; all others (names, addresses, images …) cannot."""

OWN_KINDS: Final[dict[FieldClass, frozenset[str]]] = {
    **dict.fromkeys(_CODES, frozenset({CODE})),
    **dict.fromkeys(_TEXTS, frozenset({PHONE, ID, CARD, EMAIL, CODE, TEXT})),
    **dict.fromkeys(_NUMBERS, frozenset({CARD, CODE})),
    **dict.fromkeys(_PHONES, frozenset({PHONE})),
    FieldClass.EMAIL: frozenset({EMAIL}),
    FieldClass.NATIONAL_ID: frozenset({ID}),
}
PLAIN: Final = frozenset(
    {
        FieldClass.NOT_PI,
        FieldClass.ORDER_NO,
        FieldClass.TRACKING_NUMBER,
        FieldClass.POSTCODE,
        FieldClass.REGION,
        FieldClass.AGE,
        FieldClass.GENDER,
        FieldClass.BIRTHDAY,
        FieldClass.INCOME_ASSETS,
        FieldClass.TAX_ID,
        FieldClass.USCC,
    }
)
"""Classes that identify nobody by phone, card or mail: a whole cell there that equals one is taken for coincidence."""

LONG_TEXT = 8
SHORTEST = 6
LONGEST_CODE = 64
_LONGEST_TEXT = 100_000

_STRIPPED = "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_SEPARATORS = r"[ \t\n\r\f\v\-.·()_/]"
_MOBILE = r"^1[3-9][0-9]{9}$"
_FIXED = r"^(?:0(?:10|2[0-9])[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8})$"
_EXTENSION = r"(?i)(?:\s*(?:转|分机|ext\.?|x|#)\s*|-)[0-9]{1,6}$"
_ID = r"^[1-9][0-9]{16}[0-9X]$"
_OLD_ID = r"^[1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}$"
_EMAIL = r"^[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}$"
_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
_CHECKS = np.array(list("10X98765432"))
_NO_TEXT = pl.lit(None, pl.String)


def plain(values: pl.Series) -> pl.Series:
    """Compatibility form (NFKC), outer white space away."""
    odd = values.str.contains(r"[^\x00-\x7f]").fill_null(value=False).arg_true()
    if len(odd):
        values = values.clone().scatter(odd, values.gather(odd).str.normalize("NFKC"))
    return values.str.strip_chars(_STRIPPED)


def is_filled(values: pl.Series) -> pl.Series:
    """Whether anything but white space stands in each value; false for null."""
    return (values.str.strip_chars(_STRIPPED) != "").fill_null(value=False)


def known(cls: FieldClass, values: pl.Series) -> pl.DataFrame:
    """The normal forms of values of a column of this class, row by row (schema `KNOWN`).

    Null where a value is damaged or too short to be searched.
    """
    text = plain(values)
    if cls in _PHONES:
        return _of(PHONE, _phone(text))
    if cls is FieldClass.NATIONAL_ID:
        return _of(ID, _identity(text.str.replace_all(r"[\s\-]", "").str.to_uppercase()))
    if cls is FieldClass.EMAIL:
        return _of(EMAIL, _only(text.str.to_lowercase(), text.str.contains(_EMAIL)))
    if cls in _NUMBERS:
        bare = text.str.replace_all(r"[\s\-]", "")
        is_card = bare.str.contains(r"^[0-9]{8,19}$")
        card, other = _of(CARD, _only(bare, is_card)), _of(CODE, code(text))
        return other.select(pl.when(pl.lit(is_card)).then(pl.lit(card[c])).otherwise(pl.col(c)).alias(c) for c in KNOWN)
    if cls in _CODES:
        return _of(CODE, code(text))
    if cls in _TEXTS:
        shortest = SHORTEST if cls is FieldClass.PASSWORD_SECRET else LONG_TEXT
        return _of(TEXT, _only(text, text.str.len_chars().is_between(shortest, _LONGEST_TEXT)))
    return pl.DataFrame({"kind": [None] * len(values), "normal": [None] * len(values)}, schema=KNOWN)


def code(text: pl.Series) -> pl.Series:
    """Codes without spaces in lower case; null where one is too short or too common to be looked for."""
    bare = text.str.replace_all(r"[ \t\n\r\f\v·]", "").str.to_lowercase()
    right = bare.str.len_chars().is_between(SHORTEST, LONGEST_CODE) & bare.str.contains(r"[^_\-.:]")
    return _only(bare, right & ~bare.str.contains(rf"^\d{{1,{LONG_TEXT - 1}}}$"))


def shape(codes: pl.Series) -> pl.Series:
    """Every letter and digit of any script as `x`, punctuation as it is."""
    return codes.str.replace_all(r"[\p{L}\p{N}]", "x")


def profile_of(found: pl.DataFrame) -> Profile:
    """What known values look like (schema `KNOWN`)."""
    by = {
        KINDS[n]: part["normal"].unique()
        for (n,), part in found.drop_nulls().partition_by("kind", as_dict=True).items()
    }
    none = pl.Series([], dtype=pl.String)
    codes, texts, mails = (by.get(kind, none) for kind in (CODE, TEXT, EMAIL))
    ascii_codes, ascii_texts = (~s.str.contains(r"[^\x00-\x7f]") for s in (codes, texts))
    words = texts.filter(texts.str.contains(rf"^[0-9A-Za-z](?:[0-9A-Za-z_\-]{{0,{LONGEST_CODE - 2}}}[0-9A-Za-z])?$"))
    return Profile(
        kinds=frozenset(by),
        shapes=frozenset(shape(codes).unique().to_list()),
        code_lengths=_lengths(codes.filter(codes.str.contains(r"^[0-9A-Za-z]+$"))),
        card_lengths=_lengths(by.get(CARD, none)),
        text_lengths=_lengths(texts.filter(ascii_texts)),
        wide_lengths=_lengths(texts.filter(~ascii_texts)),
        word_lengths=_lengths(words),
        has_wide_codes=not ascii_codes.all(),
        mails=frozenset(
            zip(
                mails.str.find("@", literal=True).to_list(),
                mails.str.extract(r"\.([a-z]+)$").str.len_chars().to_list(),
                strict=True,
            )
        ),
    )


def _lengths(values: pl.Series) -> frozenset[int]:
    return frozenset(values.str.len_chars().unique().to_list())


def _of(kind: str, normal: pl.Series) -> pl.DataFrame:
    frame = pl.DataFrame({"normal": normal}, schema={"normal": pl.String})
    number = pl.lit(KINDS.index(kind), pl.UInt8)
    return frame.select(pl.when(pl.col("normal").is_not_null()).then(number).alias("kind"), "normal")


def _only(values: pl.Series, keep: pl.Series) -> pl.Series:
    return values.to_frame("v").select(pl.when(pl.lit(keep)).then(pl.col("v")).otherwise(_NO_TEXT)).to_series()


def _phone(text: pl.Series) -> pl.Series:
    """Eleven digits, or a landline with its area code and no extension; null where it is neither."""
    bare = text.str.replace(r"\.0+$", "").str.replace_all(_SEPARATORS, "")
    bare = bare.str.replace(r"^(?:\+|00)?86(1[3-9][0-9]{9})$", "${1}")
    found = _only(bare, bare.str.contains(_MOBILE))
    left = found.is_null().arg_true()
    if not len(left):
        return found
    rest = text.gather(left)
    forms = [_fixed(rest), _fixed(rest.str.replace(_EXTENSION, ""))]
    return found.scatter(left, pl.select(pl.coalesce(pl.lit(f) for f in forms)).to_series())


def _fixed(text: pl.Series) -> pl.Series:
    fixed = text.str.replace_all(_SEPARATORS, "").str.replace(r"^(?:\+|00)86", "0").str.replace(r"^00", "0")
    return _only(fixed, fixed.str.contains(_FIXED))


def _identity(bare: pl.Series) -> pl.Series:
    """Eighteen characters, valid or not; fifteen digits are brought to eighteen; what a spreadsheet rounded is none."""
    long, old = bare.str.contains(_ID), bare.str.contains(_OLD_ID)
    body = pl.select(
        pl.when(pl.lit(long)).then(pl.lit(bare.str.head(17))).when(pl.lit(old)).then(
            pl.lit(bare.str.head(6) + "19" + bare.str.tail(9))
        )
    ).to_series()  # fmt: skip
    whole = body + _check(body)
    rounded = bare.str.ends_with("000") & (whole != bare)
    return pl.select(
        pl.when(pl.lit(old)).then(pl.lit(whole)).when(pl.lit(long & ~rounded)).then(pl.lit(bare)).otherwise(_NO_TEXT)
    ).to_series()


def _check(body: pl.Series) -> pl.Series:
    """The check characters (GB 11643-1999) behind seventeen digits; null behind nothing."""
    there = body.is_not_null().arg_true()
    digits = np.frombuffer("".join(body.gather(there)).encode(), np.uint8).reshape(-1, 17).astype(np.int64) - ord("0")
    signs: npt.NDArray[np.str_] = _CHECKS[digits @ _WEIGHTS % 11]
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(body))
    return nothing.scatter(there, pl.Series(signs.tolist(), dtype=pl.String))

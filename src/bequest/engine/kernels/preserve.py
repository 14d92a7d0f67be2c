"""Columns through FF1: what comes out has the length, the alphabet and a right check character like what went in.

Equal values (in one spelling) become equal values under one cipher and tweak, so joins survive; who holds the key can
turn them back. A value without the form its column promises is hidden whole, as by a mask; null and blank stay.
An encrypted phone number may be somebody's: nobody dials, writes to or charges what comes out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels import ff1, normalise
from bequest.engine.kernels.buffers import Bytes, Ints, frozen, text_buffers, text_series
from bequest.engine.kernels.compiled import compiled
from bequest.engine.kernels.ff1 import Ecb
from bequest.engine.kernels.mask import HIDDEN

_DIGITS = np.frombuffer(b"0123456789", np.uint8)
_ALPHANUMERIC = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", np.uint8)
_ID_CHECKS = np.frombuffer(normalise.ID_CHECK_CHARACTERS.encode(), np.uint8)
_ID_WEIGHTS = np.array(normalise.ID_WEIGHTS, np.int64)


@dataclass(frozen=True, slots=True)
class Format:
    """One spelling of the values, their alphabet, and what the last character is worked out from, if it is."""

    spelling: Callable[[pl.Expr], pl.Expr]
    alphabet: Bytes
    check: Callable[[Bytes], Bytes] | None = None


def encrypt(series: pl.Series, form: Format, ecb: Ecb, tweak: bytes) -> pl.Series:
    """Each value encrypted in its own length; hidden where it has no such form or its domain is below a million."""
    return _through(series, form.spelling, form, ecb, tweak, ff1.encrypt)


def decrypt(series: pl.Series, form: Format, ecb: Ecb, tweak: bytes) -> pl.Series:
    """What `encrypt` made, turned back into the one spelling of the value; what was hidden stays hidden."""
    of_the_alphabet = rf"^([{form.alphabet.tobytes().decode()}]+X?)$"
    return _through(series, lambda v: v.str.extract(of_the_alphabet), form, ecb, tweak, ff1.decrypt)


def _through(
    series: pl.Series,
    spelling: Callable[[pl.Expr], pl.Expr],
    form: Format,
    ecb: Ecb,
    tweak: bytes,
    cipher: Callable[..., Bytes],
) -> pl.Series:
    value = series.cast(pl.String)
    plain = value.to_frame("v").select(spelling(pl.col("v")))["v"]
    text = text_buffers(plain)
    lengths = np.where(text.valid, np.diff(text.offsets), 0)
    radix, tail = len(form.alphabet), 0 if form.check is None else 1
    place = np.zeros(256, np.uint8)
    place[form.alphabet] = np.arange(radix, dtype=np.uint8)
    place = frozen(place)
    made = np.array(text.data)
    can = np.zeros(len(text), np.bool_)
    for length in np.unique(lengths).tolist():
        if not ff1.shortest(radix) <= length - tail <= ff1.longest(radix):
            continue
        rows = np.flatnonzero(lengths == length)
        can[rows] = True
        numerals = np.empty((len(rows), length - tail), np.uint8)
        _take(text.data, text.offsets, rows, place, numerals)
        numerals = cipher(numerals, radix, ecb, tweak)
        _put(numerals, text.offsets, rows, form.alphabet, made)
        if form.check is not None:
            made[text.offsets[rows] + length - 1] = form.check(numerals)
    done = text_series(series.name, text.offsets, made, can)
    hidden = hide(series)
    return done.zip_with(done.is_not_null() & (hidden == HIDDEN).fill_null(False), hidden).rename(series.name)


def hide(series: pl.Series) -> pl.Series:
    """Every value hidden whole; null and blank stay."""
    value = series.cast(pl.String)
    blank = value.is_null() | (value.str.strip_chars() == "")
    hidden = pl.Series(series.name, [HIDDEN], dtype=pl.String).new_from_index(0, len(value))
    return hidden.zip_with(~blank, value).rename(series.name)


@compiled
def _take(data: Bytes, offsets: Ints, rows: Ints, place: Bytes, numerals: Bytes) -> None:
    for i in range(len(rows)):
        start = offsets[rows[i]]
        for j in range(numerals.shape[1]):
            numerals[i, j] = place[data[start + j]]


@compiled
def _put(numerals: Bytes, offsets: Ints, rows: Ints, alphabet: Bytes, out: Bytes) -> None:
    for i in range(len(rows)):
        start = offsets[rows[i]]
        for j in range(numerals.shape[1]):
            out[start + j] = alphabet[numerals[i, j]]


def _id_check(body: Bytes) -> Bytes:
    """ISO 7064 MOD 11-2 over 17 digits (GB 11643-1999)."""
    check: Bytes = _ID_CHECKS[body.astype(np.int64) @ _ID_WEIGHTS % len(_ID_CHECKS)]
    return check


def _luhn(body: Bytes) -> Bytes:
    """ISO/IEC 7812-1: seen from the check digit every second digit counts double, and its digits are added."""
    digits = body.astype(np.int64)
    doubled = digits[:, ::-1][:, ::2] * 2
    total = digits[:, ::-1][:, 1::2].sum(axis=1) + (doubled - 9 * (doubled > 9)).sum(axis=1)
    check: Bytes = (-total % 10 + ord("0")).astype(np.uint8)
    return check


def _phone(value: pl.Expr) -> pl.Expr:
    return normalise.phone(value).str.replace(r"-.*$", "")


def _number(value: pl.Expr) -> pl.Expr:
    return normalise.compact(value).str.extract(r"^(\d+)$")


def _code(value: pl.Expr) -> pl.Expr:
    return normalise.compact(value).str.extract(r"^([0-9A-Z]+)$")


PHONE = Format(_phone, _DIGITS)
"""A mobile or landline number of mainland China, without its extension."""
NATIONAL_ID = Format(normalise.national_id, _DIGITS, _id_check)
"""A resident identity number of 18 characters; one of 15 is brought to 18 first. Place and date are no longer real."""
BANK_CARD = Format(normalise.bank_card, _DIGITS, _luhn)
"""A card number with a right check digit."""
NUMBER = Format(_number, _DIGITS)
"""Digits alone, once separators are away."""
CODE = Format(_code, _ALPHANUMERIC)
"""Digits and Latin letters, once separators are away and letters are upper case."""

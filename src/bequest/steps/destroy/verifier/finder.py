"""All candidates in any text: what looks like one of the known values, cell by cell, without regard to the column."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from bequest.steps.destroy.verifier import walk
from bequest.steps.destroy.verifier.buffers import Bytes, Ints, Texts, arrow_buffers, closed, joined, text_buffers
from bequest.steps.destroy.verifier.candidates import (
    CARD,
    CODE,
    EMAIL,
    ID,
    KINDS,
    LONGEST_CODE,
    PHONE,
    TEXT,
    Profile,
    code,
    plain,
    shape,
)
from bequest.steps.destroy.verifier.walk_cells import find, shape_hash

NUMBER_FORMS: Final = (
    (walk.MOBILE, PHONE),
    (walk.FIXED, PHONE),
    (walk.IDENTITY, ID),
    (walk.OLD_IDENTITY, ID),
    (walk.RUN, CARD),
    (walk.GROUPED, CARD),
)
KIND_OF_FORM: Final = np.array(
    [KINDS.index(k) for k in (PHONE, PHONE, ID, ID, CARD, CARD, EMAIL, CODE, TEXT)], np.uint8
)


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates: the value each stands in, its kind's number, whether it is all there is, and its normal form."""

    values: Ints
    kinds: npt.NDArray[np.uint8]
    wholes: npt.NDArray[np.bool_]
    normals: Texts

    def __len__(self) -> int:
        return len(self.values)

    def __add__(self, other: "Found") -> "Found":
        return Found(
            np.concatenate([self.values, other.values]),
            np.concatenate([self.kinds, other.kinds]),
            np.concatenate([self.wholes, other.wholes]),
            joined(self.normals, other.normals),
        )

    def known(self) -> pl.DataFrame:
        """The candidates as known values."""
        return pl.DataFrame({"kind": pl.Series(self.kinds, dtype=pl.UInt8), "normal": self.normals.series()})


class Finder:
    """The search for what looks like one profile."""

    def __init__(self, profile: Profile) -> None:
        self._shapes = sorted(profile.shapes)
        hashes = {shape_hash(np.frombuffer(s.encode(), np.uint8)) for s in profile.shapes if s.isascii()}
        self._a_text = 1.0  # finds in a text, as many as were met so far: a second walk is dear, room is not
        forms = np.zeros(len(KIND_OF_FORM), np.bool_)
        for form, kind in NUMBER_FORMS:
            forms[form] = kind in profile.kinds
        forms[walk.MAIL] = EMAIL in profile.kinds
        forms[walk.WORD] = bool(profile.shapes or profile.word_lengths)
        self._looks = (
            forms,
            np.bool_(PHONE in profile.kinds),
            np.bool_(profile.has_wide_codes),
            np.array(sorted(hashes), np.uint64),
            _flags(profile.code_lengths, LONGEST_CODE),
            _flags(profile.card_lengths, 19),
            _flags(profile.word_lengths, LONGEST_CODE),
            _flags(profile.text_lengths, 0),
            _flags(profile.wide_lengths, 0),
            _flags(frozenset(len(s) for s in profile.shapes), LONGEST_CODE),
        )

    def find(self, values: pa.LargeStringArray) -> Found:
        """Every candidate in each of these values, none of them null."""
        texts = arrow_buffers(values)
        is_wide = np.zeros(len(texts), np.bool_)
        found = self._found(np.arange(len(texts)), texts, is_wide)
        wide = np.flatnonzero(is_wide)
        if not len(wide):
            return found
        text = plain(pl.Series(values.take(pa.array(wide)), dtype=pl.String))
        codes_at, codes = self._wide_codes(text)
        of_codes = Found(
            wide[codes_at],
            np.full(len(codes), KINDS.index(CODE), np.uint8),
            np.ones(len(codes), np.bool_),
            codes,
        )
        return found + self._found(wide, text_buffers(text), np.zeros(0, np.bool_)) + of_codes

    def _found(self, at: Ints, texts: Texts, is_wide: npt.NDArray[np.bool_]) -> Found:
        """What the walk finds in texts; `is_wide`: is told which are not in ASCII, instead of looking into them."""
        room = 64 + int(len(texts) * self._a_text) + len(texts.data) // 64
        while (
            n := find(texts.offsets, texts.data, self._looks, is_wide, spans := np.empty((room, 5), np.int64))
        ) > room:
            room = n
            self._a_text = max(self._a_text, n / len(texts))
        spans, forms = spans[:n], spans[:n, 3]
        forms_found = normals(texts.data, spans[:, 1], spans[:, 2], forms)
        return Found(at[spans[:, 0]], KIND_OF_FORM[forms], spans[:, 4] != 0, forms_found)

    def _wide_codes(self, text: pl.Series) -> tuple[Ints, Texts]:
        """Whole cells with letters beyond ASCII that look like a code."""
        short = text.str.contains(r"[^\x00-\x7f]") & (text.str.len_chars() <= LONGEST_CODE)
        at = np.flatnonzero(short.to_numpy())
        codes = code(text.gather(at))
        alike = shape(codes).is_in(self._shapes).fill_null(value=False)
        return at[alike.to_numpy()], text_buffers(codes.filter(alike))


def normals(data: Bytes, begins: Ints, stops: Ints, forms: Ints) -> Texts:
    """The normal form of each find."""
    out = np.empty(int((stops - begins).sum()) + 4 * len(begins), np.uint8)
    offsets = np.zeros(len(begins) + 1, np.int64)
    used = walk.write_normals(data, *(np.ascontiguousarray(a) for a in (begins, stops, forms)), offsets, out)
    return Texts(offsets, closed(out[:used]))


def _flags(lengths: frozenset[int], least: int) -> npt.NDArray[np.bool_]:
    """Whether each length is one of these; the last place is for all that are longer."""
    flags = np.zeros(max(least, *lengths, 0) + 2, np.bool_)
    flags[list(lengths)] = True
    return flags

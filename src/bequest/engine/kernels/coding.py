"""Small numbers for tags, or for pairs of numbers: equal ones get equal codes, and no large table stands in memory.

Codes count from 0 by first appearance. Tags are compared whole, 128 bits, never by a shorter hash. Many of them are
coded part by part, the part being some bits of a hash: so the table stays small, and the codes are the same in
whatever parts they were made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.buffers import Bools, frozen, tag_array
from bequest.engine.kernels.compiled import compiled

Codes = npt.NDArray[np.int32]
Words = npt.NDArray[np.uint64]
Numbers = Words | Codes

WHOLE = 1 << 22
"""Up to so many tags are coded in one table (200 MB at most); it is quicker than parts."""
AT_ONCE = 1 << 18
"""About so many tags are coded at once where they are coded in parts: their table takes 12 MB."""


@dataclass(frozen=True, slots=True)
class Tags:
    """A column of 16-byte tags as plain numbers: `words` (n × 2), zeros where not `valid`."""

    words: Words
    valid: Bools

    @classmethod
    def none(cls, n: int) -> "Tags":
        """A column of n nulls, to be filled: what stays null takes next to no memory."""
        return cls(np.zeros((n, 2), np.uint64), np.zeros(n, np.bool_))

    @classmethod
    def of(cls, parts: Iterable[pl.Series], n: int) -> "Tags":
        """A column of n values that comes in parts.

        Raises:
            ValueError: where a value does not have 16 bytes.
        """
        made, at = cls.none(n), 0
        for part in parts:
            made.put(at, part)
            at += len(part)
        return made

    def put(self, at: int, part: pl.Series) -> None:
        """Write a part of the column from row `at` on."""
        tags, valid = tag_array(part)
        self.words[at : at + len(part)] = tags.view(np.uint64)
        self.valid[at : at + len(part)] = valid


def tag_codes(columns: Sequence[Tags]) -> list[Codes]:
    """Codes of tags, equal for equal tags in whichever column; where there is none, -1."""
    return _coded([(c.words[:, 0], c.words[:, 1], c.valid) for c in columns])


def pair_codes(pairs: Sequence[tuple[Codes, Codes]]) -> list[Codes]:
    """Codes for pairs of codes, equal over all the given columns where both halves are; -1 where a half is missing."""
    return _coded([(frozen(a), frozen(b), (a >= 0) & (b >= 0)) for a, b in pairs])


def first_of_each(numbers: Words) -> Bools:
    """Which rows hold a number that stands in no row before them."""
    [made] = _coded([(numbers, numbers, np.ones(len(numbers), np.bool_))])
    out = np.ones(len(made), np.bool_)
    out[1:] = made[1:] > np.maximum.accumulate(made)[:-1]  # codes count by first appearance
    return out


def number_of(made: Sequence[Codes]) -> int:
    """How many different codes stand in columns of one numbering."""
    return max((int(column.max(initial=-1)) for column in made), default=-1) + 1


def _coded(columns: Sequence[tuple[Numbers, Numbers, Bools]]) -> list[Codes]:
    n_tags = sum(int(np.count_nonzero(valid)) for *_, valid in columns)
    made = [np.full(len(valid), -1, np.int32) for *_, valid in columns]
    if n_tags <= WHOLE:
        table, used = _table(n_tags), 0
        for (first, second, valid), column in zip(columns, made, strict=True):
            used = _code_all(first, second, valid, table, column, used)
    else:
        _code_by_parts(columns, (n_tags // AT_ONCE).bit_length(), made)
    return made


def _code_by_parts(columns: Sequence[tuple[Numbers, Numbers, Bools]], bits: int, made: Sequence[Codes]) -> None:
    ordered = [_in_parts(first, second, valid, bits) for first, second, valid in columns]
    sizes = np.sum([np.diff(ends) for _, ends in ordered], axis=0)
    table = _table(int(sizes.max()))
    used = 0
    for part in range(1 << bits):
        table[:] = 0
        for (first, second, _), (rows, ends), column in zip(columns, ordered, made, strict=True):
            used = _code_rows(first, second, rows[ends[part] : ends[part + 1]], table, column, used)
    number, met = np.full(used, -1, np.int32), 0
    for column in made:
        met = _renumber(column, number, met)


def _table(n_tags: int) -> Words:
    return np.zeros((1 << max(4, int(3 * n_tags // 2).bit_length()), 3), np.uint64)


def _in_parts(
    first: Numbers, second: Numbers, valid: Bools, bits: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """The valid rows, those of one part after those of the part before it, and where each part begins."""
    ends = np.zeros((1 << bits) + 1, np.int64)
    _count_parts(first, second, valid, 63 - bits, ends[1:])
    np.cumsum(ends, out=ends)
    rows = np.empty(int(ends[-1]), np.int32)
    _put_in_parts(first, second, valid, 63 - bits, ends[:-1].copy(), rows)
    return rows, ends


@compiled
def _mixed(h, w):  # type: ignore[no-untyped-def]
    """The hash of a pair: every bit of either half reaches every bit (the finalizer of SplitMix64, Stafford's 13).

    Halves may be small numbers in order, or one of them always the same: half-mixed, such pairs come to lie in long
    runs of slots, and every search walks along its run.
    """
    x = np.uint64(h) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(w)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def _part(h, w, shift):  # type: ignore[no-untyped-def]
    """The highest bits of the hash; `slot_of` goes by the lowest."""
    return np.int64((_mixed(h, w) >> np.uint64(1)) >> np.uint64(shift))


@compiled
def home_of(table, h, w):  # type: ignore[no-untyped-def]
    """The slot at which the search for a tag begins."""
    return np.int64(_mixed(h, w) & np.uint64(table.shape[0] - 1))


@compiled
def slot_of(table, h, w):  # type: ignore[no-untyped-def]
    """Open addressing: a slot holds the whole tag and what was noted of it plus one, together in one line of cache."""
    mask = table.shape[0] - 1
    slot = home_of(table, h, w)
    while table[slot, 2] and (table[slot, 0] != np.uint64(h) or table[slot, 1] != np.uint64(w)):
        slot = (slot + 1) & mask
    return slot


@compiled
def _count_parts(first, second, valid, shift, counts):  # type: ignore[no-untyped-def]
    for row in range(len(valid)):
        if valid[row]:
            counts[_part(first[row], second[row], shift)] += 1


@compiled
def _put_in_parts(first, second, valid, shift, at, rows):  # type: ignore[no-untyped-def]
    for row in range(len(valid)):
        if valid[row]:
            part = _part(first[row], second[row], shift)
            rows[at[part]] = row
            at[part] += 1


@compiled
def _code(table, h, w, used):  # type: ignore[no-untyped-def]
    """The code of one tag; it is `used`, the next free one, where the tag was not met before."""
    slot = slot_of(table, h, w)
    if not table[slot, 2]:
        table[slot, 0] = np.uint64(h)
        table[slot, 1] = np.uint64(w)
        table[slot, 2] = used + 1
    return np.int64(table[slot, 2]) - 1


@compiled
def _code_all(first, second, valid, table, made, used):  # type: ignore[no-untyped-def]
    for row in range(len(valid)):
        if valid[row]:
            code = _code(table, first[row], second[row], used)
            used = max(used, code + 1)
            made[row] = code
    return used


@compiled
def _code_rows(first, second, rows, table, made, used):  # type: ignore[no-untyped-def]
    for i in range(len(rows)):
        row = rows[i]
        code = _code(table, first[row], second[row], used)
        used = max(used, code + 1)
        made[row] = code
    return used


@compiled
def _renumber(made, number, met):  # type: ignore[no-untyped-def]
    """Codes by first appearance, over all columns in their order."""
    for row in range(len(made)):
        code = made[row]
        if code < 0:
            continue
        if number[code] < 0:
            number[code] = met
            met += 1
        made[row] = number[code]
    return met

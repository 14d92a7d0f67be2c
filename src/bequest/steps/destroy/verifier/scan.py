"""One search, the same before the deletion (as control) and after it: every cell and every byte against the tokens."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from bequest.steps.destroy.verifier.buffers import Ints
from bequest.steps.destroy.verifier.candidates import KINDS, Profile
from bequest.steps.destroy.verifier.finder import Finder, Found
from bequest.steps.destroy.verifier.raw import CLOSE, raw_blocks, raw_candidates
from bequest.steps.destroy.verifier.read_tables import read_parquet_file
from bequest.steps.destroy.verifier.rows import Rows
from bequest.steps.destroy.verifier.tokens import Tokeniser, TokenSet

NAMES = "(names)"
"""Stands for the column where something was found among the names of columns."""

Bools = npt.NDArray[np.bool_]
Kinds = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ColumnHits:
    """Known values in a column of a batch, hit by hit.

    `known`: place of the token in the wanted set; `rows`: where in the batch.
    """

    column: str
    known: Ints
    kinds: Kinds
    wholes: Bools
    rows: Ints


@dataclass(slots=True)
class Tally:
    """What a search went through."""

    rows: int = 0
    candidates: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True)
class RawHits:
    """Known values in the bytes of a file, each once.

    `known`: place of the token in the wanted set; `is_chance`: a piece of a longer number with nothing else known
    beside it; `at`: the byte where it begins, or the row in a Parquet file.
    """

    file: str
    known: Ints
    kinds: Kinds
    is_chance: Bools
    at: Ints


class Search:
    """A search for one set of tokens."""

    def __init__(self, tokeniser: Tokeniser, wanted: TokenSet, profile: Profile) -> None:
        self._tokeniser = tokeniser
        self._wanted = wanted
        self._profile = profile
        self._finder = Finder(profile)

    def cells(self, read: Iterable[Rows], tally: Tally) -> Iterator[tuple[Rows, list[ColumnHits]]]:
        """Batch by batch, what was found in the cells of a source, `read` as `read_rows` gives them.

        Raises:
            UnreadableError: where the source cannot be read.
        """
        columns: set[tuple[str, str]] = set()
        for rows in read:
            new = [c for c in rows.cells.columns if (rows.table, c) not in columns]
            if new:  # a file without a header has values where names should be
                names = Rows(rows.table, pl.DataFrame({NAMES: new}), pl.repeat(NAMES, len(new), eager=True))
                yield names, self._columns(names.cells, tally)
            tally.rows += len(rows.names)
            columns.update((rows.table, column) for column in rows.cells.columns)
            tally.columns = len(columns)
            yield rows, self._columns(rows.cells, tally)

    def raw(self, path: Path, tally: Tally, explained: Bools | None = None) -> RawHits:
        """What was found in the bytes of a file; a Parquet file beside a source is read as a table.

        `explained`: tokens that stand in cells or may remain in the source. They are left out, and speak for no number
        beside them either: in a large file something that stays lies beside every number.
        """
        if _is_parquet(path):
            parts = [hits for rows in read_parquet_file(path, path.name) for hits in self._columns(rows.cells, tally)]
            known, at = (
                np.concatenate([getattr(p, w) for p in parts] or [np.zeros(0, np.int64)]) for w in ("known", "rows")
            )
            kinds = np.concatenate([p.kinds for p in parts] or [np.zeros(0, np.uint8)])
            if explained is not None:
                is_open = ~explained[known]
                known, kinds, at = known[is_open], kinds[is_open], at[is_open]
            once, first = np.unique(known, return_index=True)
            return RawHits(path.name, once, kinds[first], np.zeros(len(once), np.bool_), at[first])
        found: list[tuple[Ints, Ints, Kinds, Bools]] = []
        for start, block in raw_blocks(path):
            met = raw_candidates(block, start, self._profile)
            tally.candidates += len(met.at)
            known = self._wanted.positions(self._tokeniser.values(met.kinds, met.normals))
            hit = known >= 0
            if explained is not None:
                hit &= ~explained[known]
            found.append((met.at[hit], known[hit], met.kinds[hit], met.is_bounded[hit]))
        return (
            _weighed(path.name, *(np.concatenate(part) for part in zip(*found, strict=True))) if found else _none(path)
        )

    def _columns(self, cells: pl.DataFrame, tally: Tally) -> list[ColumnHits]:
        hits = (self._column(values, tally) for values in cells)
        return [h for h in hits if len(h.rows)]

    def _column(self, values: pl.Series, tally: Tally) -> ColumnHits:
        """Each distinct value is taken apart once; rows are looked up only for values that hold something known."""
        coded = values.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
        found = self._finder.find(coded.dictionary)
        known = self._wanted.positions(self._tokeniser.values(found.kinds, found.normals))
        once = _once(found)
        tally.candidates += len(once)
        hits = once[known[once] >= 0]
        owner, rows = _rows_of(coded, found.values[hits])
        hits = hits[owner]
        return ColumnHits(values.name, known[hits], found.kinds[hits], found.wholes[hits], rows)


def _once(found: Found) -> Ints:
    """The finds without those that say the same of the same value again, in order."""
    of_a_kind = found.values * len(KINDS) + found.kinds  # a value's only find of its kind says nothing again
    n = np.bincount(of_a_kind, minlength=1)
    several = np.flatnonzero(n[of_a_kind] > 1)
    if not len(several):
        return np.arange(len(found))
    frame = pl.DataFrame(
        {
            "value": found.values[several],
            "kind": found.kinds[several],
            "whole": found.wholes[several],
            "normal": found.normals.series().gather(several),
        }
    )
    is_first = np.ones(len(found), np.bool_)
    is_first[several] = frame.select(pl.struct(pl.all()).is_first_distinct()).to_series().to_numpy()
    return np.flatnonzero(is_first)


def _rows_of(coded: pa.Array, numbers: Ints) -> tuple[Ints, Ints]:
    """For the i-th of these distinct values, the rows that hold it: pairs (i, row)."""
    if not len(numbers):
        return numbers, numbers
    index = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False).astype(np.int64)
    asked = np.zeros(len(coded.dictionary) + 1, np.bool_)
    asked[numbers] = True
    rows = np.flatnonzero(asked[index])
    order = rows[np.argsort(index[rows], kind="stable")]
    ranked = index[order]
    low, high = np.searchsorted(ranked, numbers), np.searchsorted(ranked, numbers, side="right")
    owner = np.repeat(np.arange(len(numbers)), high - low)
    # the place inside each stretch of rows that hold the same value
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    return owner, order[low[owner] + inside]


def _weighed(file: str, at: Ints, known: Ints, kinds: Kinds, bounded: Bools) -> RawHits:
    """Each token once; a piece of a longer number is chance unless another of these stands close by."""
    order = np.argsort(at, kind="stable")
    at, known, kinds = at[order], known[order], kinds[order]
    chance = ~bounded[order] & ~_has_neighbour(at, known)
    best = np.lexsort((np.arange(len(at)), chance, known))
    _, first = np.unique(known[best], return_index=True)
    best = best[first]
    return RawHits(file, known[best], kinds[best], chance[best], at[best])


def _has_neighbour(at: Ints, known: Ints) -> Bools:
    """Whether another known value stands within `CLOSE` bytes, for finds in order of their place."""
    n = len(at)
    changes = np.flatnonzero(known[1:] != known[:-1]) + 1
    begins, ends = np.concatenate([[0], changes]), np.concatenate([changes, [n]])
    stretch = np.searchsorted(begins, np.arange(n), side="right") - 1
    before, after = begins[stretch] - 1, ends[stretch]
    near_before = (before >= 0) & (at - at[np.maximum(before, 0)] <= CLOSE)
    near_after = (after < n) & (at[np.minimum(after, n - 1)] - at <= CLOSE)
    return np.asarray(near_before | near_after, np.bool_)


def _none(path: Path) -> RawHits:
    nothing = np.zeros(0, np.int64)
    return RawHits(path.name, nothing, nothing.astype(np.uint8), nothing.astype(np.bool_), nothing)


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"

"""One search, the same before the deletion (as control) and after it: every cell and every byte against the tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from bequest.model.case import Source
from bequest.steps.destroy.verifier.candidates import Candidate, Profile, candidates
from bequest.steps.destroy.verifier.raw import CLOSE, raw_blocks, raw_candidates
from bequest.steps.destroy.verifier.read_tables import read_parquet_file
from bequest.steps.destroy.verifier.reading import read_rows
from bequest.steps.destroy.verifier.rows import Rows
from bequest.steps.destroy.verifier.sieve import Sieve
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.tokens import Tokeniser, TokenSet

NAMES = "(names)"
"""Stands for the column where something was found among the names of columns."""


@dataclass(frozen=True, slots=True)
class ColumnHits:
    """What was found in a column of a batch: candidates, their tokens, and pairs: `owner` (which), `rows` (where)."""

    column: str
    found: list[Candidate]
    tokens: list[bytes]
    owner: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]


@dataclass(slots=True)
class Tally:
    """What a search went through."""

    rows: int = 0
    candidates: int = 0
    columns: int = 0


@dataclass(frozen=True, slots=True)
class RawFinding:
    """A known value in bytes; `is_chance`: a piece of a longer number with nothing else known beside it."""

    token: bytes
    kind: str
    file: str
    is_chance: bool


class Search:
    """A search for one set of tokens."""

    def __init__(self, tokeniser: Tokeniser, wanted: TokenSet, profile: Profile) -> None:
        self._tokeniser = tokeniser
        self._wanted = wanted
        self._profile = profile
        self._sieve = Sieve(profile)

    def cells(self, source: Source, task: Task, tally: Tally) -> Iterator[tuple[Rows, list[ColumnHits]]]:
        """Batch by batch, what was found in the cells of a source.

        Raises:
            UnreadableError: where the source cannot be read.
        """
        columns: set[tuple[str, str]] = set()
        for rows in read_rows(source, task):
            new = [c for c in rows.cells.columns if (rows.table, c) not in columns]
            if new:  # a file without a header has values where names should be
                names = Rows(rows.table, pl.DataFrame({NAMES: new}), pl.repeat(NAMES, len(new), eager=True))
                yield names, self._columns(names.cells, tally)
            tally.rows += len(rows.names)
            columns.update((rows.table, column) for column in rows.cells.columns)
            tally.columns = len(columns)
            yield rows, self._columns(rows.cells, tally)

    def raw(self, path: Path, tally: Tally) -> list[RawFinding]:
        """What was found in the bytes of a file, each token once; a Parquet file beside a source is read as a table."""
        if _is_parquet(path):
            parts = (hits for rows in read_parquet_file(path, path.name) for hits in self._columns(rows.cells, tally))
            pairs = {t: c.kind for hits in parts for t, c in zip(hits.tokens, hits.found, strict=True)}
            return [RawFinding(token, kind, path.name, False) for token, kind in pairs.items()]
        found: list[tuple[int, bytes, str, bool]] = []
        for start, block in raw_blocks(path):
            met = list(raw_candidates(block, start, self._profile))
            tally.candidates += len(met)
            tokens = [self._tokeniser.value(h.candidate.kind, h.candidate.normal) for h in met]
            if tokens:
                known = np.flatnonzero(self._wanted.holds(tokens)).tolist()
                found += ((met[i].at, tokens[i], met[i].candidate.kind, met[i].is_bounded) for i in known)
        return _weighed(found, path.name)

    def _columns(self, cells: pl.DataFrame, tally: Tally) -> list[ColumnHits]:
        hits = (self._column(values, tally) for values in cells)
        return [h for h in hits if h.tokens]

    def _column(self, values: pl.Series, tally: Tally) -> ColumnHits:
        """Each distinct value is taken apart once; rows are looked up only for values that hold something known."""
        coded = values.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
        numbers = self._sieve.worth_a_look(coded.dictionary)
        owners: list[int] = []
        met: list[Candidate] = []
        for number, value in zip(numbers.tolist(), coded.dictionary.take(pa.array(numbers)).to_pylist(), strict=True):
            for candidate in candidates(value, self._profile):
                owners.append(number)
                met.append(candidate)
        tally.candidates += len(met)
        token = self._tokeniser.value
        tokens = [token(c.kind, c.normal) for c in met]
        known = np.flatnonzero(self._wanted.holds(tokens)).tolist() if tokens else []
        owner, rows = _rows_of(coded, np.array([owners[i] for i in known], np.int64))
        return ColumnHits(values.name, [met[i] for i in known], [tokens[i] for i in known], owner, rows)


def _rows_of(coded: pa.Array, numbers: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For the i-th of these distinct values, the rows that hold it: pairs (i, row)."""
    if not len(numbers):
        return numbers, numbers
    index = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(index, kind="stable")
    ranked = index[order]
    low, high = np.searchsorted(ranked, numbers), np.searchsorted(ranked, numbers, side="right")
    owner = np.repeat(np.arange(len(numbers)), high - low)
    # the place inside each stretch of rows that hold the same value
    inside = np.arange(len(owner)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
    return owner, order[low[owner] + inside]


def _weighed(found: list[tuple[int, bytes, str, bool]], file: str) -> list[RawFinding]:
    """Each token once; a piece of a longer number is chance unless another known value stands close by."""
    found.sort(key=lambda f: f[0])
    best: dict[bytes, RawFinding] = {}
    for i, (at, token, kind, bounded) in enumerate(found):
        chance = not bounded and not _has_neighbour(found, i, at, token)
        known = best.get(token)
        if known is None or (known.is_chance and not chance):
            best[token] = RawFinding(token, kind, file, chance)
    return list(best.values())


def _has_neighbour(found: list[tuple[int, bytes, str, bool]], i: int, at: int, token: bytes) -> bool:
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(found) and abs(found[j][0] - at) <= CLOSE:
            if found[j][1] != token:
                return True
            j += step
    return False


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"

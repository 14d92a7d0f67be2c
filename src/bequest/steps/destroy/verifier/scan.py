"""One search, the same before the deletion (as control) and after it: every cell and every byte against the tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bequest.model.case import Source
from bequest.steps.destroy.verifier.candidates import Candidate, candidates
from bequest.steps.destroy.verifier.raw import CLOSE, raw_blocks, raw_candidates
from bequest.steps.destroy.verifier.reading import Column, Rows, read_parquet, read_rows
from bequest.steps.destroy.verifier.tokens import Tokeniser, TokenSet

NAMES = "(names)"
"""Stands for the column where something was found among the names of columns."""

_DISTINCT = 20_000


@dataclass(frozen=True, slots=True)
class ColumnHit:
    """A token found in a column: in which rows of the batch (positions)."""

    column: str
    token: bytes
    kind: str
    whole: bool
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

    def __init__(self, tokeniser: Tokeniser, wanted: TokenSet, text_lengths: frozenset[int]) -> None:
        self._tokeniser = tokeniser
        self._wanted = wanted
        self._lengths = text_lengths

    def cells(self, source: Source, table: str, tally: Tally) -> Iterator[tuple[Rows, list[ColumnHit]]]:
        """Batch by batch, what was found in the cells of a source.

        Raises:
            UnreadableError: where the source cannot be read.
        """
        columns: set[tuple[str, str]] = set()
        for rows in read_rows(source, table):
            new = [c for c in rows.columns if (rows.table, c) not in columns]
            if new:  # a file without a header has values where names should be
                yield Rows(rows.table, {NAMES: list(new)}, [NAMES] * len(new)), list(self._column(NAMES, [*new], tally))
            tally.rows += len(rows.names)
            hits: list[ColumnHit] = []
            for column, values in rows.columns.items():
                columns.add((rows.table, column))
                hits += self._column(column, values, tally)
            tally.columns = len(columns)
            yield rows, hits

    def raw(self, path: Path, tally: Tally) -> list[RawFinding]:
        """What was found in the bytes of a file, each token once; a Parquet file beside a source is read as a table."""
        if _is_parquet(path):
            hits = (
                h
                for r in read_parquet(path, path.name)
                for c, v in r.columns.items()
                for h in self._column(c, v, tally)
            )
            return list({h.token: RawFinding(h.token, h.kind, path.name, False) for h in hits}.values())
        found: list[tuple[int, bytes, str, bool]] = []
        for start, block in raw_blocks(path):
            met = list(raw_candidates(block, start))
            tally.candidates += len(met)
            tokens = [self._tokeniser.value(h.candidate.kind, h.candidate.normal) for h in met]
            if tokens:
                known = np.flatnonzero(self._wanted.holds(tokens)).tolist()
                found += ((met[i].at, tokens[i], met[i].candidate.kind, met[i].is_bounded) for i in known)
        return _weighed(found, path.name)

    def _column(self, column: str, values: Column, tally: Tally) -> Iterator[ColumnHit]:
        """Each distinct value is taken apart once; rows are looked up only for values that hold something known."""
        coded = pa.array(values, pa.large_string()).dictionary_encode()
        distinct = coded.dictionary.to_pylist()
        found: list[tuple[int, Candidate, bytes]] = []
        for start in range(0, len(distinct), _DISTINCT):
            found += self._known(distinct[start : start + _DISTINCT], start, tally)
        if not found:
            return
        index = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        order = np.argsort(index, kind="stable")
        ranked = index[order]
        for number, candidate, token in found:
            low, high = np.searchsorted(ranked, [number, number + 1])
            yield ColumnHit(column, token, candidate.kind, candidate.whole, order[low:high])

    def _known(self, values: list[str], first: int, tally: Tally) -> Iterator[tuple[int, Candidate, bytes]]:
        owners: list[tuple[int, Candidate]] = []
        tokens: list[bytes] = []
        for i, value in enumerate(values):
            for candidate in candidates(value, self._lengths):
                owners.append((first + i, candidate))
                tokens.append(self._tokeniser.value(candidate.kind, candidate.normal))
        tally.candidates += len(tokens)
        if tokens:
            for i in np.flatnonzero(self._wanted.holds(tokens)).tolist():
                yield (*owners[i], tokens[i])


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

"""What the verifier keeps between its two looks: tokens and counts, never a value. Destroyed after the last rescan."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bequest.crypto.atomic import write_file
from bequest.kernel.canonical import canonical, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import StateError
from bequest.steps.destroy.verifier.buffers import Bytes
from bequest.steps.destroy.verifier.candidates import Profile
from bequest.steps.destroy.verifier.held import Contents
from bequest.steps.destroy.verifier.tokens import SIZE, TokenSet

Counts = npt.NDArray[np.int64]
_COUNT = ">u4"


@dataclass(frozen=True, slots=True)
class ColumnControl:
    """One column whose values are to go: how many are known, and how the positive control went."""

    source: str
    table: str
    column: str
    known: int
    """Distinct values that can be searched."""
    unsearchable: int
    """Values that cannot (damaged, too short)."""
    control_expected: int
    control_found: int


@dataclass(frozen=True, slots=True)
class SourceControl:
    """One source before deletion."""

    source: str
    rows_read: int
    rows_planned: int
    """Rows of the plan that lose something."""
    rows_recognised: int
    raw_expected: int
    raw_found: int
    not_readable: str
    not_searchable: tuple[str, ...]
    """Columns with values to go, none of which can be searched: names and the like, or values too short."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The part of the state that may be read by anybody."""

    key_commit: str
    """SHA-256 over the verifier's key: a second look with another key is refused."""
    profile: Profile
    columns: tuple[ColumnControl, ...]
    sources: tuple[SourceControl, ...]


class Allowed:
    """Where known values may remain: how often each in each cell or column, and which of them in each source.

    A token and a place are kept as one, the one XOR the other: both look random to whoever does not hold the key.
    """

    def __init__(self, cells: Bytes, counts: Counts, in_source: dict[str, TokenSet]) -> None:
        """`cells`: n × 16 bytes, in any order; the counts of equal ones add up."""
        self.cells = TokenSet(cells)
        self.counts = np.bincount(self.cells.positions(cells), counts, len(self.cells)).astype(np.int64)
        self.in_source = in_source

    @staticmethod
    def cell(tokens: Bytes, places: Bytes) -> Bytes:
        """What stands for values (by token) in places, n × 16 bytes."""
        return tokens ^ places

    def take(self, cells: Bytes, left: Counts) -> npt.NDArray[np.bool_]:
        """Whether there was a place left for each of these. `left`: counts that are used up."""
        at = self.cells.positions(cells)
        there = np.flatnonzero(at >= 0)
        order = there[np.argsort(at[there], kind="stable")]
        ranked = at[order]
        turn = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)  # the n-th of its kind
        out = np.zeros(len(at), np.bool_)
        out[order] = turn < left[ranked]
        met, n_met = np.unique(ranked, return_counts=True)
        left[met] -= np.minimum(n_met, left[met])
        return out


@dataclass(frozen=True, slots=True)
class VerifierState:
    """Tokens to be looked for, where some of them may remain, and the facts."""

    facts: Facts
    wanted: TokenSet = field(repr=False)
    allowed: Allowed = field(repr=False)
    contents: Mapping[tuple[str, str], Contents] = field(default_factory=dict, repr=False)
    """By table, rows that lose something as they stood: those on hold may stand so afterwards."""


def write_state(folder: Path, state: VerifierState) -> None:
    """Keep the state; the facts come last, so that a half-written state is none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(folder / "tokens.bin", state.wanted.to_bytes())
    write_file(folder / "allowed.bin", state.allowed.cells.to_bytes())
    write_file(folder / "counts.bin", state.allowed.counts.astype(_COUNT).tobytes())
    for source, tokens in state.allowed.in_source.items():
        write_file(folder / f"allowed.{source}.bin", tokens.to_bytes())
    write_file(folder / "rows.bin", b"".join(c.tokens.tobytes() for c in state.contents.values()))
    write_file(folder / "places.bin", b"".join(c.rows.astype(_COUNT).tobytes() for c in state.contents.values()))
    tables = [[source, table, len(c.rows)] for (source, table), c in state.contents.items()]
    write_file(folder / "rows.json", json.dumps(tables).encode())
    write_file(folder / "state.json", canonical(to_json(state.facts)))


def read_state(folder: Path) -> VerifierState:
    """The state of the first look.

    Raises:
        StateError: where there is none.
    """
    if not (folder / "state.json").is_file():
        raise StateError(
            "the verifier has not looked before the deletion", hint="Without that look nothing can be certified."
        )
    facts = decode(Facts, json.loads((folder / "state.json").read_bytes()))
    cells = TokenSet.from_bytes((folder / "allowed.bin").read_bytes()).array()
    counts = np.frombuffer((folder / "counts.bin").read_bytes(), _COUNT).astype(np.int64)
    in_source = {s.source: _tokens(folder / f"allowed.{s.source}.bin") for s in facts.sources}
    wanted = TokenSet.from_bytes((folder / "tokens.bin").read_bytes())
    return VerifierState(facts, wanted, Allowed(cells, counts, in_source), _contents(folder))


def _contents(folder: Path) -> dict[tuple[str, str], Contents]:
    if not (folder / "rows.json").is_file():  # a first look by a version that kept none
        return {}
    tokens = np.frombuffer((folder / "rows.bin").read_bytes(), np.uint8).reshape(-1, SIZE)
    places = np.frombuffer((folder / "places.bin").read_bytes(), _COUNT).astype(np.int64)
    found, at = {}, 0
    for source, table, n in json.loads((folder / "rows.json").read_bytes()):
        found[(source, table)] = Contents(tokens[at : at + n], places[at : at + n])
        at += n
    return found


def has_state(folder: Path) -> bool:
    """Whether the first look was finished."""
    return (folder / "state.json").is_file()


def destroy_state(folder: Path) -> None:
    """Remove the state after the last rescan; its key is destroyed by the key table. May be repeated."""
    shutil.rmtree(folder, ignore_errors=True)


def _tokens(path: Path) -> TokenSet:
    return TokenSet.from_bytes(path.read_bytes() if path.exists() else b"")

"""What the verifier keeps between its two looks: tokens and counts, never a value. Destroyed after the last rescan."""

import json
import shutil
import struct
from dataclasses import dataclass, field
from pathlib import Path

from bequest.crypto.atomic import write_file
from bequest.kernel.canonical import canonical, to_json
from bequest.kernel.codec import decode
from bequest.kernel.errors import StateError
from bequest.steps.destroy.verifier.candidates import Profile
from bequest.steps.destroy.verifier.tokens import SIZE, TokenSet

_ALLOWED = struct.Struct(f">{SIZE}s{SIZE}sI")
_FILES = ("tokens.bin", "allowed.bin", "state.json")


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


@dataclass(frozen=True, slots=True)
class VerifierState:
    """Tokens to be looked for, where some of them may remain (token and place → how often), and the facts."""

    facts: Facts
    wanted: TokenSet = field(repr=False)
    allowed: dict[tuple[bytes, bytes], int] = field(repr=False)
    allowed_in: dict[str, frozenset[bytes]] = field(repr=False)
    """Source → tokens that may remain somewhere in it, for the search in bytes."""


def write_state(folder: Path, state: VerifierState) -> None:
    """Keep the state; the facts come last, so that a half-written state is none."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_file(folder / "tokens.bin", state.wanted.to_bytes())
    lines = (_ALLOWED.pack(token, place, n) for (token, place), n in sorted(state.allowed.items()))
    write_file(folder / "allowed.bin", b"".join(lines))
    for source, tokens in state.allowed_in.items():
        write_file(folder / f"allowed.{source}.bin", b"".join(sorted(tokens)))
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
    allowed = {(t, p): n for t, p, n in _ALLOWED.iter_unpack((folder / "allowed.bin").read_bytes())}
    allowed_in = {s.source: _tokens(folder / f"allowed.{s.source}.bin") for s in facts.sources}
    return VerifierState(facts, TokenSet.from_bytes((folder / "tokens.bin").read_bytes()), allowed, allowed_in)


def has_state(folder: Path) -> bool:
    """Whether the first look was finished."""
    return (folder / "state.json").is_file()


def destroy_state(folder: Path) -> None:
    """Remove the state after the last rescan; its key is destroyed by the key table. May be repeated."""
    shutil.rmtree(folder, ignore_errors=True)


def _tokens(path: Path) -> frozenset[bytes]:
    data = path.read_bytes() if path.exists() else b""
    return frozenset(data[i : i + SIZE] for i in range(0, len(data), SIZE))

"""Bytes: what is left in free pages, journals, forgotten parts and files beside a source, where no reader looks.

Searched are phone and identity numbers, e-mail addresses and card numbers, in any single-byte or UTF-8 text. A database
page puts field beside field without a gap: so digits are also tried inside longer runs of digits, and such a hit counts
for more than chance only where another value that should be gone stands close by, as it does in a left-over record.
Compressed parts of a workbook are unpacked first; a file compressed in another way cannot be searched as bytes.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bequest.model.case import Source, SourceKind
from bequest.steps.destroy.verifier.buffers import Ints, Texts
from bequest.steps.destroy.verifier.candidates import Profile
from bequest.steps.destroy.verifier.finder import KIND_OF_FORM, normals
from bequest.steps.destroy.verifier.reading import parts_of
from bequest.steps.destroy.verifier.walk_bytes import find_raw

CLOSE = 512
"""Bytes within which two known values count as one left-over record."""

_CHUNK = 8 << 20
_OVERLAP = 256
_MOST_PART = 1 << 30


@dataclass(frozen=True, slots=True)
class RawFound:
    """Candidates in bytes. `is_bounded`: no digit or letter touches one, so it is no piece of something else."""

    at: Ints
    kinds: npt.NDArray[np.uint8]
    is_bounded: npt.NDArray[np.bool_]
    normals: Texts


def raw_files(path: Path, known_copies: frozenset[Path]) -> list[Path]:
    """The source's file and everything beside it that bears its name: journals, leftovers, forgotten copies."""
    found = {p for p in path.parent.iterdir() if p.is_file() and p.name.lstrip(".~$").startswith(path.name)}
    return sorted(p for p in found | {path} if p.exists() and (p == path or p.resolve() not in known_copies))


def raw_paths(source: Source, known_copies: frozenset[Path]) -> list[tuple[Path, SourceKind | None]]:
    """All files of a source: those of the case with their kind, and without one what lies beside them."""
    return [
        (path, part.kind if path == part.path else None)
        for part in parts_of(source)
        for path in raw_files(part.path, known_copies)
    ]


def raw_blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    """(position, bytes) of a file, parts of an archive unpacked, overlapping so that nothing is cut in two."""
    if zipfile.is_zipfile(path):
        yield from _archive_blocks(path)
        return
    with path.open("rb") as file:
        at, tail = 0, b""
        while block := file.read(_CHUNK):
            yield at - len(tail), tail + block
            at += len(block)
            tail = block[-_OVERLAP:]


def _archive_blocks(path: Path) -> Iterator[tuple[int, bytes]]:
    at = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.file_size > _MOST_PART:
                raise ValueError("a part of the archive is too large to be searched")
            data = archive.read(info)
            yield at, data
            at += len(data) + CLOSE  # parts are no neighbours


def raw_candidates(block: bytes, start: int, profile: Profile) -> RawFound:
    """Every candidate in a block that looks like a known value."""
    data = np.frombuffer(block, np.uint8)
    cards = np.zeros(max(20, *profile.card_lengths, 0) + 2, np.bool_)
    cards[list(profile.card_lengths)] = True
    mails = np.array(sorted(profile.mails), np.int64).reshape(-1, 2)
    room = 64 + len(data) // 16
    while (n := find_raw(data, cards, mails, found := np.empty((room, 4), np.int64))) > room:
        room = n
    begins, forms = found[:n, 0], found[:n, 2]
    texts = normals(data, begins, found[:n, 1], forms)
    return RawFound(start + begins, KIND_OF_FORM[forms], found[:n, 3] != 0, texts)

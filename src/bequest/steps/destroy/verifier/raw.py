"""Bytes: what is left in free pages, journals, forgotten parts and files beside a source, where no reader looks.

Searched are phone and identity numbers, e-mail addresses and card numbers, in any single-byte or UTF-8 text. A database
page puts field beside field without a gap: so digits are also tried inside longer runs of digits, and such a hit counts
for more than chance only where another known value stands close by, as it does in a left-over record. Compressed parts
of a workbook are unpacked first; a file compressed in another way cannot be searched as bytes.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bequest.model.case import Source, SourceKind
from bequest.model.datamap import FieldClass
from bequest.steps.destroy.verifier.candidates import CARD, EMAIL, ID, PHONE, Candidate, Profile, known
from bequest.steps.destroy.verifier.reading import parts_of

CLOSE = 512
"""Bytes within which two known values count as one left-over record."""

_CHUNK = 8 << 20
_OVERLAP = 256
_MOST_PART = 1 << 30

_RUN: Final = re.compile(rb"\d{8,}[Xx]?")
_BIRTH: Final = re.compile(rb"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_SPACED: Final = re.compile(rb"(?<!\d)1[3-9]\d([ \-])\d{4}\1\d{4}(?!\d)")
_EMAIL: Final = re.compile(rb"([A-Za-z0-9._%+\-]+)@([A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*\.)([A-Za-z]{2,})")


@dataclass(frozen=True, slots=True)
class RawHit:
    """A candidate in bytes. `is_bounded`: no digit or letter touches it, so it is no piece of something else."""

    candidate: Candidate
    at: int
    is_bounded: bool


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


def raw_candidates(block: bytes, start: int, profile: Profile) -> Iterator[RawHit]:
    """Every candidate in a block that looks like a known value."""
    for m in _SPACED.finditer(block):
        yield RawHit(Candidate(PHONE, re.sub(r"\D", "", m[0].decode()), False), start + m.start(), True)
    for m in _RUN.finditer(block):
        yield from _numbers(m[0], start + m.start(), profile)
    for m in _EMAIL.finditer(block):
        yield from _addresses(m, start, profile)


def _numbers(run: bytes, at: int, profile: Profile) -> Iterator[RawHit]:
    """What a run of digits may be as a whole, and which phone and identity numbers may lie inside it."""
    digits = run.rstrip(b"Xx").decode()
    if len(digits) in profile.card_lengths:
        yield RawHit(Candidate(CARD, digits, False), at, True)
    cls = FieldClass.NATIONAL_ID if len(digits) == 15 else FieldClass.LANDLINE if digits[0] == "0" else None
    if cls is not None and (found := known(cls, digits)):
        yield RawHit(found, at, True)
    for i in range(len(digits) - 10):
        if digits[i] == "1" and digits[i + 1] in "3456789":
            yield RawHit(Candidate(PHONE, digits[i : i + 11], False), at + i, len(digits) == 11)
    for i in range(len(run) - 17):
        if _BIRTH.match(run, i):
            number = run[i : i + 18].decode().upper()
            yield RawHit(Candidate(ID, number, False), at + i, len(run) == 18)


def _addresses(m: re.Match[bytes], start: int, profile: Profile) -> Iterator[RawHit]:
    """The address, and what it would be if its ends belonged to the fields beside it."""
    local, domain, top = m[1].decode().lower(), m[2].decode().lower(), m[3].decode().lower()
    for n, end in profile.mails:
        if n <= len(local) and end <= len(top):
            address = f"{local[-n:]}@{domain}{top[:end]}"
            whole = n == len(local) and end == len(top)
            yield RawHit(Candidate(EMAIL, address, False), start + m.end(1) - n, whole)

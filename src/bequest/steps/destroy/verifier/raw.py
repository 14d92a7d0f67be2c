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

from bequest.model.datamap import FieldClass
from bequest.steps.destroy.verifier.candidates import CARD, EMAIL, ID, PHONE, Candidate, known

CLOSE = 512
"""Bytes within which two known values count as one left-over record."""

_CHUNK = 8 << 20
_OVERLAP = 256
_MOST_PART = 1 << 30
_LOCAL = 48

_MOBILE: Final = re.compile(rb"(?=(1[3-9]\d{9}))")
_ID: Final = re.compile(rb"(?=([1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]))")
_SPACED: Final = re.compile(rb"(?<!\d)1[3-9]\d([ \-])\d{4}\1\d{4}(?!\d)")
_BOUNDED: Final = re.compile(rb"(?<!\d)\d{8,19}(?!\d)")
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


def raw_candidates(block: bytes, start: int) -> Iterator[RawHit]:
    """Every candidate in a block."""
    for m in _MOBILE.finditer(block):
        yield _hit(PHONE, m[1].decode(), start, m.start(1), m.end(1), block)
    for m in _SPACED.finditer(block):
        yield RawHit(Candidate(PHONE, re.sub(r"\D", "", m[0].decode()), False), start + m.start(), True)
    for m in _ID.finditer(block):
        yield _hit(ID, m[1].decode().upper(), start, m.start(1), m.end(1), block)
    for m in _BOUNDED.finditer(block):
        run = m[0].decode()
        yield RawHit(Candidate(CARD, run, False), start + m.start(), True)
        for cls in (FieldClass.NATIONAL_ID, FieldClass.LANDLINE):
            found = known(cls, run) if len(run) in {10, 11, 12, 15} else None
            if found:
                yield RawHit(found, start + m.start(), True)
    for m in _EMAIL.finditer(block):
        yield from _addresses(m, start)


def _hit(kind: str, normal: str, start: int, begin: int, end: int, block: bytes) -> RawHit:
    bounded = not (block[begin - 1 : begin].isdigit() if begin else False) and not block[end : end + 1].isdigit()
    return RawHit(Candidate(kind, normal, False), start + begin, bounded)


def _addresses(m: re.Match[bytes], start: int) -> Iterator[RawHit]:
    """The address, and what it would be if its ends belonged to the fields beside it."""
    local, domain, top = m[1].decode().lower(), m[2].decode().lower(), m[3].decode().lower()
    for i in range(max(0, len(local) - _LOCAL), len(local)):
        for end in {len(top), *range(2, min(len(top), 8) + 1)}:
            address = f"{local[i:]}@{domain}{top[:end]}"
            yield RawHit(Candidate(EMAIL, address, False), start + m.start() + i, i == 0 and end == len(top))

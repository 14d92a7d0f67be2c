"""Fetching a package: its files one by one or all as one tar, from any byte on; what was sent is kept per file.

The tar is never written: its bytes follow from the files and the package's instant, so that a download that broke off
goes on where it stopped, on whichever server process.
"""

import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context
from bequest.kernel.canonical import Json

_BLOCK = 1 << 18
_RECORD = tarfile.RECORDSIZE
_UNIT = tarfile.BLOCKSIZE
FETCHED = "desk_fetched"
"""Setting of the case: delivery → file → spans of bytes that were sent."""
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to fetch: bytes, files and runs of zeros after each other."""

    name: str
    parts: tuple[bytes | Path | int, ...]
    """An integer stands for so many zero bytes."""

    @property
    def n_bytes(self) -> int:
        """Bytes in all."""
        return sum(_length(p) for p in self.parts)

    def read(self, first: int, end: int) -> Iterator[bytes]:
        """The bytes from `first` up to `end`, in blocks."""
        begins = 0
        for part in self.parts:
            length = _length(part)
            start, stop = max(first - begins, 0), min(end - begins, length)
            if start < stop:
                yield from _read(part, start, stop)
            begins += length


def file_piece(path: Path, name: str) -> Piece:
    """One file."""
    return Piece(name, (path,))


def tar_piece(folder: Path, name: str, at: datetime) -> Piece:
    """A folder as one tar (POSIX.1-1988 ustar); the same bytes whenever it is asked for."""
    parts: list[bytes | Path | int] = []
    for path in files_in(folder):
        info = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
        info.size, info.mtime, info.mode = path.stat().st_size, int(at.timestamp()), 0o644
        parts += [info.tobuf(tarfile.USTAR_FORMAT), path, -info.size % _UNIT]
    n = sum(_length(p) for p in parts) + 2 * _UNIT
    return Piece(name, (*parts, 2 * _UNIT + -n % _RECORD))


def files_in(folder: Path) -> tuple[Path, ...]:
    """The finished files of a package, in the order of their names."""
    return tuple(sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")))


def note_sent(ctx: Context, case_id: str, delivery_id: str, file: str, first: int, end: int) -> None:
    """Keep which bytes of a file were sent."""
    if end <= first:
        return
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        kept = _kept(tx.settings.get(FETCHED, {}, case_id=case_id))
        mine = kept.setdefault(delivery_id, {})
        mine[file] = merged([*mine.get(file, ()), (first, end)])
        plain: dict[str, Json] = {d: {f: [list(s) for s in spans] for f, spans in v.items()} for d, v in kept.items()}
        tx.settings.set(FETCHED, plain, at, case_id=case_id)


def sent_of(ctx: Context, case_id: str, delivery_id: str) -> dict[str, int]:
    """How many bytes of each file were sent at least once."""
    with ctx.store.transaction() as tx:
        kept = _kept(tx.settings.get(FETCHED, {}, case_id=case_id))
    return {f: sum(b - a for a, b in spans) for f, spans in kept.get(delivery_id, {}).items()}


def merged(spans: Sequence[tuple[int, int]]) -> Spans:
    """The same bytes in spans that neither touch nor overlap, in order."""
    out: list[tuple[int, int]] = []
    for first, end in sorted(spans):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((first, end))
    return tuple(out)


def _kept(value: object) -> dict[str, dict[str, Spans]]:
    if not isinstance(value, dict):
        return {}
    return {d: {f: tuple((int(a), int(b)) for a, b in spans) for f, spans in v.items()} for d, v in value.items()}


def _length(part: bytes | Path | int) -> int:
    if isinstance(part, Path):
        return part.stat().st_size
    return part if isinstance(part, int) else len(part)


def _read(part: bytes | Path | int, start: int, stop: int) -> Iterator[bytes]:
    if isinstance(part, int):
        yield bytes(stop - start)
    elif isinstance(part, bytes):
        yield part[start:stop]
    else:
        with part.open("rb") as file:
            file.seek(start)
            while start < stop and (block := file.read(min(_BLOCK, stop - start))):
                start += len(block)
                yield block

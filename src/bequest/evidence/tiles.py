"""The log as files (C2SP tlog-tiles): hash tiles of 256 hashes, entry bundles of 256 entries, right edge partial.

    checkpoint                        tile/0/x001/x234/067             256 leaf hashes
    tile/entries/000                  tile/1/000.p/17                  17 hashes, each over a full tile below

Which files a tree of a given size has, and every byte in them, follows from the entries alone.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bequest.evidence.merkle import Tree
from bequest.kernel.errors import VerificationError

TILE_WIDTH = 256
MAX_ENTRY_BYTES = 65535
ENTRIES = "entries"


@dataclass(frozen=True, slots=True)
class Tile:
    """One file: level (None for entries), index within the level, width (256 when full)."""

    level: int | None
    index: int
    width: int

    @property
    def path(self) -> str:
        """The path below the log, with `/`."""
        digits = f"{self.index:03d}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        name = "/".join([*("x" + g for g in groups[:-1]), groups[-1]])
        level = ENTRIES if self.level is None else str(self.level)
        return f"tile/{level}/{name}" + (f".p/{self.width}" if self.width < TILE_WIDTH else "")


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """The files of a tree of `size` leaves, without those that were full already at `since` leaves."""
    yield from _edge(None, size, since)
    level = 0
    while size >> (8 * level):
        yield from _edge(level, size >> (8 * level), since >> (8 * level))
        level += 1


def _edge(level: int | None, count: int, since: int) -> Iterator[Tile]:
    for index in range(since // TILE_WIDTH, -(-count // TILE_WIDTH)):
        yield Tile(level, index, min(TILE_WIDTH, count - index * TILE_WIDTH))


def hash_tile(tree: Tree, tile: Tile) -> bytes:
    """The content of a hash tile."""
    if tile.level is None:
        raise ValueError("entries have no hash tile")
    start = tile.index * TILE_WIDTH
    return b"".join(tree.complete(8 * tile.level, start + i) for i in range(tile.width))


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry behind its length, two bytes big-endian."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise ValueError("a log entry has at most 65535 bytes")
        parts.append(struct.pack(">H", len(entry)) + entry)
    return b"".join(parts)


def decode_entries(data: bytes) -> tuple[bytes, ...]:
    """The entries of a bundle.

    Raises:
        VerificationError: where it is cut short.
    """
    entries = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise VerificationError("an entry bundle is cut short")
        entries.append(data[at + 2 : end])
        at = end
    return tuple(entries)


def files_of(tree: Tree, entries: Sequence[bytes], *, since: int = 0) -> Iterator[tuple[str, bytes]]:
    """Path and content of the files of a tree, without those full at `since`.

    `entries` are those from the last full bundle before `since` onwards.
    """
    first = since // TILE_WIDTH
    for tile in tiles_of(tree.size, since):
        if tile.level is None:
            start = (tile.index - first) * TILE_WIDTH
            yield tile.path, encode_entries(entries[start : start + tile.width])
        else:
            yield tile.path, hash_tile(tree, tile)


def read_entries(log: Path, size: int) -> Iterator[bytes]:
    """The first `size` entries of a log directory.

    Raises:
        VerificationError: where a bundle is missing or holds another number of entries.
    """
    for tile in tiles_of(size):
        if tile.level is None:
            yield from bundle_entries(tile, (log / tile.path).read_bytes() if (log / tile.path).is_file() else None)


def entries_in(files: Mapping[str, bytes], size: int) -> Iterator[bytes]:
    """As `read_entries`, from contents by path.

    Raises:
        VerificationError: where a bundle is missing or holds another number of entries.
    """
    for tile in tiles_of(size):
        if tile.level is None:
            yield from bundle_entries(tile, files.get(tile.path))


def bundle_entries(tile: Tile, data: bytes | None) -> tuple[bytes, ...]:
    """The entries in one bundle, exactly as many as the tree needs.

    Raises:
        VerificationError: where the bundle is missing or holds another number of entries.
    """
    if data is None:
        raise VerificationError(f"the log lacks {tile.path}")
    entries = decode_entries(data)
    if len(entries) != tile.width:
        raise VerificationError(f"{tile.path} holds {len(entries)} entries, expected {tile.width}")
    return entries

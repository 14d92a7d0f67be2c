"""The log's directory: what is written when, and what is dropped."""

from collections.abc import Sequence
from pathlib import Path

from bequest.crypto.atomic import PUBLIC, sync_directory, write_file
from bequest.evidence.merkle import Tree
from bequest.evidence.tiles import TILE_WIDTH, Tile, bundle_entries, files_of, hash_tile, tiles_of

CHECKPOINT = "checkpoint"
SIGNED = "signed"
LOCK = "lock"
HEADS = "heads"
_TILES = "tile"


class LogFiles:
    """Durable files below one directory; every write is whole and synced when it returns."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def read_text(self, name: str) -> str | None:
        """The text of a file directly below, None where there is none."""
        path = self.directory / name
        return path.read_bytes().decode("utf-8", "replace") if path.is_file() else None

    def write_text(self, name: str, text: str) -> None:
        """Replace a file directly below."""
        write_file(self.directory / name, text.encode(), mode=PUBLIC)

    def write_tree(self, tree: Tree, entries: Sequence[bytes], since: int) -> None:
        """Entries and tiles that came after `since` leaves."""
        for path, data in files_of(tree, entries, since=since):
            self._write(path, data)

    def mend(self, tree: Tree) -> None:
        """Write hash tiles that a crash left out or half-old; they follow from the entries."""
        for tile in tiles_of(tree.size):
            if tile.level is not None:
                data = hash_tile(tree, tile)
                path = self.directory / tile.path
                if not path.is_file() or path.read_bytes() != data:
                    self._write(tile.path, data)

    def drop_beyond(self, size: int) -> None:
        """Remove every tile file that a tree of `size` leaves does not have."""
        top = self.directory / _TILES
        wanted = {tile.path for tile in tiles_of(size)}
        for path in sorted(top.rglob("*"), reverse=True) if top.is_dir() else ():
            if path.is_dir() and not path.is_symlink():
                if not any(path.iterdir()):
                    path.rmdir()
            elif path.relative_to(self.directory).as_posix() not in wanted:
                path.unlink()

    def drop_partial(self, old: int, new: int) -> None:
        """Remove the partial tiles of `old` leaves that a tree of `new` leaves no longer needs."""
        wanted = {tile.path for tile in tiles_of(new, old)}
        for tile in tiles_of(old, old):
            if tile.width < TILE_WIDTH and tile.path not in wanted:
                path = self.directory / tile.path
                path.unlink(missing_ok=True)
                if path.parent.is_dir() and not any(path.parent.iterdir()):
                    path.parent.rmdir()

    def entry(self, index: int, size: int) -> bytes:
        """The entry at `index` of a tree of `size` published leaves."""
        at = index // TILE_WIDTH
        tile = Tile(None, at, min(TILE_WIDTH, size - at * TILE_WIDTH))
        return bundle_entries(tile, (self.directory / tile.path).read_bytes())[index - at * TILE_WIDTH]

    def _write(self, name: str, data: bytes) -> None:
        path = self.directory / name
        missing = [p for p in (path.parent, *path.parent.parents) if not p.exists()]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, data, mode=PUBLIC)
        for made in missing:
            sync_directory(made.parent)

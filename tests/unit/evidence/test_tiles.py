"""Tile paths and contents as C2SP tlog-tiles gives them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.evidence.merkle import Tree, leaf_hash, node_hash
from bequest.evidence.tiles import (
    Tile,
    bundle_entries,
    decode_entries,
    encode_entries,
    entries_in,
    files_of,
    read_entries,
    tiles_of,
)
from bequest.kernel.errors import VerificationError

PATHS = {
    Tile(0, 0, 256): "tile/0/000",
    Tile(0, 1234067, 256): "tile/0/x001/x234/067",
    Tile(1, 1000, 17): "tile/1/x001/000.p/17",
    Tile(None, 273, 112): "tile/entries/273.p/112",
    Tile(2, 999, 256): "tile/2/999",
}


@pytest.mark.parametrize(("tile", "path"), PATHS.items(), ids=PATHS.values())
def test_paths_are_those_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    tiles = list(tiles_of(70_000))
    of_level = {level: [t for t in tiles if t.level == level] for level in (None, 0, 1, 2)}
    assert [(len(of_level[level]), of_level[level][-1].width) for level in (0, 1, 2)] == [(274, 112), (2, 17), (1, 1)]
    assert len(of_level[None]) == 274
    assert len(tiles) == 274 * 2 + 3


def test_a_tree_of_256_has_a_full_tile_and_a_partial_one_above() -> None:
    assert [t.path for t in tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []


@given(old=st.integers(0, 1500), grown=st.integers(0, 700))
@settings(max_examples=60, deadline=None)
def test_what_is_written_later_completes_what_was_there(old: int, grown: int) -> None:
    new = old + grown
    full_before = {t for t in tiles_of(old) if t.width == 256}
    assert full_before.isdisjoint(set(tiles_of(new, old)))
    assert full_before | set(tiles_of(new, old)) == set(tiles_of(new))


def test_hash_tiles_hold_the_hashes_of_full_subtrees() -> None:
    entries = [b"%d" % i for i in range(600)]
    tree = Tree(leaf_hash(entry) for entry in entries)
    files = dict(files_of(tree, entries))
    assert files["tile/0/000"] == b"".join(leaf_hash(entry) for entry in entries[:256])
    assert len(files["tile/0/002.p/88"]) == 88 * 32
    level = [leaf_hash(entry) for entry in entries[:256]]
    while len(level) > 1:
        level = [node_hash(a, b) for a, b in zip(level[::2], level[1::2], strict=True)]
    assert files["tile/1/000.p/2"][:32] == level[0]
    assert list(entries_in(files, 600)) == entries


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_entry_bundles_come_back(entries: list[bytes]) -> None:
    assert decode_entries(encode_entries(entries)) == tuple(entries)


def test_broken_bundles_are_refused(tmp_path: Path) -> None:
    good = encode_entries([b"abc", b""])
    for data in (good[:-1], good[:1], good + b"\0", b"\xff\xff"):
        with pytest.raises(VerificationError):
            decode_entries(data)
    with pytest.raises(VerificationError, match="holds 2 entries, expected 3"):
        bundle_entries(Tile(None, 0, 3), good)
    with pytest.raises(VerificationError, match="lacks"):
        list(read_entries(tmp_path, 1))
    with pytest.raises(VerificationError, match="lacks"):
        list(entries_in({}, 1))
    with pytest.raises(ValueError, match="65535"):
        encode_entries([bytes(65536)])


def test_the_longest_entry_is_kept_whole() -> None:
    assert decode_entries(encode_entries([bytes(65535)])) == (bytes(65535),)

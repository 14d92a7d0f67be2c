"""The bulk tree hash is that of the tree that grows, for every size, and of the vectors of RFC 6962's reference."""

import hashlib

import pytest

from bequest.engine.kernels import merkle
from bequest.evidence.merkle import Tree, leaf_hash


def test_constants_are_those_of_the_standard() -> None:
    assert [hex(k) for k in merkle._K[:3]] == ["0x428a2f98", "0x71374491", "0xb5c0fbcf"]
    assert hex(merkle._K[63]) == "0xc67178f2"
    assert hex(merkle._H[0]) == "0x6a09e667"


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 8, 31, 33, 1000, 1027, 5001])
@pytest.mark.parametrize("width", [1, 48, 54])
def test_it_is_the_root_of_the_growing_tree(n: int, width: int) -> None:
    leaves = [hashlib.shake_128(f"{width}-{i}".encode()).digest(width) for i in range(n)]
    hashes = merkle.leaf_hashes(b"".join(leaves), width)
    assert hashes.astype(">u4").tobytes() == b"".join(map(leaf_hash, leaves))
    assert merkle.root(hashes) == Tree(map(leaf_hash, leaves)).root()


def test_a_published_vector() -> None:
    """Certificate Transparency's reference leaves 00 and 10 of one byte each: leaf hashes and their node."""
    words = merkle.leaf_hashes(bytes.fromhex("0010"), 1)
    both = words.astype(">u4").tobytes()
    assert both[:32].hex() == "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
    assert merkle.root(words) == hashlib.sha256(b"\1" + both).digest()


def test_what_does_not_fit_is_refused() -> None:
    for data, width in ((b"abc", 2), (b"a" * 55, 55), (b"", 0)):
        with pytest.raises(ValueError, match="do not fit"):
            merkle.leaf_hashes(data, width)

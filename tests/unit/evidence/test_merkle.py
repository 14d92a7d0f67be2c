"""RFC 6962 trees: known roots, proofs for every index, and an independent implementation of the root."""

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from bequest.evidence.merkle import (
    EMPTY_ROOT,
    Tree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)

INPUTS = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The roots over the first 1 … 8 inputs: the test data that Certificate Transparency's implementations share."""


@functools.cache
def tree_of(size: int) -> Tree:
    return Tree(leaf_hash(b"%d" % i) for i in range(size))


def naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1 word by word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def test_the_eight_known_roots() -> None:
    tree = Tree()
    assert tree.root() == EMPTY_ROOT
    for data, root in zip(INPUTS, ROOTS, strict=True):
        tree.append(leaf_hash(data))
        assert tree.root().hex() == root
    assert [tree.root(size + 1).hex() for size in range(8)] == ROOTS


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_root_is_that_of_the_definition_and_of_pymerkle(leaves: list[bytes]) -> None:
    tree = Tree(leaf_hash(leaf) for leaf in leaves)
    assert tree.root() == naive_root(leaves)
    if leaves:
        oracle = InmemoryTree(algorithm="sha256")
        for leaf in leaves:
            oracle.append_entry(leaf)
        assert tree.root() == oracle.get_root()


def test_every_index_of_every_small_tree_is_provable() -> None:
    for size in range(1, 34):
        tree = tree_of(size)
        for index in range(size):
            proof = tree.inclusion(index)
            leaf = leaf_hash(b"%d" % index)
            assert verify_inclusion(leaf, index, size, proof, tree.root())
            assert not verify_inclusion(leaf_hash(b"x"), index, size, proof, tree.root())
            assert not verify_inclusion(leaf, (index + 1) % size, size, proof, tree.root()) or size == 1


def test_every_pair_of_small_sizes_is_consistent() -> None:
    tree = tree_of(33)
    for new in range(1, 34):
        for old in range(1, new + 1):
            proof = tree.consistency(old, new)
            assert verify_consistency(old, new, proof, tree.root(old), tree.root(new))
            if old < new:
                assert not verify_consistency(old, new, proof, tree.root(old), leaf_hash(b"x"))
                assert not verify_consistency(old, new, proof, leaf_hash(b"x"), tree.root(new))


@pytest.mark.parametrize("size", [255, 256, 257, 65535, 65536, 65537])
def test_trees_at_the_edges_of_tiles_are_provable(size: int) -> None:
    tree = tree_of(65537)
    root = tree.root(size)
    for index in sorted({0, 1, 254, 255, 256, 257, size // 2, size - 2, size - 1}):
        if index < size:
            proof = tree.inclusion(index, size)
            assert verify_inclusion(leaf_hash(b"%d" % index), index, size, proof, root)
    for old in sorted({1, 128, 255, 256, 257, size // 2, size - 1, size}):
        if old <= size:
            proof = tree.consistency(old, size)
            assert verify_consistency(old, size, proof, tree.root(old), root)


@given(size=st.integers(1, 300), data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_changed_proof_is_refused(size: int, data: st.DataObject) -> None:
    tree = tree_of(300)
    index = data.draw(st.integers(0, size - 1))
    proof = list(tree.inclusion(index, size))
    leaf, root = leaf_hash(b"%d" % index), tree.root(size)
    assert not verify_inclusion(leaf, index, size, [*proof, root], root)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        flipped = bytearray(proof[place])
        flipped[bit // 8] ^= 1 << bit % 8
        assert not verify_inclusion(leaf, index, size, [*proof[:place], bytes(flipped), *proof[place + 1 :]], root)
        assert not verify_inclusion(leaf, index, size, proof[:-1], root)
        assert not verify_inclusion(leaf, index, size, [proof[0][:-1], *proof[1:]], root)


def test_degenerate_proofs_are_refused() -> None:
    tree = tree_of(33)
    leaf, root = leaf_hash(b"0"), tree.root(8)
    assert not verify_inclusion(leaf, -1, 8, tree.inclusion(0, 8), root)
    assert not verify_inclusion(leaf, 8, 8, tree.inclusion(0, 8), root)
    assert not verify_inclusion(leaf, 0, 0, [], root)
    assert not verify_inclusion(leaf[:-1], 0, 1, [], leaf[:-1])
    assert not verify_consistency(0, 8, [], EMPTY_ROOT, root)
    assert not verify_consistency(0, 0, [], EMPTY_ROOT, EMPTY_ROOT)
    assert not verify_consistency(8, 4, tree.consistency(4, 8), root, tree.root(4))
    assert not verify_consistency(4, 8, [], tree.root(4), root)
    assert not verify_consistency(8, 8, [root], root, root)
    assert not verify_consistency(1, 1, [], b"short", b"short")
    assert verify_consistency(8, 8, [], root, root)


def test_questions_the_tree_cannot_answer_are_refused() -> None:
    tree = Tree([leaf_hash(b"a")])
    for ask in (
        lambda: tree.root(2),
        lambda: tree.root(-1),
        lambda: tree.inclusion(1),
        lambda: tree.inclusion(0, 0),
        lambda: tree.consistency(0),
        lambda: tree.consistency(2),
        lambda: tree.append(b"short"),
    ):
        with pytest.raises(ValueError):
            ask()

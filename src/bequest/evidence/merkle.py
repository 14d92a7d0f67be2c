"""The Merkle tree of RFC 6962 §2.1: tree hash, inclusion and consistency proofs, and their verification.

Verification follows RFC 9162 §2.1.3.2 and §2.1.4.2. A hash that has not 32 bytes is refused everywhere, and so is a
consistency proof from the empty tree, which would prove nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf: `SHA-256(0x00 || data)`."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: `SHA-256(0x01 || left || right)`."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A tree that only grows. Keeps every complete inner node, so that old sizes stay provable."""

    __slots__ = ("_levels",)

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for value in leaf_hashes:
            self.append(value)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self._levels[0])

    def append(self, value: bytes) -> int:
        """Add a leaf hash; its index."""
        if len(value) != HASH_BYTES:
            raise ValueError("a leaf hash has 32 bytes")
        levels = self._levels
        levels[0].append(value)
        height = 0
        while len(levels[height]) % 2 == 0:
            if height + 1 == len(levels):
                levels.append([])
            levels[height + 1].append(node_hash(levels[height][-2], levels[height][-1]))
            height += 1
        return self.size - 1

    def complete(self, height: int, index: int) -> bytes:
        """The hash of the `index`-th complete subtree of 2**height leaves."""
        return self._levels[height][index]

    def root(self, size: int | None = None) -> bytes:
        """The tree hash over the first `size` leaves (all of them, where none is given).

        Raises:
            ValueError: where the tree has not that many leaves.
        """
        size = self._checked(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """The audit path of leaf `index` in the tree of the first `size` leaves (RFC 6962 §2.1.1).

        Raises:
            ValueError: where the tree has not that leaf or that size.
        """
        size = self._checked(size)
        if not 0 <= index < size:
            raise ValueError(f"a tree of {size} leaves has no leaf {index}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return tuple(reversed(path))

    def consistency(self, old: int, new: int | None = None) -> tuple[bytes, ...]:
        """The proof that the first `old` leaves are the beginning of the first `new` (RFC 6962 §2.1.2).

        Raises:
            ValueError: where `old` is 0 or the tree has not these sizes.
        """
        new = self._checked(new)
        if not 0 < old <= new:
            raise ValueError(f"there is no consistency proof from {old} to {new} leaves")
        path: list[bytes] = []
        start, end = 0, new
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        if start:  # otherwise the old root itself is the last part, and the verifier has it
            path.append(self._range(start, end))
        return tuple(reversed(path))

    def _range(self, start: int, end: int) -> bytes:
        """The tree hash over leaves `start` to `end`, where `start` is a multiple of the subtree's size."""
        width = end - start
        if width & (width - 1) == 0:
            height = width.bit_length() - 1
            return self._levels[height][start >> height]
        middle = start + _split(width)
        return node_hash(self._range(start, middle), self._range(middle, end))

    def _checked(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"the tree has {self.size} leaves, not {size}")
        return size


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that leaf hash `leaf` is at `index` in the tree of this size and root."""
    return len(root) == HASH_BYTES and root_of_inclusion(leaf, index, size, proof) == root


def root_of_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root to which the path of leaf hash `leaf` leads; None where no tree of this size has such a path."""
    if not 0 <= index < size or any(len(h) != HASH_BYTES for h in (leaf, *proof)):
        return None
    node, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            value = node_hash(value, sibling)
        node >>= 1
        last >>= 1
    return value if last == 0 else None


def every_inclusion(leaves: Sequence[bytes]) -> Iterator[tuple[bytes, ...]]:
    """The audit paths of all these leaf hashes, in order: what `Tree.inclusion` gives one by one, at one pass."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        levels.append([*above, below[-1]] if len(below) % 2 else above)  # the odd one goes up as it is
    for index in range(len(leaves)):
        beside = (((index >> height) ^ 1, level) for height, level in enumerate(levels[:-1]))
        yield tuple(level[at] for at, level in beside if at < len(level))


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the proof shows that the tree (old, old_root) is the beginning of the tree (new, new_root)."""
    if old <= 0 or any(len(h) != HASH_BYTES for h in (old_root, new_root, *proof)):
        return False
    if old == new:
        return not proof and old_root == new_root
    if old > new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    node, last = old - 1, new - 1
    while node & 1:
        node >>= 1
        last >>= 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = node_hash(second, sibling)
        node >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root

"""One line per person, provable one by one, readable by nobody else.

    leaf = tag (16 bytes) || HMAC-SHA256(salt, "bequest/disp/v1" 0x00 tag 0x00 disposition)

sorted by tag, hashed as an RFC 6962 tree whose root and size go into the log. A person who holds salt and proof can
show which disposition was recorded for him; an auditor with the leaves sees that no tag comes twice and that the sums
are right; once salts and the tag key are erased the leaves are noise.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bequest.evidence.merkle import Tree, every_inclusion, leaf_hash, verify_inclusion
from bequest.kernel.errors import EvidenceError

TAG_BYTES = 16
LEAF_BYTES = TAG_BYTES + 32


@dataclass(frozen=True, slots=True)
class DispositionProof:
    """Where a person's line stands in the tree of `size` lines, and the path to its root."""

    index: int
    size: int
    hashes: tuple[bytes, ...]


def disposition_leaf(tag: bytes, salt: bytes, disposition: str) -> bytes:
    """The line of one person: who is hidden by the key of the tag, what by the salt."""
    if len(tag) != TAG_BYTES or len(salt) < TAG_BYTES:
        raise ValueError("a tag has 16 bytes, a salt at least as many")
    message = b"\0".join((b"bequest/disp/v1", tag, disposition.encode()))
    return tag + hmac.digest(salt, message, hashlib.sha256)


class DispositionTree:
    """The tree over all persons of a case. `entries` are (tag, salt, disposition) in any order.

    Raises:
        EvidenceError: where a tag comes twice: that person would have two dispositions.
    """

    def __init__(self, entries: Iterable[tuple[bytes, bytes, str]]) -> None:
        leaves = []
        self.counts: Counter[str] = Counter()
        for tag, salt, disposition in entries:
            leaves.append(disposition_leaf(tag, salt, disposition))
            self.counts[disposition] += 1
        leaves.sort()
        if not is_ascending(leaves):
            raise EvidenceError(
                "a person has two dispositions", hint="Merge the records of a person before fixing them."
            )
        self._leaves = leaves
        self._tree = Tree(leaf_hash(leaf) for leaf in leaves)

    @property
    def root(self) -> bytes:
        """The RFC 6962 root over all lines."""
        return self._tree.root()

    @property
    def size(self) -> int:
        """The number of persons."""
        return self._tree.size

    def leaves(self) -> Iterator[bytes]:
        """The lines in order, for an auditor."""
        return iter(self._leaves)

    def proofs(self) -> Iterator[tuple[bytes, DispositionProof]]:
        """Every tag with its proof, in the order of the tags."""
        paths = every_inclusion([leaf_hash(leaf) for leaf in self._leaves])
        for index, (leaf, hashes) in enumerate(zip(self._leaves, paths, strict=True)):
            yield leaf[:TAG_BYTES], DispositionProof(index, self.size, hashes)

    def prove(self, tag: bytes) -> DispositionProof:
        """The proof for the person of this tag.

        Raises:
            KeyError: where the tree has no such tag.
        """
        low, high = 0, len(self._leaves)
        while low < high:
            middle = (low + high) // 2
            if self._leaves[middle][:TAG_BYTES] < tag:
                low = middle + 1
            else:
                high = middle
        if low == len(self._leaves) or self._leaves[low][:TAG_BYTES] != tag:
            raise KeyError("no person of this tag is in the tree")
        return DispositionProof(low, self.size, self._tree.inclusion(low))


def verify_disposition(root: bytes, tag: bytes, salt: bytes, disposition: str, proof: DispositionProof) -> bool:
    """Whether this disposition was recorded for this tag under `root`."""
    leaf = leaf_hash(disposition_leaf(tag, salt, disposition))
    return verify_inclusion(leaf, proof.index, proof.size, proof.hashes, root)


def split_leaves(data: bytes) -> list[bytes]:
    """The lines of a file of lines, one after the other without separators."""
    return [data[at : at + LEAF_BYTES] for at in range(0, len(data), LEAF_BYTES)]


def root_of_leaves(leaves: Iterable[bytes]) -> bytes:
    """The root over lines as an auditor holds them, once they are known to be well-formed and without a double tag.

    Raises:
        EvidenceError: where they are not.
    """
    lines = list(leaves)
    if any(len(line) != LEAF_BYTES for line in lines) or not is_ascending(lines):
        raise EvidenceError("the lines are not of 48 bytes with strictly ascending tags", hint="Take the whole file.")
    return Tree(leaf_hash(line) for line in lines).root()


def is_ascending(leaves: list[bytes]) -> bool:
    """Whether the tags ascend strictly: nobody is in the tree twice."""
    return all(a[:TAG_BYTES] < b[:TAG_BYTES] for a, b in pairwise(leaves))

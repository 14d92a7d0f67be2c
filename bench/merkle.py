"""The RFC 6962 root of leaves of 48 bytes, as of the disposition tree, against a loop over hashlib."""

import hashlib
import os
from collections.abc import Iterator

from bench import timing
from bequest.engine.kernels import merkle

WIDTH = 48


def by_hashlib(data: bytes) -> bytes:
    sha256 = hashlib.sha256
    level = [sha256(b"\0" + data[i : i + WIDTH]).digest() for i in range(0, len(data), WIDTH)]
    while len(level) > 1:
        above = [sha256(b"\1" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = above + level[-1:] if len(level) % 2 else above
    return level[0]


def run(n: int) -> Iterator[dict[str, object]]:
    data = os.urandom(n * WIDTH)
    ways = {
        "root of a buffer": lambda: merkle.root(merkle.leaf_hashes(data, WIDTH)),
        "hashlib loop": lambda: by_hashlib(data),
    }
    if len({way() for way in ways.values()}) != 1:
        raise AssertionError("the roots differ")
    yield timing.result("merkle", n, "root of a buffer", "hashlib loop", timing.seconds(ways), at_least=2)

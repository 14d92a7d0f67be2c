"""The tree hash of RFC 6962 §2.1 over very many leaves of one length: SHA-256 of many blocks side by side.

Used where all leaves lie in one buffer; `evidence.merkle` is the tree that grows, proves and verifies, and is what
every verifier uses. SHA-256 as in FIPS 180-4; the rounds run over lanes of blocks, so that the compiler can use wide
registers.
"""

import hashlib
from math import isqrt
from typing import Any, Final

import numba
import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint32]
_u = np.uint32
_LANES: Final = 512
_FEW: Final = 16
LONGEST_LEAF: Final = 54
"""Bytes of a leaf that fit one block with the leaf's mark, the padding and the length."""
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


def _fractions(power: int, n: int) -> Words:
    """The first 32 bits of the fractions of the square or cube roots of the first n primes (FIPS 180-4 §4.2.2)."""
    primes = [p for p in range(2, 320) if all(p % q for q in range(2, isqrt(p) + 1))][:n]
    return np.array([_root(p << (32 * power), power) & 0xFFFFFFFF for p in primes], np.uint32)


def _root(value: int, power: int) -> int:
    low, high = 0, 1 << 48
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**power <= value else (low, middle - 1)
    return low


_K = _fractions(3, 64)
_H = _fractions(2, 8)


def leaf_hashes(data: bytes, width: int) -> Words:
    """`SHA-256(0x00 || leaf)` of every leaf of `width` bytes in the buffer, as eight words each.

    Raises:
        ValueError: where the buffer is no whole number of leaves, or a leaf is longer than a block.
    """
    if not 0 < width <= LONGEST_LEAF or len(data) % width:
        raise ValueError(f"leaves of {width} bytes do not fit a buffer of {len(data)}")
    n = len(data) // width
    blocks = np.zeros((n, 64), np.uint8)
    blocks[:, 1 : width + 1] = np.frombuffer(data, np.uint8).reshape(n, width)
    blocks[:, width + 1] = 0x80
    blocks[:, 62:] = np.frombuffer(((width + 1) * 8).to_bytes(2, "big"), np.uint8)
    words = blocks.view(">u4").astype(np.uint32)
    out = np.empty((n, 8), np.uint32)
    if n:
        _leaves(words, out, _LANES if n >= _LANES else _FEW, _K, _H)
    return out


def root(hashes: Words) -> bytes:
    """The tree hash over leaf hashes."""
    if not len(hashes):
        return EMPTY_ROOT
    level = hashes
    while len(level) > 1:
        level = _above(level)
    return level.astype(">u4").tobytes()


def levels(hashes: Words) -> list[Words]:
    """All levels of the tree, from the leaf hashes to the root."""
    found = [hashes]
    while len(found[-1]) > 1:
        found.append(_above(found[-1]))
    return found


def paths(tree: list[Words], at: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """What stands beside these leaves on every level below the root, n × levels × 32 bytes, and whether anything does.

    What does, from the leaf upwards, is the audit path of RFC 6962 §2.1.1.
    """
    n = len(at)
    beside = np.zeros((n, len(tree) - 1, 32), np.uint8)
    there = np.zeros((n, len(tree) - 1), np.bool_)
    for height, level in enumerate(tree[:-1]):
        sibling = (at >> height) ^ 1
        there[:, height] = sibling < len(level)
        taken = level[np.minimum(sibling, len(level) - 1)].astype(">u4")
        beside[:, height] = taken.view(np.uint8).reshape(n, 32)
    return beside, there


def _above(level: Words) -> Words:
    pairs = len(level) // 2
    above = np.empty((pairs + len(level) % 2, 8), np.uint32)
    _level(level, pairs, above, _LANES if pairs >= _LANES else _FEW, _K, _H)
    if len(level) % 2:
        above[-1] = level[-1]  # the last one goes up as it is: the same tree as splitting at powers of two
    return above


def words_bytes(words: Words) -> bytes:
    """The hashes of these words, one after the other."""
    return words.astype(">u4").tobytes()


def _jit(function: Any) -> Any:
    return numba.njit(cache=True, nogil=True)(function)


def _inlined(function: Any) -> Any:
    return numba.njit(cache=True, nogil=True, inline="always")(function)


@_inlined
def _turn(x: Any, n: Any) -> Any:
    return (x >> _u(n)) | (x << _u(32 - n))


@_jit
def _schedule(w: Words, w16: Words, w15: Words, w7: Words, w2: Words) -> None:
    for i in range(w.shape[0]):
        a, b = w15[i], w2[i]
        w[i] = _u(w16[i] + (_turn(a, 7) ^ _turn(a, 18) ^ (a >> _u(3)))) + _u(
            w7[i] + (_turn(b, 17) ^ _turn(b, 19) ^ (b >> _u(10)))
        )


@_jit
def _round(
    a0: Words, a1: Words, a2: Words, a3: Words, e0: Words, e1: Words, e2: Words, e3: Words, w: Words, k: Any,
    next_a: Words, next_e: Words,
) -> None:  # fmt: skip
    for i in range(w.shape[0]):  # a3 and e3 are the newest of the running words, a0 and e0 the oldest
        e, a = e3[i], a3[i]
        choice = e1[i] ^ (e & (e2[i] ^ e1[i]))
        t1 = _u(_u(e0[i] + w[i]) + _u(k + _u((_turn(e, 6) ^ _turn(e, 11) ^ _turn(e, 25)) + choice)))
        next_e[i] = _u(a0[i] + t1)
        most = (a & a2[i]) | (a1[i] & (a | a2[i]))
        next_a[i] = _u(t1 + _u((_turn(a, 2) ^ _turn(a, 13) ^ _turn(a, 22)) + most))


@_jit
def _compress(state: Words, w: Words, a: Words, e: Words, k: Words) -> None:
    for t in range(16, 64):
        _schedule(w[t], w[t - 16], w[t - 15], w[t - 7], w[t - 2])
    for j in range(4):
        a[j, :] = state[3 - j]
        e[j, :] = state[7 - j]
    for t in range(64):
        _round(a[t], a[t + 1], a[t + 2], a[t + 3], e[t], e[t + 1], e[t + 2], e[t + 3], w[t], k[t], a[t + 4], e[t + 4])
    for j in range(4):
        state[j, :] += a[67 - j]
        state[4 + j, :] += e[67 - j]


@_jit
def _leaves(blocks: Words, out: Words, lanes: int, k: Words, h: Words) -> None:
    n = len(blocks)
    state, w = np.empty((8, lanes), np.uint32), np.empty((64, lanes), np.uint32)
    a, e = np.empty((68, lanes), np.uint32), np.empty((68, lanes), np.uint32)
    for base in range(0, n, lanes):
        for i in range(lanes):
            row = min(base + i, n - 1)
            for j in range(16):
                w[j, i] = blocks[row, j]
        for j in range(8):
            state[j, :] = h[j]
        _compress(state, w, a, e, k)
        for i in range(min(lanes, n - base)):
            for j in range(8):
                out[base + i, j] = state[j, i]


@_jit
def _level(level: Words, pairs: int, out: Words, lanes: int, k: Words, h: Words) -> None:
    """`SHA-256(0x01 || left || right)` of every pair: 65 bytes, shifted by one, the last of them in a second block."""
    state, w = np.empty((8, lanes), np.uint32), np.empty((64, lanes), np.uint32)
    a, e = np.empty((68, lanes), np.uint32), np.empty((68, lanes), np.uint32)
    last = np.empty(lanes, np.uint32)
    for base in range(0, pairs, lanes):
        for i in range(lanes):
            n = min(base + i, pairs - 1)
            before = _u(1)
            for j in range(16):
                x = level[2 * n + j // 8, j % 8]
                w[j, i] = (before << _u(24)) | (x >> _u(8))
                before = x & _u(255)
            last[i] = (before << _u(24)) | _u(0x800000)
        for j in range(8):
            state[j, :] = h[j]
        _compress(state, w, a, e, k)
        w[0, :] = last
        for j in range(1, 15):
            w[j, :] = _u(0)
        w[15, :] = _u(65 * 8)
        _compress(state, w, a, e, k)
        for i in range(min(lanes, pairs - base)):
            for j in range(8):
                out[base + i, j] = state[j, i]

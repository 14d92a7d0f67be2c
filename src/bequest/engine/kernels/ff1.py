"""Format-preserving encryption of whole columns: FF1 (NIST SP 800-38G, algorithm 7), ten cipher calls per 32,768 rows.

The cipher is an argument (`ecb`: encrypts any number of 16-byte blocks, each on its own), so that no key ever comes
near this module; AES and SM4 both have its shape. A cipher keyed for FF1 is used for nothing else.

Bounds: the domain has at least a million values (SP 800-38G, 5.1), and one block of the cipher after another gives
the round function, with halves below 2^56 in value: 6 to 32 decimal digits, 4 to 20 characters of radix 36.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bequest.engine.kernels.buffers import Bytes, Ints, frozen
from bequest.engine.kernels.compiled import compiled

Ecb = Callable[[bytes], bytes]
"""Encrypts n × 16 bytes, every block on its own, and returns as many."""

MIN_DOMAIN = 1_000_000
"""Values a domain has at least (SP 800-38G, 5.1: radix^minlen ≥ 10^6 in the drafts of its revision 1; 100 before)."""

_ROWS = 1 << 15  # rows per round: the working set stays in the processor's cache
_BLOCK = 16
_ROUNDS = 10
_HALF_LIMIT = 1 << 56  # a half times 256 still fits 64 bits

Words = npt.NDArray[np.uint64]


def shortest(radix: int) -> int:
    """The fewest numerals whose domain is large enough."""
    length = 2
    while radix**length < MIN_DOMAIN:
        length += 1
    return length


def longest(radix: int) -> int:
    """The most numerals whose halves stay within bounds."""
    length = 2
    while radix ** ((length + 2) // 2) < _HALF_LIMIT:
        length += 1
    return length


def encrypt(numerals: Bytes, radix: int, ecb: Ecb, tweak: bytes = b"") -> Bytes:
    """Encrypt rows of equal length.

    Args:
        numerals: n × length array, each numeral below `radix`.
        radix: 2 to 256.
        ecb: the cipher.
        tweak: what tells apart equal values of different columns; not secret, any length below 2^32.

    Returns:
        n × length numerals.

    Raises:
        ValueError: where the length is outside `shortest(radix)` … `longest(radix)` or a numeral is none.
    """
    return _run(numerals, radix, ecb, tweak, decrypt=False)


def decrypt(numerals: Bytes, radix: int, ecb: Ecb, tweak: bytes = b"") -> Bytes:
    """The inverse of `encrypt`, with the same arguments and errors."""
    return _run(numerals, radix, ecb, tweak, decrypt=True)


@dataclass(frozen=True, slots=True)
class _Setting:
    """What stays the same for all rows of one length: the blocks of a round but for number and half, and the moduli."""

    left: int
    head: Words
    """ten × 2 words (big-endian bytes read as they lie): chaining value, tweak, padding, round number."""
    wide: int
    """Bytes of the pseudo-random number (d of the standard): 8, or 12 where a half fills more than four bytes."""
    moduli: tuple[int, int]


def _setting(length: int, radix: int, ecb: Ecb, tweak: bytes) -> _Setting:
    left = length // 2
    right = length - left
    number = ((radix**right - 1).bit_length() + 7) // 8
    wide = 4 * ((number + 3) // 4) + 4
    fixed = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, left % 256])
    fixed += length.to_bytes(4, "big") + len(tweak).to_bytes(4, "big")
    head = tweak + bytes((-len(tweak) - number - 1) % _BLOCK)
    chained = ecb(fixed)
    while len(head) >= _BLOCK:
        chained = ecb(_xor(chained, head[:_BLOCK]))
        head = head[_BLOCK:]
    last = _xor(chained, head.ljust(_BLOCK, b"\0"))
    blocks = np.empty((_ROUNDS, _BLOCK), np.uint8)
    blocks[:] = np.frombuffer(last, np.uint8)
    blocks[:, _BLOCK - 1 - number] ^= np.arange(_ROUNDS, dtype=np.uint8)
    return _Setting(left, blocks.view(np.uint64), wide, (radix**left, radix**right))


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _run(numerals: Bytes, radix: int, ecb: Ecb, tweak: bytes, *, decrypt: bool) -> Bytes:
    rows, length = numerals.shape
    if not 2 <= radix <= 256:
        raise ValueError("the radix is 2 to 256")
    if not shortest(radix) <= length <= longest(radix):
        raise ValueError(f"FF1 of radix {radix} takes {shortest(radix)} to {longest(radix)} numerals, not {length}")
    if rows and int(numerals.max()) >= radix:
        raise ValueError(f"a numeral of radix {radix} is below {radix}")
    given = frozen(numerals)
    out = np.empty((rows, length), np.uint8)
    if not rows:
        return out
    s = _setting(length, radix, ecb, tweak)
    room = min(rows, _ROWS)
    a, b, blocks = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(2 * room, np.uint64)
    order = range(_ROUNDS - 1, -1, -1) if decrypt else range(_ROUNDS)
    for start in range(0, rows, _ROWS):
        part = given[start : start + _ROWS]
        n = len(part)
        x, y, words = a[:n], b[:n], blocks[: 2 * n]
        _split(part, s.left, radix, x, y)
        for i in order:
            source, target = (x, y) if decrypt else (y, x)
            _fill(source, s.head[i, 0], s.head[i, 1], words)
            pseudo = np.frombuffer(ecb(words.tobytes()), np.uint64)
            _mix(target, pseudo, s.wide, s.moduli[i % 2], decrypt)
            x, y = y, x
        _join(x, y, s.left, radix, out[start : start + n])
    return out


@compiled
def _swapped(x: np.uint64) -> np.uint64:
    x = ((x & np.uint64(0x00FF00FF00FF00FF)) << np.uint64(8)) | ((x >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF))
    x = ((x & np.uint64(0x0000FFFF0000FFFF)) << np.uint64(16)) | ((x >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF))
    return np.uint64((x << np.uint64(32)) | (x >> np.uint64(32)))


@compiled
def _split(numerals: Bytes, left: int, radix: int, a: Ints, b: Ints) -> None:
    for i in range(numerals.shape[0]):
        x = 0
        y = 0
        for j in range(left):
            x = x * radix + numerals[i, j]
        for j in range(left, numerals.shape[1]):
            y = y * radix + numerals[i, j]
        a[i] = x
        b[i] = y


@compiled
def _join(a: Ints, b: Ints, left: int, radix: int, out: Bytes) -> None:
    for i in range(out.shape[0]):
        x = a[i]
        y = b[i]
        for j in range(left - 1, -1, -1):
            out[i, j] = x % radix
            x //= radix
        for j in range(out.shape[1] - 1, left - 1, -1):
            out[i, j] = y % radix
            y //= radix


@compiled
def _fill(half: Ints, head0: np.uint64, head1: np.uint64, words: Words) -> None:
    for i in range(len(half)):
        words[2 * i] = head0
        words[2 * i + 1] = head1 ^ _swapped(np.uint64(half[i]))


@compiled
def _mix(half: Ints, pseudo: Words, wide: int, modulus: int, subtract: bool) -> None:
    """Add to (or take from) each half the first `wide` bytes of its block as a number, modulo."""
    m = np.uint64(modulus)
    for i in range(len(half)):
        y = _swapped(pseudo[2 * i]) % m
        if wide > 8:
            rest = _swapped(pseudo[2 * i + 1])  # its first four bytes follow
            if m < np.uint64(1 << 32):
                y = ((y << np.uint64(32)) + (rest >> np.uint64(32))) % m
            else:
                for shift in range(56, 31, -8):
                    y = ((y << np.uint64(8)) + ((rest >> np.uint64(shift)) & np.uint64(0xFF))) % m
        value = half[i] - np.int64(y) if subtract else half[i] + np.int64(y)
        if value < 0:
            value += modulus
        elif value >= modulus:
            value -= modulus
        half[i] = value

"""The digest SM3 (GB/T 32905; GM/T 0004): by Python's own OpenSSL, else in plain Python, which is slow."""

import hashlib
import struct
from pathlib import Path
from typing import Protocol

_BLOCK = 64
_START = (
    0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
)  # fmt: skip
_MASK = 0xFFFFFFFF


class Digest(Protocol):
    """A digest that is being made."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes in."""

    def digest(self) -> bytes:
        """The digest so far, 32 bytes."""


def sm3(data: bytes) -> bytes:
    """The SM3 digest, 32 bytes."""
    made = _new()
    made.update(data)
    return made.digest()


def sm3_file(path: Path) -> str:
    """The SM3 digest of a file, in hex."""
    made = _new()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            made.update(chunk)
    return made.digest().hex()


def _new() -> Digest:
    try:
        return hashlib.new("sm3")
    except ValueError:  # a build of OpenSSL without it
        return PlainSm3()


class PlainSm3:
    """SM3 in plain Python, some hundred kilobytes a second."""

    def __init__(self) -> None:
        self._state: tuple[int, ...] = _START
        self._rest = b""
        self._size = 0

    def update(self, data: bytes, /) -> None:
        """Take more bytes in."""
        self._size += len(data)
        data = self._rest + data
        whole = len(data) // _BLOCK * _BLOCK
        for at in range(0, whole, _BLOCK):
            self._state = _compressed(self._state, data[at : at + _BLOCK])
        self._rest = data[whole:]

    def digest(self) -> bytes:
        """The digest so far (§5.2: padding)."""
        state = self._state
        rest = self._rest + b"\x80"
        rest += bytes(-(len(rest) + 8) % _BLOCK) + struct.pack(">Q", 8 * self._size)
        for at in range(0, len(rest), _BLOCK):
            state = _compressed(state, rest[at : at + _BLOCK])
        return struct.pack(">8I", *state)


def _turned(x: int, n: int) -> int:
    n %= 32
    return (x << n | x >> (32 - n)) & _MASK


def _compressed(state: tuple[int, ...], block: bytes) -> tuple[int, ...]:
    """One block (§5.3)."""
    w = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        x = w[j - 16] ^ w[j - 9] ^ _turned(w[j - 3], 15)
        w.append(x ^ _turned(x, 15) ^ _turned(x, 23) ^ _turned(w[j - 13], 7) ^ w[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        early = j < 16
        turned = _turned(a, 12)
        ss1 = _turned((turned + e + _turned(0x79CC4519 if early else 0x7A879D8A, j)) & _MASK, 7)
        ff = a ^ b ^ c if early else (a & b) | (a & c) | (b & c)
        gg = e ^ f ^ g if early else (e & f) | (~e & g)
        tt1 = (ff + d + (ss1 ^ turned) + (w[j] ^ w[j + 4])) & _MASK
        tt2 = (gg + h + ss1 + w[j]) & _MASK
        a, b, c, d = tt1, a, _turned(b, 9), c
        e, f, g, h = tt2 ^ _turned(tt2, 9) ^ _turned(tt2, 17), e, _turned(f, 19), g
    return tuple(x ^ y for x, y in zip((a, b, c, d, e, f, g, h), state, strict=True))

"""The verifier's tokens: AES-CMAC (RFC 4493) under its own key, over whole columns, and sets of them searched in bulk.

The key is divided by use: values, places in which a value may remain, and whole rows. Nothing here is taken from the
kernels with which the plan names its rows: `cmac` is written apart on purpose, and a test holds it against the library.
"""

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from bequest.crypto.cipher import aes_ecb, derive
from bequest.steps.destroy.verifier.buffers import Bytes, Ints, Texts
from bequest.steps.destroy.verifier.candidates import KINDS
from bequest.steps.destroy.verifier.walk import compiled

SIZE = 16
Ecb = Callable[[bytes], bytes]
Positions = npt.NDArray[np.int64]

_PURPOSE = "verifier"


class Tokeniser:
    """Tokens under the verifier's key."""

    def __init__(self, key: bytes) -> None:
        self._values = aes_ecb(derive(key, _PURPOSE, "values"))
        self._places = aes_ecb(derive(key, _PURPOSE, "places"))
        self._contents = aes_ecb(derive(key, _PURPOSE, "contents"))

    def values(self, kinds: npt.NDArray[np.uint8], normals: Texts) -> Bytes:
        """Tokens of candidates, n × 16 bytes."""
        out = np.empty((len(kinds), SIZE), np.uint8)
        for n, kind in enumerate(KINDS):
            at = np.flatnonzero(kinds == n)
            if len(at):
                out[at] = cmac(f"value\0{kind}\0".encode(), normals, at, self._values)
        return out

    def places(self, source: str, table: str, column: str, rows: Texts, at: Ints) -> Bytes:
        """Tokens of the cells in these rows; a row's text is empty where rows have no lasting name."""
        return cmac("\0".join(("place", source, table, column, "")).encode(), rows, at, self._places)

    def contents(self, source: str, table: str, texts: Texts) -> Bytes:
        """Tokens of whole rows."""
        prefix = "\0".join(("row", source, table, "")).encode()
        return cmac(prefix, texts, np.arange(len(texts)), self._contents)


class TokenSet:
    """Sixteen-byte tokens, sorted; membership of many at once, by the whole token."""

    def __init__(self, tokens: Bytes) -> None:
        """`tokens`: n × 16 bytes, in any order and repeated or not."""
        pairs = _pairs(tokens)
        order = np.argsort(pairs[:, 0])  # by half of each token: many times as fast as by both
        ranked = pairs[order]
        is_new = np.ones(len(order), np.bool_)
        is_new[1:] = ranked[1:, 0] != ranked[:-1, 0]
        if (ranked[1:, 1] != ranked[:-1, 1])[~is_new[1:]].any():  # tokens that share 64 bits: met once in a lifetime
            order = np.lexsort((pairs[:, 1], pairs[:, 0]))
            ranked = pairs[order]
            is_new[1:] = (ranked[1:] != ranked[:-1]).any(axis=1)
        begins = np.flatnonzero(is_new)
        self._data = ranked[begins]
        self._high = np.ascontiguousarray(self._data[:, 0])
        self.first: Positions = np.minimum.reduceat(order, begins) if len(order) else order
        """Where each token of the set stood first among those it was made of."""

    @classmethod
    def of(cls, tokens: Iterable[bytes]) -> "TokenSet":
        """The set of some tokens."""
        return cls.from_bytes(b"".join(tokens))

    @classmethod
    def from_bytes(cls, data: bytes) -> "TokenSet":
        """The set that `to_bytes` wrote."""
        return cls(np.frombuffer(data, np.uint8).reshape(-1, SIZE))

    def __len__(self) -> int:
        return len(self._data)

    def array(self) -> Bytes:
        """All tokens in order, n × 16 bytes."""
        return self._data.astype(">u8").view(np.uint8).reshape(-1, SIZE)

    def to_bytes(self) -> bytes:
        """All tokens in order."""
        return self.array().tobytes()

    def head(self, n: int) -> "TokenSet":
        """The n smallest: a random choice that nobody without the key can steer."""
        return TokenSet(self.array()[:n])

    def holds(self, tokens: Bytes) -> npt.NDArray[np.bool_]:
        """Which of the tokens are in the set."""
        return self.positions(tokens) >= 0

    def positions(self, tokens: Bytes) -> Positions:
        """Place of each token (n × 16 bytes) in the sorted set, -1 where it is not in it."""
        wanted = _pairs(tokens)
        out = np.full(len(wanted), -1, np.int64)
        at = np.searchsorted(self._high, wanted[:, 0])
        live = np.flatnonzero(at < len(self))
        while len(live := live[self._high[np.minimum(at[live], len(self) - 1)] == wanted[live, 0]]):
            hit = self._data[at[live], 1] == wanted[live, 1]
            out[live[hit]] = at[live[hit]]
            live = live[~hit]  # rows that share 64 bits: met once in a lifetime
            at[live] += 1
            live = live[at[live] < len(self)]
        return out


def cmac(prefix: bytes, texts: Texts, at: Ints, ecb: Ecb) -> Bytes:
    """AES-CMAC of `prefix` + text for these texts, n × 16 bytes: block by block, each for all that still have one."""
    k1 = _double(int.from_bytes(ecb(bytes(SIZE)), "big"))
    subkeys = np.frombuffer(k1.to_bytes(SIZE, "big") + _double(k1).to_bytes(SIZE, "big"), np.uint8).reshape(2, SIZE)
    lengths = len(prefix) + texts.offsets[at + 1] - texts.offsets[at]
    n_blocks = np.maximum(1, -(-lengths // SIZE))
    order = np.argsort(-n_blocks, kind="stable")
    begins, lengths = texts.offsets[at][order], lengths[order]
    n_with = np.searchsorted(-n_blocks[order], -np.arange(int(n_blocks.max(initial=0))), side="left")
    head, state = np.frombuffer(prefix, np.uint8), np.zeros((len(at), SIZE), np.uint8)
    for block, n in enumerate(n_with.tolist()):
        _mix(head, texts.data, begins, lengths, block, subkeys, state[:n])
        state[:n] = np.frombuffer(ecb(state[:n].tobytes()), np.uint8).reshape(-1, SIZE)
    out = np.empty_like(state)
    out[order] = state
    return out


@compiled
def _mix(head, data, begins, lengths, block, subkeys, state):  # type: ignore[no-untyped-def]
    """One block of each message into its state; the last one is filled up and masked (RFC 4493 §2.4)."""
    first = 16 * block
    for i in range(len(state)):
        behind = begins[i] - len(head)
        left = lengths[i] - first
        for j in range(min(16, left)):
            at = first + j
            state[i, j] ^= head[at] if at < len(head) else data[behind + at]
        if left <= 16:
            full = left == 16
            for j in range(16):
                state[i, j] ^= subkeys[0 if full else 1, j]
            if not full:
                state[i, left] ^= 0x80


def _pairs(tokens: Bytes) -> npt.NDArray[np.uint64]:
    return np.ascontiguousarray(tokens).view(">u8").reshape(-1, 2).astype(np.uint64)


def _double(value: int) -> int:
    return ((value << 1) & ((1 << 128) - 1)) ^ (0x87 if value >> 127 else 0)

"""The verifier's tokens: HMAC-SHA256 under its own key, cut to 16 bytes, and sets of them that are searched in bulk."""

import hmac
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

SIZE = 16
_CACHE = 400_000

Array = npt.NDArray[np.uint8]


class Tokeniser:
    """Tokens under the verifier's key; repeated values cost nothing."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._seen: dict[tuple[str, str], bytes] = {}

    def value(self, kind: str, normal: str) -> bytes:
        """Token of a candidate."""
        known = self._seen.get((kind, normal))
        if known is None:
            if len(self._seen) >= _CACHE:
                self._seen.clear()
            known = self._seen[kind, normal] = self._hmac(f"value\0{kind}\0{normal}")
        return known

    def place(self, source: str, table: str, column: str, row: str) -> bytes:
        """Token of a cell; `row` is empty for a whole column, in tables whose rows have no lasting name."""
        return self._hmac("\0".join(("place", source, table, column, row)))

    def _hmac(self, message: str) -> bytes:
        return hmac.digest(self._key, message.encode("utf-8", "surrogatepass"), "sha256")[:SIZE]


class TokenSet:
    """Sixteen-byte tokens, sorted; membership of many at once, by the whole token."""

    def __init__(self, tokens: Iterable[bytes]) -> None:
        joined = b"".join(sorted(set(tokens)))
        self._data = np.frombuffer(joined, ">u8").reshape(-1, 2).astype(np.uint64)

    def __len__(self) -> int:
        return len(self._data)

    def to_bytes(self) -> bytes:
        """All tokens in order."""
        return bytes(self._data.astype(">u8").tobytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> "TokenSet":
        """The set that `to_bytes` wrote."""
        return cls(data[i : i + SIZE] for i in range(0, len(data), SIZE))

    def holds(self, tokens: Sequence[bytes]) -> npt.NDArray[np.bool_]:
        """Which of the tokens are in the set."""
        return self.positions(np.frombuffer(b"".join(tokens), np.uint8).reshape(-1, SIZE)) >= 0

    def positions(self, tokens: Array) -> npt.NDArray[np.int64]:
        """Place of each token (n × 16 bytes) in the sorted set, -1 where it is not in it."""
        wanted = np.ascontiguousarray(tokens).view(">u8").reshape(-1, 2).astype(np.uint64)
        high = self._data[:, 0]
        at = np.searchsorted(high, wanted[:, 0])
        end = np.searchsorted(high, wanted[:, 0], side="right")
        out = np.full(len(wanted), -1, np.int64)
        while len(live := np.flatnonzero((out < 0) & (at < end))):  # rows that share 64 bits: met once in a lifetime
            hit = self._data[at[live], 1] == wanted[live, 1]
            out[live[hit]] = at[live[hit]]
            at[live] += 1
        return out


def cmac_rows(messages: Sequence[bytes], ecb: Callable[[bytes], bytes]) -> Array:
    """AES-CMAC (RFC 4493) of many messages, n × 16 bytes: how the plan names its rows. Written apart on purpose."""
    zero = int.from_bytes(ecb(bytes(SIZE)), "big")
    k1 = _double(zero)
    k2 = _double(k1)
    out = np.empty((len(messages), SIZE), np.uint8)
    by_length: dict[int, list[int]] = {}
    for i, m in enumerate(messages):
        by_length.setdefault(max(1, -(-len(m) // SIZE)), []).append(i)
    for n_blocks, rows in by_length.items():
        padded = b"".join(_padded(messages[i], n_blocks, k1, k2) for i in rows)
        blocks = np.frombuffer(padded, np.uint8).reshape(len(rows), n_blocks, SIZE)
        state = np.zeros((len(rows), SIZE), np.uint8)
        for b in range(n_blocks):
            state = np.frombuffer(ecb((state ^ blocks[:, b]).tobytes()), np.uint8).reshape(-1, SIZE)
        out[rows] = state
    return out


def _padded(message: bytes, n_blocks: int, k1: int, k2: int) -> bytes:
    """The message with its last block masked, and filled up where it is short."""
    size = n_blocks * SIZE
    full = len(message) == size
    head, tail = message[: size - SIZE], message[size - SIZE :]
    if not full:
        tail = tail + b"\x80" + bytes(SIZE - 1 - len(tail))
    return head + (int.from_bytes(tail, "big") ^ (k1 if full else k2)).to_bytes(SIZE, "big")


def _double(value: int) -> int:
    return ((value << 1) & ((1 << 128) - 1)) ^ (0x87 if value >> 127 else 0)

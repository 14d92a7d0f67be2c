"""Base45 (RFC 9285 §4) of many values of one length at once."""

from typing import Final

import numpy as np

from bequest.engine.kernels.buffers import Bytes

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_SIGNS: Final = np.frombuffer(ALPHABET.encode(), np.uint8)


def _table(values: int, signs: int) -> Bytes:
    """The signs of every value, the least first."""
    n = np.arange(values)
    return np.stack([_SIGNS[n // 45**k % 45] for k in range(signs)], axis=1)


_PAIRS: Final = _table(1 << 16, 3)
_LAST: Final = _table(1 << 8, 2)


def encode(rows: Bytes) -> Bytes:
    """N values of w bytes each, as n × (w // 2 · 3 + w % 2 · 2) signs."""
    n, width = rows.shape
    even = width // 2 * 2
    pairs = rows[:, :even].reshape(n, even // 2, 2).astype(np.uint16)
    signs = _PAIRS[pairs[:, :, 0] << 8 | pairs[:, :, 1]].reshape(n, even // 2 * 3)
    return np.concatenate([signs, _LAST[rows[:, -1]]], axis=1) if width % 2 else signs

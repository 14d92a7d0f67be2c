"""Keyed tags over whole columns: AES-CMAC (RFC 4493, NIST SP 800-38B), one cipher call per block column.

The cipher is an argument (`ecb`: encrypts any number of 16-byte blocks, each on its own), so that no key ever comes
near this module. Chaining runs across rows: block k of all values is encrypted in one call.
"""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.buffers import TAG_BYTES, Bytes, Ints, frozen, tag_series, text_buffers
from bequest.engine.kernels.compiled import compiled

Words = npt.NDArray[np.uint64]

Ecb = Callable[[bytes], bytes]
"""Encrypts n × 16 bytes, every block on its own, and returns as many."""

_ROWS = 1 << 15  # rows per round: the working set stays in the processor's cache
_FIELD_HEAD = 5  # one byte for null or value, four for the length

_MASKS = frozen(
    np.where(np.arange(TAG_BYTES) < np.arange(TAG_BYTES + 1)[:, None], 255, 0).astype(np.uint8).view(np.uint64)
)


def tokens(series: pl.Series, ecb: Ecb, prefix: str) -> pl.Series:
    """16-byte tags of `prefix` + value, null where the value is null.

    The prefix says what is tokened (the class and a separator), so that equal texts of different classes never meet.
    """
    machine = _Cmac(ecb, prefix.encode())
    parts = [_tag_texts(machine, part) for part in _slices(series)]
    return pl.concat(parts, rechunk=True) if parts else pl.Series(series.name, [], dtype=pl.Binary)


def row_digests(frame: pl.DataFrame, ecb: Ecb, prefix: str) -> pl.Series:
    """16-byte tags over the whole content of each row: every column of the frame in order.

    Each value is written as a mark (null or not) and its length before its bytes: null differs from empty and no two
    rows share an encoding.
    """
    machine = _Cmac(ecb, prefix.encode())
    parts = []
    for start in range(0, frame.height, _ROWS):
        offsets, data = _encode_rows(frame.slice(start, _ROWS))
        rows = np.arange(len(offsets) - 1)
        parts.append(tag_series("row_digest", machine.tags(offsets, data, rows), np.ones(len(rows), np.bool_)))
    return pl.concat(parts, rechunk=True) if parts else pl.Series("row_digest", [], dtype=pl.Binary)


def tag(message: bytes, ecb: Ecb) -> bytes:
    """The tag of one message."""
    body = np.frombuffer(message, np.uint8)
    offsets = np.array([0, len(message)], np.int64)
    return bytes(_Cmac(ecb, b"").tags(frozen(offsets), frozen(body), np.zeros(1, np.int64))[0])


def _slices(series: pl.Series) -> Iterator[pl.Series]:
    for start in range(0, len(series), _ROWS):
        yield series.slice(start, _ROWS)


def _tag_texts(machine: "_Cmac", series: pl.Series) -> pl.Series:
    text = text_buffers(series)
    if text.valid.all():
        return tag_series(series.name, machine.tags(text.offsets, text.data, np.arange(len(text))), text.valid)
    rows = np.flatnonzero(text.valid)
    tags = np.zeros((len(text), TAG_BYTES), np.uint8)
    tags[rows] = machine.tags(text.offsets, text.data, rows)
    return tag_series(series.name, tags, text.valid)


def _encode_rows(frame: pl.DataFrame) -> tuple[Ints, Bytes]:
    """The encoding of each row: all columns lie one behind the other, so that one walk writes whole rows."""
    columns = [text_buffers(series) for series in frame.get_columns()]
    lengths = [len(text.data) for text in columns]
    starts = frozen(np.cumsum([0, *lengths], dtype=np.int64))
    bounds = frozen(np.array([text.offsets for text in columns], np.int64).reshape(len(columns), frame.height + 1))
    valid = frozen(np.array([text.valid for text in columns], np.bool_).reshape(len(columns), frame.height))
    data = frozen(np.concatenate([np.zeros(0, np.uint8), *(text.data for text in columns)]))
    offsets = np.zeros(frame.height + 1, np.int64)
    if _measure(bounds, valid, offsets) >= 1 << 32:
        raise ValueError("a value of 4 GiB or more cannot be digested")
    out = np.empty(int(offsets[-1]), np.uint8)
    _write_rows(bounds, starts, data, valid, offsets, out)
    return frozen(offsets), frozen(out)


class _Cmac:
    """CMAC under one key, with a prefix that is chained in once for all messages."""

    def __init__(self, ecb: Ecb, prefix: bytes) -> None:
        self._ecb = ecb
        zero = int.from_bytes(ecb(bytes(TAG_BYTES)), "big")
        first = _double(zero)
        self._ends = frozen(_endings(_block(first), _block(_double(first))).view(np.uint64))
        whole = max(0, (len(prefix) - 1) // TAG_BYTES)  # the last prefix block waits: the message may end in it
        state = bytes(TAG_BYTES)
        for i in range(whole):
            block = prefix[i * TAG_BYTES : (i + 1) * TAG_BYTES]
            state = ecb(bytes(a ^ b for a, b in zip(state, block, strict=True)))
        self._start = np.frombuffer(state, np.uint8)
        self._tail = frozen(np.frombuffer(prefix[whole * TAG_BYTES :], np.uint8))

    def _head(self, k: int) -> tuple[int, Words, Words]:
        """What of the prefix stands in block k: value bytes before the block, prefix bytes in it, and a mask."""
        part = self._tail[TAG_BYTES * k : TAG_BYTES * (k + 1)]
        block, keep = np.zeros(TAG_BYTES, np.uint8), np.full(TAG_BYTES, 255, np.uint8)
        block[: len(part)] = part
        keep[: len(part)] = 0
        return TAG_BYTES * k - len(self._tail), frozen(block.view(np.uint64)), frozen(keep.view(np.uint64))

    def tags(self, offsets: Ints, data: Bytes, rows: Ints) -> Bytes:
        """The n × 16 tags of the given rows."""
        if not len(rows):
            return np.zeros((0, TAG_BYTES), np.uint8)
        lengths = offsets[rows + 1] - offsets[rows] + len(self._tail)
        n_blocks = np.maximum(1, (lengths + TAG_BYTES - 1) // TAG_BYTES)
        most = int(n_blocks.max())
        uniform = most == int(n_blocks.min())
        order = None if uniform else np.argsort((most - n_blocks).astype(np.uint32), kind="stable")
        ranked = frozen(rows if order is None else rows[order])
        descending = -(n_blocks if order is None else n_blocks[order])
        state = frozen(np.tile(self._start.view(np.uint64), (len(rows), 1)))
        mixed = np.empty((len(rows), 2), np.uint64)
        finished = []  # messages without a block k, longest chains first
        for k in range(most):
            count = int(np.searchsorted(descending, -k, side="left"))  # rows that have a block k
            if count < len(state):
                finished.append(state[count:])
            _mix_block(offsets, data, ranked, self._head(k), _MASKS, self._ends, state, mixed[:count])
            state = np.frombuffer(self._ecb(mixed[:count].tobytes()), np.uint64).reshape(count, 2)
        if order is None:
            return state.view(np.uint8)
        tags = np.empty((len(rows), 2), np.uint64)
        tags[order] = np.concatenate([state, *reversed(finished)])
        return tags.view(np.uint8)


def _double(value: int) -> int:
    """Multiplication by x in GF(2^128) (RFC 4493 §2.3)."""
    return ((value << 1) & ((1 << 128) - 1)) ^ (0x87 if value >> 127 else 0)


def _block(value: int) -> Bytes:
    return frozen(np.frombuffer(value.to_bytes(TAG_BYTES, "big"), np.uint8))


def _endings(k1: Bytes, k2: Bytes) -> Bytes:
    """Padding and subkey by the number of bytes left: 0..15 padded with K2, 16 whole with K1, 17 not the last block."""
    ends = np.zeros((TAG_BYTES + 2, TAG_BYTES), np.uint8)
    for left in range(TAG_BYTES):
        ends[left] = k2
        ends[left, left] ^= 0x80
    ends[TAG_BYTES] = k1
    return ends


@compiled
def _measure(bounds, valid, offsets):  # type: ignore[no-untyped-def]
    """Where the encoding of each row ends; the longest value."""
    longest = 0
    for row in range(len(offsets) - 1):
        size = 0
        for column in range(bounds.shape[0]):
            length = bounds[column, row + 1] - bounds[column, row] if valid[column, row] else 0
            longest = max(longest, length)
            size += length + _FIELD_HEAD
        offsets[row + 1] = offsets[row] + size
    return longest


@compiled
def _write_rows(bounds, starts, data, valid, offsets, out):  # type: ignore[no-untyped-def]
    for row in range(len(offsets) - 1):
        at = offsets[row]
        for column in range(bounds.shape[0]):
            length = bounds[column, row + 1] - bounds[column, row] if valid[column, row] else 0
            out[at] = 1 if valid[column, row] else 0
            for i in range(4):
                out[at + 1 + i] = (length >> (8 * i)) & 255
            start = starts[column] + bounds[column, row]
            for i in range(length):
                out[at + _FIELD_HEAD + i] = data[start + i]
            at += _FIELD_HEAD + length


@compiled
def word_at(data, at):  # type: ignore[no-untyped-def]
    """Eight bytes as one little-endian word; the compiler makes one load of it, since the index is unsigned."""
    word = np.uint64(0)
    for i in range(8):
        word |= np.uint64(data[at + np.uint64(i)]) << np.uint64(8 * i)
    return word


@compiled
def _mix_block(offsets, data, rows, head, mask, ends, state, out):  # type: ignore[no-untyped-def]
    """One block of every message, XORed into its chaining state (RFC 4493 §2.4).

    `head` are the bytes that stand before the value in this block (zeros after them), `mask[n]` keeps n bytes of the
    block, `ends[n]` is padding and subkey of a block with n bytes left (17 = more follows); all as two words of eight
    bytes. Reading always 16 bytes and masking needs no loop; only at the edges of the buffer it goes byte by byte.
    """
    bytes_before, block, keep = head
    edge = np.zeros(TAG_BYTES, np.uint8)
    edge_words = edge.view(np.uint64)
    for j in range(out.shape[0]):
        row = rows[j]
        start = offsets[row] + bytes_before
        left = offsets[row + 1] - start
        ending, value = min(17, left), min(16, left)
        if start >= 0 and start + 16 <= len(data):
            for i in range(2):
                word = word_at(data, np.uint64(start + 8 * i))
                out[j, i] = state[j, i] ^ block[i] ^ ends[ending, i] ^ (word & mask[value, i] & keep[i])
        else:
            for i in range(16):
                edge[i] = data[start + i] if start + i >= 0 and i < left else np.uint8(0)
            for i in range(2):
                out[j, i] = state[j, i] ^ block[i] ^ ends[ending, i] ^ (edge_words[i] & keep[i])

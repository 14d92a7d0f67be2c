"""Cut pieces out of a buffer and put other pieces in: how text files and free text are read and rewritten."""

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bytes, Ints, TextBuffers, frozen, text_buffers, text_series
from bequest.engine.kernels.compiled import compiled


def gather(name: str, data: Bytes, starts: Ints, ends: Ints) -> pl.Series:
    """A text column of the pieces `data[starts[i]:ends[i]]`, null where a start is negative."""
    valid = frozen(starts >= 0)
    lengths = np.where(valid, ends - starts, 0)
    offsets = np.zeros(len(starts) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    out = np.empty(int(offsets[-1]), np.uint8)
    _copy_pieces(data, frozen(starts), frozen(offsets), out)
    return text_series(name, offsets, out, valid)


def splice(data: Bytes, starts: Ints, ends: Ints, replacements: pl.Series | None = None) -> Bytes:
    """The buffer with `data[starts[i]:ends[i]]` replaced by replacement i (nothing, where there are none).

    The pieces are in order and do not overlap; a null replacement is nothing.

    Raises:
        ValueError: where pieces are out of order or overlap.
    """
    if len(starts) and (bool((starts[1:] < ends[:-1]).any()) or bool((ends < starts).any())):
        raise ValueError("pieces are in order and do not overlap")
    text = _nothing(len(starts)) if replacements is None else text_buffers(replacements)
    lengths = np.where(text.valid, np.diff(text.offsets), 0)
    out = np.empty(len(data) + int(lengths.sum()) - int((ends - starts).sum()), np.uint8)
    _copy_around(data, frozen(starts), frozen(ends), text.offsets, text.data, frozen(lengths), out)
    return out


def _nothing(n: int) -> TextBuffers:
    return TextBuffers(frozen(np.zeros(n + 1, np.int64)), frozen(np.zeros(0, np.uint8)), frozen(np.zeros(n, np.bool_)))


@compiled
def _copy_pieces(data, starts, offsets, out):  # type: ignore[no-untyped-def]
    for i in range(len(starts)):
        start, to = starts[i], offsets[i]
        for j in range(offsets[i + 1] - to):
            out[to + j] = data[start + j]


@compiled
def _copy_around(data, starts, ends, rep_offsets, rep_data, rep_lengths, out):  # type: ignore[no-untyped-def]
    at, to = 0, 0
    for i in range(len(starts)):
        n = starts[i] - at
        out[to : to + n] = data[at : at + n]
        to += n
        for j in range(rep_lengths[i]):
            out[to + j] = rep_data[rep_offsets[i] + j]
        to += rep_lengths[i]
        at = ends[i]
    out[to:] = data[at:]

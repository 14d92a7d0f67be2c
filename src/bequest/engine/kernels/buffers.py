"""Columns as plain buffers and back: what kernels read and write.

All arrays handed out are read-only, so that each kernel is compiled once and nobody writes into a column by mistake.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

Item = TypeVar("Item", bound=np.generic)

TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class TextBuffers:
    """A text column: value i is `data[offsets[i]:offsets[i + 1]]`, UTF-8, where `valid[i]`."""

    offsets: Ints
    data: Bytes
    valid: Bools

    def __len__(self) -> int:
        return len(self.valid)


def text_buffers(series: pl.Series) -> TextBuffers:
    """The buffers of a text column; slices, chunks and nulls are taken care of.

    A null keeps whatever bytes lie under it: look at `valid` first.
    """
    if series.dtype != pl.String:
        series = series.cast(pl.String)
    array = _one_chunk(series).to_arrow(compat_level=pl.CompatLevel.oldest())
    mask, offsets, data = array.buffers()
    n = len(array)
    if n == 0 or offsets is None:
        return TextBuffers(frozen(np.zeros(1, np.int64)), frozen(np.zeros(0, np.uint8)), frozen(np.zeros(0, np.bool_)))
    bounds = np.frombuffer(offsets, np.int64, n + 1, array.offset * 8)
    first, last = int(bounds[0]), int(bounds[-1])
    body = np.frombuffer(data, np.uint8, last - first, first) if last > first else np.zeros(0, np.uint8)
    return TextBuffers(frozen(bounds - first if first else bounds), frozen(body), _valid(array, mask))


def detached(frame: pl.DataFrame) -> pl.DataFrame:
    """A copy of a few rows that no longer holds the buffers of the many they were taken from."""
    made = pl.from_arrow(frame.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()))
    assert isinstance(made, pl.DataFrame)  # noqa: S101 - narrows what from_arrow may return
    return made


def validity(series: pl.Series) -> Bools:
    """Which values are not null, as a read-only array."""
    if not series.null_count():
        return frozen(np.ones(len(series), np.bool_))
    return frozen(np.array(series.is_not_null().to_numpy(), np.bool_))


def _valid(array: pa.Array, mask: pa.Buffer | None) -> Bools:
    """What an array's bitmap says; all are valid where there is none."""
    if mask is None:
        return frozen(np.ones(len(array), np.bool_))
    bits = np.unpackbits(np.frombuffer(mask, np.uint8), count=array.offset + len(array), bitorder="little")
    return frozen(bits[array.offset :].view(np.bool_))


def _one_chunk(series: pl.Series) -> pl.Series:
    """The series in one piece; asking is much cheaper than an expression over a few rows."""
    return series if series.n_chunks() == 1 else series.rechunk()


def frozen(array: npt.NDArray[Item]) -> npt.NDArray[Item]:
    """The array, contiguous and read-only."""
    view = np.ascontiguousarray(array)
    if view.flags.writeable:
        view = view.view()
        view.flags.writeable = False
    return view


def text_series(name: str, offsets: Ints, data: Bytes, valid: Bools) -> pl.Series:
    """A text column from buffers; the bytes must be UTF-8."""
    array = pa.LargeStringArray.from_buffers(
        len(valid), pa.py_buffer(offsets), pa.py_buffer(data), pa.py_buffer(_bitmap(valid)), int((~valid).sum())
    )
    return pl.Series(name, array, dtype=pl.String)


def tag_series(name: str, tags: Bytes, valid: Bools) -> pl.Series:
    """A binary column of 16-byte tags from an n × 16 array, null where not valid."""
    n = len(valid)
    offsets = np.zeros(n + 1, np.int64)
    np.cumsum(np.where(valid, TAG_BYTES, 0), out=offsets[1:])
    data = np.ascontiguousarray(tags if valid.all() else tags[valid])
    array = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), n, [pa.py_buffer(_bitmap(valid)), pa.py_buffer(offsets), pa.py_buffer(data)]
    )
    return pl.Series(name, array, dtype=pl.Binary)


def tag_array(series: pl.Series) -> tuple[Bytes, Bools]:
    """An n × 16 array of the tags of a binary column (zeros where null) and which are not null.

    Raises:
        ValueError: where a value does not have 16 bytes.
    """
    valid = validity(series)
    present = _one_chunk(series.drop_nulls() if series.null_count() else series)
    if len(present) and not bool((present.bin.size(unit="b") == TAG_BYTES).all()):
        raise ValueError("every tag has 16 bytes")
    tags = np.zeros((len(series), TAG_BYTES), np.uint8)
    if len(present):
        array = present.to_arrow(compat_level=pl.CompatLevel.oldest())
        _, offsets, data = array.buffers()
        first = int(np.frombuffer(offsets, np.int64, 1, array.offset * 8)[0])
        body = np.frombuffer(data, np.uint8, len(present) * TAG_BYTES, first)
        tags[valid] = body.reshape(-1, TAG_BYTES)
    return frozen(tags), valid


def _bitmap(valid: Bools) -> Bytes:
    return np.packbits(valid, bitorder="little")

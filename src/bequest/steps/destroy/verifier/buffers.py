"""Text columns as plain buffers, for the verifier's compiled walks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Texts:
    """Text i is `data[offsets[i]:offsets[i + 1]]`, UTF-8; there is no null."""

    offsets: Ints
    data: Bytes

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def series(self) -> pl.Series:
        """The texts as a column."""
        array = pa.LargeStringArray.from_buffers(len(self), pa.py_buffer(self.offsets), pa.py_buffer(self.data))
        return pl.Series("", array, dtype=pl.String)


def text_buffers(series: pl.Series) -> Texts:
    """The buffers of a text column; nulls are read as empty texts."""
    return arrow_buffers(series.fill_null("").rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()))


def arrow_buffers(array: pa.LargeStringArray | pa.LargeBinaryArray) -> Texts:
    """The buffers of an array of texts or tokens without nulls."""
    _, offsets, data = array.buffers()
    if not len(array) or data is None:
        return Texts(np.zeros(len(array) + 1, np.int64), np.frombuffer(b"", np.uint8))
    bounds = np.frombuffer(offsets, np.int64, len(array) + 1, array.offset * 8)
    body = np.frombuffer(data, np.uint8, int(bounds[-1] - bounds[0]), int(bounds[0]))
    return Texts(bounds - bounds[0], body)


def joined(one: Texts, two: Texts) -> Texts:
    """One behind the other."""
    if not len(two):
        return one
    offsets = np.concatenate([one.offsets, two.offsets[1:] + one.offsets[-1]])
    return Texts(offsets, closed(np.concatenate([one.data, two.data])))


def closed(data: Bytes) -> Bytes:
    """The bytes as a view that nobody can write to: walks are compiled for such only."""
    view = data.view()
    view.flags.writeable = False
    return view

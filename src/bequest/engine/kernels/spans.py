"""Identifiers inside free text: mobile and landline numbers, resident identity and bank card numbers, e-mail addresses.

What is recognised is what `normalise` accepts, with separators, country code and full-width characters. An 18-digit
number with a wrong check character is no identity number. Names and addresses are found by `names`, not here.
"""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels import normalise, scan_text, write_text
from bequest.engine.kernels.buffers import Ints, TextBuffers, text_buffers, text_series
from bequest.model.datamap import FieldClass

KINDS: dict[FieldClass, int] = {
    FieldClass.PHONE: scan_text.PHONE,
    FieldClass.NATIONAL_ID: scan_text.NATIONAL_ID,
    FieldClass.BANK_CARD: scan_text.BANK_CARD,
    FieldClass.EMAIL: scan_text.EMAIL,
    FieldClass.LANDLINE: scan_text.LANDLINE,
}
"""The classes that can be found inside text, with the code the kernel uses."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Identifiers found: byte positions in the text buffers, kind code and row of each, in order."""

    text: TextBuffers
    starts: Ints
    ends: Ints
    kinds: npt.NDArray[np.uint8]
    rows: Ints

    @property
    def n_rows(self) -> int:
        """How many rows hold at least one."""
        return _n_distinct(self.rows)

    def n_rows_of(self, cls: FieldClass) -> int:
        """How many rows hold an identifier of that class."""
        return _n_distinct(self.rows[self.kinds == KINDS[cls]])

    def plain(self) -> pl.Series:
        """The identifiers without separators and country code, in plain characters; addresses in lower case."""
        n = len(self.starts)
        data = np.empty(int((self.ends - self.starts).sum()), np.uint8)
        offsets = np.zeros(n + 1, np.int64)
        size = write_text.write_plain(self.text.data, self.starts, self.ends, self.kinds, offsets, data)
        return text_series("value", offsets, data[:size], np.ones(n, np.bool_))


def find(series: pl.Series) -> Spans:
    """All identifiers in a text column; spans never overlap and the longer reading wins."""
    text = text_buffers(series)
    most = len(text.data) // scan_text.SHORTEST + 1  # memory that is not written to costs nothing
    starts, ends, rows = (np.empty(most, np.int64) for _ in range(3))
    kinds = np.empty(most, np.uint8)
    n = scan_text.find(text.offsets, text.data, text.valid, starts, ends, kinds, rows)
    return Spans(text, starts[:n], ends[:n], kinds[:n], rows[:n])


def extract(series: pl.Series, kinds: Collection[FieldClass] = tuple(KINDS)) -> pl.DataFrame:
    """`row` UInt32, `kind` Utf8 (a field class), `value` Utf8 in normal form: one line per identifier found."""
    spans = find(series)
    words = {code: cls.value for cls, code in KINDS.items()}
    value = pl.col("value")
    short_id = (pl.col("code") == scan_text.NATIONAL_ID) & (value.str.len_bytes() == 15)
    frame = pl.DataFrame({"row": spans.rows.astype(np.uint32), "code": spans.kinds, "value": spans.plain()})
    return frame.select(
        "row",
        kind=pl.col("code").replace_strict(words, return_dtype=pl.String),
        value=pl.when(short_id).then(normalise.national_id(pl.when(short_id).then(value))).otherwise(value),
    ).filter(pl.col("kind").is_in([kind.value for kind in kinds]))


def scan(table: pl.DataFrame) -> pl.DataFrame:
    """`column`, `kind` and `n_values`: in how many values of each text column identifiers of a class occur, if any."""
    columns = [c for c in table.get_columns() if c.dtype == pl.String]
    with ThreadPoolExecutor(pl.thread_pool_size()) as threads:  # the kernel runs without the GIL
        found = list(threads.map(find, columns))
    counts = [(c.name, cls.value, f.n_rows_of(cls)) for c, f in zip(columns, found, strict=True) for cls in KINDS]
    schema = {"column": pl.String, "kind": pl.String, "n_values": pl.UInt32}
    return pl.DataFrame(counts, schema, orient="row").filter(pl.col("n_values") > 0)


def masked(name: str, spans: Spans) -> pl.Series:
    """The text of the spans with a mask in the place of each."""
    text = spans.text
    out = np.empty(len(text.data) + 4 * len(spans.starts), np.uint8)
    moved = np.empty(len(text.offsets), np.int64)
    size = write_text.write_masked((text.offsets, text.data), spans.starts, spans.ends, spans.kinds, moved, out)
    return text_series(name, moved, out[:size], text.valid)


def _n_distinct(ordered: Ints) -> int:
    return int((np.diff(ordered) > 0).sum()) + 1 if len(ordered) else 0

"""The mark of the cutover (decision D9): what a table held, as a count and a keyed digest, without its values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import tag_array
from bequest.engine.kernels.cmac import Ecb, row_digests, tag, tokens
from bequest.sources.source import KEY, KEY_SEPARATOR, OpenSource


@dataclass(frozen=True, slots=True)
class TableMark:
    """Number of rows and digest over their keys and contents; the order of the rows does not matter."""

    source: str
    table: str
    n_rows: int
    digest: str


def mark(source: OpenSource, table: str, key: Sequence[str], ecb: Ecb) -> TableMark:
    """The mark of a table as it is now.

    Each row gives the tag of its key and whole content; the tags are added up modulo 2^128, so that a row that is
    there twice counts twice, and the sum is tagged once more together with the number of rows.
    """
    so_far = Marking(source.name, table, ecb)
    for batch in source.read(table, key=key, allow_duplicates=not key):
        so_far.add(batch)
    return so_far.mark()


class Marking:
    """The mark of a table, taken while its batches pass by."""

    def __init__(self, source: str, table: str, ecb: Ecb) -> None:
        self._source, self._table, self._ecb = source, table, ecb
        self._prefix = _prefix("mark", source, table)
        self._total, self._n_rows = 0, 0

    def add(self, batch: pl.DataFrame) -> None:
        """Take in a batch with its `__key`."""
        tags, _ = tag_array(row_digests(batch, self._ecb, self._prefix))
        self._total = (self._total + _sum(tags)) % (1 << 128)
        self._n_rows += batch.height

    def mark(self) -> TableMark:
        """Of all that was taken in."""
        message = self._prefix.encode() + self._n_rows.to_bytes(8, "big") + self._total.to_bytes(16, "big")
        return TableMark(self._source, self._table, self._n_rows, tag(message, self._ecb).hex())


def row_tags(frame: pl.DataFrame, ecb: Ecb, source: str, table: str) -> pl.Series:
    """`row_tag`: the token of each row's key, from a batch with its `__key`."""
    return tokens(frame[KEY], ecb, _prefix("row", source, table)).rename("row_tag")


def content_digests(frame: pl.DataFrame, ecb: Ecb, source: str, table: str) -> pl.Series:
    """`row_digest`: the token of each row's whole content, from a batch with all columns in the table's order."""
    return row_digests(frame.drop(KEY), ecb, _prefix("content", source, table))


def _prefix(use: str, source: str, table: str) -> str:
    return KEY_SEPARATOR.join((use, source, table, ""))


def _sum(tags: np.ndarray) -> int:
    """Sum of 128-bit numbers: limbs of 32 bits cannot overflow 64 bits within a batch."""
    limbs = tags.view(">u4").astype(np.uint64).sum(axis=0)
    return sum(int(limb) << (32 * (3 - i)) for i, limb in enumerate(limbs))

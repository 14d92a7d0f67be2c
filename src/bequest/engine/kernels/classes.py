"""Equivalence classes of rows: which rows are alike in some columns, and how many there are of each kind.

Values become dense codes per column once; classes of any set of columns are then a mixed-radix number and a count, with
no sorting where the numbers stay small. Null is a value of its own: people without a value are alike.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

Codes = npt.NDArray[np.uint32]
Counts = npt.NDArray[np.int64]

_DIRECT = 1 << 23
"""Numbers up to which a table of all of them is cheaper than sorting (32 MiB of counts)."""


def codes(series: pl.Series) -> tuple[Codes, int]:
    """Dense codes 0..n-1 of the values, in no order that means anything, and n."""
    if not len(series):
        return np.zeros(0, np.uint32), 0
    filled, low = _numbers(series)
    return densify(filled - low)


def densify(numbers: npt.NDArray[np.int64]) -> tuple[Codes, int]:
    """Numbers not below zero as dense codes 0..n-1 in the same order, and n."""
    if not len(numbers):
        return np.zeros(0, np.uint32), 0
    span = int(numbers.max()) + 1
    if span <= max(_DIRECT, 4 * len(numbers)):
        seen = np.zeros(span, np.bool_)
        seen[numbers] = True
        place = np.cumsum(seen, dtype=np.uint32)
        return place[numbers] - np.uint32(1), int(place[-1])
    ranks = pl.Series(numbers).rank("dense").to_numpy().astype(np.uint32) - np.uint32(1)
    return ranks, int(ranks.max()) + 1


def classes(columns: Sequence[tuple[Codes, int]]) -> tuple[Codes, int]:
    """The class of each row, rows being alike in all columns; how many classes there are.

    Raises:
        ValueError: without a column.
    """
    if not columns:
        raise ValueError("classes of no columns")
    (first, n), *rest = columns
    whole, span, dense = first.astype(np.int64), max(n, 1), True
    for column, m in rest:
        if span * max(m, 1) >= 1 << 62:
            packed, span = densify(whole)
            whole = packed.astype(np.int64)
        whole = whole * max(m, 1) + column
        span, dense = span * max(m, 1), False
    return (first, n) if dense else densify(whole)


def sizes(rows: Codes, n: int, weights: Counts | None = None) -> Counts:
    """Rows in each class; `weights`: how many rows stand behind each entry."""
    counted = np.bincount(rows, weights=weights, minlength=n)
    return counted.astype(np.int64)


def class_sizes(frame: pl.DataFrame) -> Counts:
    """How many rows are alike in all columns of the frame, by class: the smallest is k of k-anonymity."""
    return sizes(*classes([codes(s) for s in frame.get_columns()]))


def _numbers(series: pl.Series) -> tuple[npt.NDArray[np.int64], int]:
    """A number for each value, equal for equal values, and the least of them; null is one below all others."""
    if series.dtype.is_integer() and series.dtype != pl.UInt64:
        plain = series.cast(pl.Int64)
        low, high = _least(plain), -_least(-plain)
        if high - low < _DIRECT:
            return plain.fill_null(low - 1).to_numpy(), low - 1
    if series.dtype == pl.Boolean:
        return series.cast(pl.Int64).fill_null(-1).to_numpy(), -1
    # codes of a category are shared with other columns: dense only once made so
    text = series.cast(pl.String) if series.dtype != pl.Categorical else series
    physical = text.cast(pl.Categorical).to_physical().cast(pl.Int64)
    low = _least(physical)
    return physical.fill_null(low - 1).to_numpy(), low - 1


def _least(numbers: pl.Series) -> int:
    found = numbers.min()
    return found if isinstance(found, int) else 0

"""What classes of alike rows say of a sensitive column: l-diversity and t-closeness.

- l: distinct sensitive values of a class (Machanavajjhala 2007). That nothing is written is no value: it hides nobody
  among values that are. A class in which nobody has one tells the same of all, as a class with one value does.
- t: the distance between the sensitive values of a class and those of all rows (Li 2007): for numbers the ordered
  distance, for words the equal one. Here nothing written counts as all else: how many have none tells something, too.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.classes import Codes, Counts, codes, sizes

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SensitiveColumn:
    """A sensitive column; `ordered`: its codes follow the order of the numbers; `gaps`: code 0 stands for no value."""

    name: str
    rows: Codes
    n: int
    ordered: bool
    gaps: bool = False


def sensitive_column(name: str, values: pl.Series) -> SensitiveColumn:
    """A sensitive column; numbers are compared by their order, all else only for being equal. A blank is no value."""
    if values.dtype == pl.String:
        values = values.set(values.str.strip_chars() == "", None)
    gaps = values.null_count() > 0  # both codings below put null before all values
    number = values.cast(pl.Float64, strict=False)
    ordered = bool(len(values)) and number.null_count() == values.null_count() < len(values)
    if ordered:
        rows = number.fill_null(float("-inf")).rank("dense").to_numpy().astype(np.uint32) - np.uint32(1)
        return SensitiveColumn(name, rows, int(rows.max()) + 1, ordered=True, gaps=gaps)
    rows, n = codes(values.cast(pl.String))
    return SensitiveColumn(name, rows, n, ordered=False, gaps=gaps)


def distinct_values(rows: Codes, n: int, sensitive: SensitiveColumn) -> Counts:
    """l: how many different sensitive values each class has; 1 where nobody in it has one, 0 for a class of nobody."""
    pairs = np.unique(rows.astype(np.int64) * sensitive.n + sensitive.rows)
    of_class, value = pairs // sensitive.n, pairs % sensitive.n
    written = np.bincount(of_class[value > 0] if sensitive.gaps else of_class, minlength=n)
    return np.maximum(written, np.minimum(np.bincount(of_class, minlength=n), 1))


def distances(rows: Codes, n: int, sensitive: SensitiveColumn) -> Floats:
    """t: how far the sensitive values of each class lie from those of all rows, 0 to 1."""
    total = len(rows)
    if not total:
        return np.zeros(n)
    overall = np.bincount(sensitive.rows, minlength=sensitive.n) / total
    pairs, counted = np.unique(rows.astype(np.int64) * sensitive.n + sensitive.rows, return_counts=True)
    of_class, value = pairs // sensitive.n, pairs % sensitive.n
    share = counted / sizes(rows, n)[of_class]
    if not sensitive.ordered:
        # ½ Σ |p − q| = Σ over the values met of max(p − q, 0)
        equal: Floats = np.bincount(of_class, weights=np.maximum(share - overall[value], 0), minlength=n).astype(
            np.float64
        )
        return equal
    return _ordered(of_class, value, share, overall, n)


def _ordered(of_class: Codes, value: Codes, share: Floats, overall: Floats, n: int) -> Floats:
    """Σ |cumulated p − cumulated q| / (m − 1), between the values that a class has by their differences alone.

    Between two values of a class its own sum is constant, and the sum of |c − Q| over a stretch follows from where Q,
    which only grows, passes c.
    """
    m = len(overall)
    if m < 2:
        return np.zeros(n)
    grown = np.cumsum(overall)  # Q[v]
    sums = np.concatenate([[0.0], np.cumsum(grown)])  # Σ Q over the first v values
    begins = np.concatenate([[True], of_class[1:] != of_class[:-1]]) if len(of_class) else np.zeros(0, np.bool_)
    running = np.cumsum(share)
    base = np.maximum.accumulate(np.where(begins, np.arange(len(share)), 0))
    own = running - np.concatenate([[0.0], running])[base]  # cumulated p within the class, from this value on
    ends = np.concatenate([begins[1:], [True]])
    until = np.where(ends, m, np.concatenate([value[1:], [m]]))
    total = np.bincount(of_class, weights=_stretch(own, value, until, grown, sums), minlength=n)
    starts = value[begins]
    total[of_class[begins]] += sums[starts]  # below its least value a class has nothing: |0 − Q|
    result: Floats = total / (m - 1)
    return result


def _stretch(own: Floats, start: Codes, until: Codes, grown: Floats, sums: Floats) -> Floats:
    """Σ |own − Q[v]| for start ≤ v < until."""
    turn = np.clip(np.searchsorted(grown, own, side="right"), start, until)
    below = own * (turn - start) - (sums[turn] - sums[start])
    above = (sums[until] - sums[turn]) - own * (until - turn)
    return np.asarray(below + above)

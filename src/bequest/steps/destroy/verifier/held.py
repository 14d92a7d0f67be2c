"""Rows on hold: they were to go and stay, because their person objected in time. Found without the code that erased.

The first look keeps a token of the content of every row that is to lose something. In the second look a row is on hold
only where it stands exactly as then, and the person it was decided for is on hold: whatever else stands there, or the
deletion left behind, is judged as any other row. Of equal rows only as many are on hold as the plan has.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.tableplan import TablePlan
from bequest.steps.destroy.verifier.buffers import Bytes, text_buffers
from bequest.steps.destroy.verifier.rows import Rows
from bequest.steps.destroy.verifier.tokens import SIZE, Tokeniser, TokenSet

Ints = npt.NDArray[np.int64]
TableKey = tuple[str, str]


class Contents:
    """Tokens of rows of one table as they stood, and the rows of the plan that they are."""

    def __init__(self, tokens: Bytes, rows: Ints) -> None:
        """`tokens`: n × 16 bytes; `rows`: n numbers of rows of the plan."""
        self.tokens = tokens
        self.rows = rows

    @classmethod
    def joined(cls, parts: Iterable["Contents"]) -> "Contents":
        """All of them."""
        known = list(parts)
        tokens = np.concatenate([np.zeros((0, SIZE), np.uint8), *(p.tokens for p in known)])
        return cls(tokens, np.concatenate([np.zeros(0, np.int64), *(p.rows for p in known)]))


def contents(tokeniser: Tokeniser, source: str, rows: Rows, at: Ints) -> Bytes:
    """Tokens of the content of these rows of a batch: every filled cell with the name of its column.

    A column that is empty in all rows may be there or not, as in JSON Lines.
    """
    names = sorted(rows.cells.columns)
    filled = (pl.when(pl.col(c).is_not_null()).then(pl.concat_str(pl.lit(c + "\x1e"), pl.col(c))) for c in names)
    some = rows.cells[at]
    text = some.select(pl.concat_str(list(filled), separator="\x1f", ignore_nulls=True).alias("t"))["t"]
    return tokeniser.contents(source, rows.table, text_buffers(text))


class HeldRows:
    """The rows of one table that may be on hold; each is met once."""

    def __init__(self, plan: TablePlan, known: Contents, subjects: pl.Series) -> None:
        on_hold = plan.rows["subject"].is_in(subjects.implode()).fill_null(False).to_numpy()
        mine = on_hold[known.rows] if len(known.rows) else np.zeros(0, np.bool_)
        tokens, rows = known.tokens[mine], known.rows[mine]
        self._set = TokenSet(tokens)
        place = self._set.positions(tokens)
        self._rows = rows[np.argsort(place, kind="stable")]
        n_equal = np.bincount(place, minlength=len(self._set)).astype(np.int64)
        self._ends = np.cumsum(n_equal)
        self._next = self._ends - n_equal

    def __bool__(self) -> bool:
        return len(self._set) > 0

    def find(self, tokens: Bytes) -> Ints:
        """For each row (by the token of its content) the row of the plan that is on hold, -1 where it is none."""
        at = self._set.positions(tokens)
        there = np.flatnonzero(at >= 0)
        there = there[np.argsort(at[there], kind="stable")]
        known = at[there]
        place = self._next[known] + np.arange(len(known)) - np.searchsorted(known, known)  # the n-th of its kind
        free = place < self._ends[known]
        out = np.full(len(at), -1, np.int64)
        out[there[free]] = self._rows[place[free]]
        met, n_met = np.unique(known, return_counts=True)
        self._next[met] = np.minimum(self._next[met] + n_met, self._ends[met])
        return out

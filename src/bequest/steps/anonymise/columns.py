"""The columns of a table to be made anonymous: quasi-identifiers with their levels.

Level 0 is the value as it is, the last one `*` for everybody; a higher level is coarser and never splits what a lower
one has joined. Every level is a number for each value that occurs, so that trying a combination touches no text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels import generalise
from bequest.engine.kernels.classes import Codes, codes
from bequest.kernel.errors import InputError

ALL = "*"
AS_IT_IS = "as_is"

_DATES = ("month", "year", "decade")
_PLACES = ("district", "city", "province")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a column: `of_value[i]` is the code of the value with code i, `names` the text of each code."""

    word: str
    of_value: Codes
    names: pl.Series = field(repr=False)
    covered: npt.NDArray[np.int64]
    """For each code, how many of the values that occur it stands for."""

    @property
    def n(self) -> int:
        """How many different values are left."""
        return len(self.names)


@dataclass(frozen=True, slots=True)
class QuasiColumn:
    """A quasi-identifier: the code of each row's value, and its levels from finest to coarsest."""

    name: str
    rows: Codes
    levels: tuple[Level, ...]

    @property
    def n_values(self) -> int:
        """How many different values occur."""
        return self.levels[0].n


def quasi_column(name: str, values: pl.Series, levels: Sequence[str]) -> QuasiColumn:
    """A quasi-identifier with the levels named: words of `generalise`, widths of bands, or `*` alone.

    Raises:
        InputError: for a level that is none, or one that splits what a finer one has joined.
    """
    text = values.cast(pl.String)
    rows, n = codes(text)
    first = np.zeros(n, np.int64)
    first[rows[::-1]] = np.arange(len(rows) - 1, -1, -1)
    distinct = text.gather(first)
    made = [_level(AS_IT_IS, distinct.fill_null(""), n)]
    for word in levels:
        coarser = _level(word, _coarser(name, word)(distinct).fill_null(ALL), n)
        if _splits(made[-1], coarser):
            raise InputError(
                f"level {word!r} of column {name} is not coarser than the one before it",
                hint="Name the levels from fine to coarse, each a whole number of the one before: 5, 10, 20.",
            )
        if coarser.n < made[-1].n:
            made.append(coarser)
    if made[-1].n > 1:
        made.append(_level(ALL, pl.Series([ALL], dtype=pl.String).new_from_index(0, n), n))
    return QuasiColumn(name, rows, tuple(made))


def _coarser(column: str, word: str) -> Callable[[pl.Series], pl.Series]:
    if word in _DATES:
        return lambda s: generalise.generalise_date(s, word)
    if word in _PLACES:
        return lambda s: generalise.generalise_place(s, word)
    if word.isdigit() and int(word):
        return lambda s: generalise.band(s, int(word))
    if word.startswith("first:") and word[6:].isdigit():
        return lambda s: s.str.head(int(word[6:])) + ALL
    raise InputError(
        f"column {column} has no level {word!r}",
        hint=f"Levels: {', '.join((*_DATES, *_PLACES))}, a number (the width of bands), first:N (leading characters).",
    )


def _level(word: str, names: pl.Series, n: int) -> Level:
    of_value, m = codes(names)
    first = np.zeros(m, np.int64)
    first[of_value[::-1]] = np.arange(n - 1, -1, -1)
    return Level(word, of_value, names.gather(first), np.bincount(of_value, minlength=m))


def _splits(finer: Level, coarser: Level) -> bool:
    pairs = finer.of_value.astype(np.int64) * coarser.n + coarser.of_value
    return len(np.unique(pairs)) > finer.n

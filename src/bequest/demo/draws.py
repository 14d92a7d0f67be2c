"""Seeded draws in bulk: every part of the company has its own stream, so that a change in one leaves the others."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EPOCH = date(1970, 1, 1)


def take(words: Sequence[str] | pl.Series, index: Ints) -> pl.Series:
    """The words at these places."""
    return pl.Series(words).gather(pl.Series(index, dtype=pl.UInt32))


def days(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def to_dates(numbers: Ints) -> pl.Series:
    """Days since 1970-01-01 as dates."""
    return pl.Series(numbers, dtype=pl.Int32).cast(pl.Date)


@dataclass(slots=True)
class Draws:
    """A stream of random numbers that depends on the seed and the name of the part only."""

    seed: int
    part: str
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng([self.seed, *self.part.encode()])

    def chance(self, share: float, n: int) -> Bools:
        """True for about this share of n."""
        return self.rng.random(n) < share

    def whole(self, low: int, high: int, n: int) -> Ints:
        """Whole numbers from low up to, not including, high."""
        return self.rng.integers(low, high, n, dtype=np.int64)

    def between(self, low: Ints, high: Ints) -> Ints:
        """One whole number between each low and its high (included)."""
        return low + np.floor(self.rng.random(len(low)) * (high - low + 1)).astype(np.int64)

    def words(self, words: Sequence[str], n: int, weights: Sequence[float] | None = None) -> pl.Series:
        """Words, each as likely as its weight."""
        if weights is None:
            return take(words, self.whole(0, len(words), n))
        p = np.asarray(weights, dtype=float)
        return take(words, self.rng.choice(len(words), n, p=p / p.sum()).astype(np.int64))

    def distinct(self, low: int, high: int, n: int) -> Ints:
        """Different whole numbers from low up to, not including, high, in random order.

        Raises:
            ValueError: where the range holds too few.
        """
        found = np.unique(self.rng.integers(low, high, int(n * 1.2) + 16, dtype=np.int64))
        while len(found) < n:
            if high - low < n:
                raise ValueError(f"there are no {n} different numbers between {low} and {high}")
            found = np.unique(np.concatenate([found, self.rng.integers(low, high, n + 16, dtype=np.int64)]))
        return self.rng.permutation(found)[:n]

    def times_of_day(self, n: int) -> Ints:
        """Times between 7:00 and 23:59, in seconds after midnight."""
        return self.whole(7 * 3600, 24 * 3600, n)


def to_moments(day_numbers: Ints, seconds: Ints) -> pl.Series:
    """Days since 1970-01-01 and seconds of the day as naive local times."""
    return pl.Series((day_numbers * 86_400 + seconds) * 1_000_000, dtype=pl.Int64).cast(pl.Datetime("us"))


def moment_text(moments: pl.Series) -> pl.Series:
    """Local times as the CRM writes them."""
    return moments.dt.strftime("%Y-%m-%d %H:%M:%S")

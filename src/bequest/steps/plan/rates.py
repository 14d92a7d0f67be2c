"""Shares, differences of shares, and differences between people alike, with their intervals. Pure."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np

Span = tuple[float, float, float]
"""A value with the lower and upper end of its interval."""


def quantile(alpha: float) -> float:
    """The z of a two-sided interval that errs with probability `alpha`."""
    return NormalDist().inv_cdf(1 - alpha / 2)


def wilson(p: float, n: float, z: float) -> Span:
    """A share `p` of `n` people with Wilson's score interval (1927)."""
    centre, spread = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return p, max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def newcombe(x1: int, n1: int, x0: int, n0: int, z: float) -> Span:
    """A difference of two shares with Newcombe's hybrid score interval (1998, method 10)."""
    return between(wilson(x1 / n1, n1, z), wilson(x0 / n0, n0, z))


def between(mine: Span, rest: Span) -> Span:
    """The difference of two shares, from the score interval of each."""
    (p1, l1, u1), (p0, l0, u0) = mine, rest
    d = p1 - p0
    return d, d - sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2), d + sqrt((u1 - p1) ** 2 + (p0 - l0) ** 2)


@dataclass(frozen=True, slots=True)
class Strata:
    """Per stratum: `x1` of `n1` in the group, `x0` of `n0` among the rest."""

    x1: np.ndarray
    n1: np.ndarray
    x0: np.ndarray
    n0: np.ndarray

    @property
    def comparable(self) -> tuple[int, int]:
        """People of the group, and of the rest, that stand in a stratum with somebody of the other side."""
        both = (self.n1 > 0) & (self.n0 > 0)
        return int(self.n1[both].sum()), int(self.n0[both].sum())


def mantel_haenszel(s: Strata, z: float) -> Span | None:
    """The common difference of shares within strata (Mantel-Haenszel) with Sato's variance (1989).

    None where no stratum holds people of both sides.
    """
    both = (s.n1 > 0) & (s.n0 > 0)
    if not both.any():
        return None
    x1, n1, x0, n0 = (a[both].astype(np.float64) for a in (s.x1, s.n1, s.x0, s.n0))
    n = n1 + n0
    weight = (n1 * n0 / n).sum()
    d = float(((x1 * n0 - x0 * n1) / n).sum() / weight)
    p = ((n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / n**2).sum()
    q = ((x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * n)).sum()
    spread = z * sqrt(max(0.0, float(d * p + q))) / float(weight)
    return d, d - spread, d + spread


def standardised(s: Strata, z: float) -> Span | None:
    """The common difference of `mantel_haenszel`, with Newcombe's interval for shares weighted to the same strata.

    Wider than Sato's where few people are compared or nearly all of them end alike, where that one is far too small:
    each side counts as many people as its weighted share is worth (Kish's effective size). None as there.
    """
    both = (s.n1 > 0) & (s.n0 > 0)
    if not both.any():
        return None
    x1, n1, x0, n0 = (a[both].astype(np.float64) for a in (s.x1, s.n1, s.x0, s.n0))
    weight = n1 * n0 / (n1 + n0)
    ends = [
        wilson(float((weight * x / n).sum() / weight.sum()), float(weight.sum() ** 2 / (weight**2 / n).sum()), z)
        for x, n in ((x1, n1), (x0, n0))
    ]
    return between(*ends)


def chance(s: Strata) -> tuple[float, float]:
    """How far the group's hits are from what lots drawn within strata would give, and whether that can be told.

    The first is the Cochran-Mantel-Haenszel statistic with continuity correction, in standard deviations. The second is
    Mantel and Fleiss's criterion (1980): below 5 the statistic says nothing, as with all of 13 people where nearly all
    of the rest are alike too (there Sato's variance is far too small).
    """
    both = (s.n1 > 0) & (s.n0 > 0)
    x1, n1, x0, n0 = (a[both].astype(np.float64) for a in (s.x1, s.n1, s.x0, s.n0))
    n, hits = n1 + n0, x1 + x0
    expected = float((n1 * hits / n).sum())
    variance = float((n1 * n0 * hits * (n - hits) / (n**2 * np.maximum(n - 1, 1))).sum())
    room = min(expected - float(np.maximum(0, hits - n0).sum()), float(np.minimum(hits, n1).sum()) - expected)
    off = max(0.0, abs(float(x1.sum()) - expected) - 0.5)
    return (off / sqrt(variance) if variance > 0 else 0.0), room

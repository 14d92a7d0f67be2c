"""Geometry of the fairness chart: one line per group, a dot for the rate and a whisker for its interval."""

from dataclasses import dataclass

from bequest.documents.fairness import VERDICTS
from bequest.model.fairness import Comparison, Dimension, Fairness, Verdict

MOST_GROUPS = 8
"""Groups drawn per dimension: the largest, and those with a finding; the rest are in the plan's JSON."""
LEFT, RIGHT = 130.0, 420.0
_TOP, _PITCH, _HEAD = 24.0, 20.0, 28.0


@dataclass(frozen=True, slots=True)
class RateRow:
    """One group: `x`, `low`, `high` are places on the axis from 0 to 100 %, None where the count is not printed."""

    of: Comparison
    y: float
    css: str
    x: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RateBlock:
    """The groups of one dimension."""

    by: Dimension
    y: float
    rows: tuple[RateRow, ...]


@dataclass(frozen=True, slots=True)
class RateChart:
    """The rates of one outcome in one lot."""

    lot: str
    outcome: str
    blocks: tuple[RateBlock, ...]
    height: float


def rate_charts(found: Fairness) -> tuple[RateChart, ...]:
    """One chart per lot, on the outcome with most findings; where there is none, on what is passed on."""
    lots = dict.fromkeys(c.lot for c in found.comparisons)
    return tuple(_chart(lot, [c for c in found.comparisons if c.lot == lot]) for lot in lots)


def _chart(lot: str, of: list[Comparison]) -> RateChart:
    outcomes = list(dict.fromkeys(c.outcome for c in of))
    findings = {o: sum(c.verdict is Verdict.FINDING for c in of if c.outcome == o) for o in outcomes}
    outcome = max(outcomes, key=lambda o: (findings[o], -outcomes.index(o)))
    blocks, y = [], _TOP
    for by in Dimension:
        mine = _most([c for c in of if c.by is by and c.outcome == outcome])
        if mine:
            rows = tuple(_row(c, y + _HEAD + i * _PITCH) for i, c in enumerate(mine))
            blocks.append(RateBlock(by, y + 14, rows))
            y += _HEAD + _PITCH * len(mine) + 6
    return RateChart(lot, outcome, tuple(blocks), y + 18)


def _most(of: list[Comparison]) -> list[Comparison]:
    ranked = sorted(of, key=lambda c: (c.verdict is not Verdict.FINDING, -(c.size or 0)))
    kept = ranked[: max(MOST_GROUPS, sum(c.verdict is Verdict.FINDING for c in of))]
    return [c for c in of if c in kept]


def _row(c: Comparison, y: float) -> RateRow:
    css = VERDICTS[c.verdict][1].css
    if c.rate is None:
        return RateRow(c, y, css, None, LEFT, LEFT)
    return RateRow(c, y, css, *(LEFT + (RIGHT - LEFT) * v / 1000 for v in (c.rate.at, c.rate.low, c.rate.high)))

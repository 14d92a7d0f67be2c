"""Outcomes compared across kinds of people (issue: fairness): rates per group, and what lawful grounds explain. Pure.

Each group is held against all others, first as they are (Newcombe), then between people in the same lawful situation
(Mantel-Haenszel over strata of the lawful facts that the decisions read). A difference that is gone within strata is
explained; one that stays is a finding, and the facts that are no ground in law are tried one by one for what goes with
it. All work is on small codes: counts by `bincount`, never a loop over people.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from bequest.model.fairness import Circumstance, Comparison, Dimension, Interval, Thresholds, Verdict
from bequest.steps.plan.rates import Span, Strata, chance, mantel_haenszel, newcombe, quantile, standardised, wilson
from bequest.steps.plan.small_cells import hidden_cells

MOST_CIRCUMSTANCES = 3
_TELLING_FROM = 5.0
_ACCOUNTS = 100
"""A fact is named where it accounts for at least this much of a finding, per mille."""


@dataclass(frozen=True, slots=True)
class Codes:
    """One code per person, and what each code means."""

    codes: np.ndarray
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """How people are told apart. `stratum`: numbers of the lawful situation, from 0, to hold equal in this comparison.

    `only`: the outcomes to compare (empty: all); `group`: the only value to hold against the rest (empty: each).
    `more`: only where the group has the outcome more often is it treated worse.
    """

    by: Dimension
    groups: Codes
    stratum: np.ndarray
    only: frozenset[str] = frozenset()
    group: str = ""
    more: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """The people of one lot: outcomes on each axis, groupings, and facts that are no ground in law."""

    lot: str
    axes: tuple[Codes, ...]
    groupings: tuple[Grouping, ...]
    circumstances: Mapping[str, Codes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Test:
    """One comparison to be made."""

    of: Compared
    grouping: Grouping
    axis: Codes
    cells: np.ndarray
    """People by stratum, group, outcome."""
    hidden: np.ndarray
    lone: np.ndarray
    """Groups whose size is not printed."""
    group: int
    outcome: int

    @property
    def strata(self) -> Strata:
        mine = self.cells[:, self.group, :]
        rest = self.cells.sum(axis=1) - mine
        return Strata(mine[:, self.outcome], mine.sum(axis=1), rest[:, self.outcome], rest.sum(axis=1))


def compare(sets: tuple[Compared, ...], given: Thresholds | None = None) -> tuple[tuple[Comparison, ...], int]:
    """All comparisons, and their number to which the interval of each is held."""
    limits = given or Thresholds()
    tests = [t for s in sets for t in _tests(s, limits.k)]
    made = max(1, sum(not _few(t.strata, limits.k) for t in tests))
    z = quantile(limits.alpha / 1000 / made)
    return tuple(_judge(t, limits, z) for t in tests), made


def _tests(people: Compared, k: int) -> Iterator[_Test]:
    for grouping in people.groupings:
        for axis in people.axes:
            cells = _cells(grouping, axis)
            table = cells.sum(axis=0)
            lone = hidden_cells(table.sum(axis=1)[None, :], k)[0]
            hidden = hidden_cells(table, k) | lone[:, None]
            for group in _to_compare(grouping, table.sum(axis=1)):
                for outcome in _telling(table.sum(axis=0)):
                    if not grouping.only or axis.values[outcome] in grouping.only:
                        yield _Test(people, grouping, axis, cells, hidden, lone, group, outcome)


def _cells(grouping: Grouping, axis: Codes) -> np.ndarray:
    shape = (int(grouping.stratum.max(initial=0)) + 1, len(grouping.groups.values), len(axis.values))
    place = (grouping.stratum.astype(np.int64) * shape[1] + grouping.groups.codes) * shape[2] + axis.codes
    return np.bincount(place, minlength=shape[0] * shape[1] * shape[2]).reshape(shape)


def _to_compare(grouping: Grouping, sizes: np.ndarray) -> list[int]:
    """Groups to hold against the rest; of two the smaller one, the other being its mirror image."""
    met = np.flatnonzero(sizes > 0).tolist()
    if len(met) < 2:
        return []
    if grouping.group:
        return [g for g in met if grouping.groups.values[g] == grouping.group]
    return [min(met, key=lambda g: int(sizes[g]))] if len(met) == 2 else met


def _telling(sums: np.ndarray) -> list[int]:
    """Outcomes that some have and some have not; of two the first, the other being its mirror image."""
    met = np.flatnonzero(sums > 0).tolist()
    return [] if len(met) < 2 else met[:1] if len(met) == 2 else met


def _few(s: Strata, k: int) -> bool:
    return int(s.n1.sum()) < k or int(s.n0.sum()) < k


def _judge(t: _Test, limits: Thresholds, z: float) -> Comparison:
    s = t.strata
    x1, n1, x0, n0 = (int(a.sum()) for a in (s.x1, s.n1, s.x0, s.n0))
    mine, others = s.comparable
    raw = newcombe(x1, n1, x0, n0, z)
    held = mantel_haenszel(s, z) if min(mine, others) >= limits.k else None
    comparable = round(1000 * mine / n1)
    verdict = _verdict(t, raw, held, comparable, limits, z)
    show = not t.hidden[t.group, t.outcome]
    return Comparison(
        lot=t.of.lot,
        by=t.grouping.by,
        group=t.grouping.groups.values[t.group],
        outcome=t.axis.values[t.outcome],
        verdict=verdict,
        size=None if t.lone[t.group] else n1,
        persons=x1 if show else None,
        rate=_interval(wilson(x1 / n1, n1, quantile(limits.alpha / 1000))) if show else None,
        raw=_interval(raw) if show else None,
        held=_interval(held) if show and held else None,
        comparable=comparable if show else 0,
        goes_with=_circumstances(t, held[0], limits.k) if held and verdict is Verdict.FINDING else (),
    )


def _verdict(
    t: _Test, raw: Span, held: Span | None, comparable: int, limits: Thresholds, z: float
) -> Verdict:  # fmt: skip
    if _few(t.strata, limits.k):
        return Verdict.FEW
    if t.grouping.more and (held or raw)[0] <= 0:
        return Verdict.ALIKE
    differs = _counts(raw, limits)
    if held is not None and _large(held, limits):
        off, room = chance(t.strata)
        if _counts(held, limits) and off >= z and room >= _TELLING_FROM:
            return Verdict.FINDING
        return Verdict.FEW if differs else Verdict.ALIKE
    if not differs:
        return Verdict.ALIKE
    if held is None or comparable < limits.comparable:
        return Verdict.APART
    return Verdict.EXPLAINED if _is_gone(t.strata, raw, held, limits, z) else Verdict.FEW


def _is_gone(s: Strata, raw: Span, held: Span, limits: Thresholds, z: float) -> bool:
    """Whether what may be left of a difference within strata is small, too: less than half of it, or of no account."""
    score = standardised(s, z) or held
    left = max(abs(end) for span in (held, score) for end in span)
    return left <= max(abs(raw[0]) / 2, limits.points / 1000)


def _large(span: Span, limits: Thresholds) -> bool:
    return abs(span[0]) * 1000 >= limits.points - 1e-9


def _counts(span: Span, limits: Thresholds) -> bool:
    return _large(span, limits) and (span[1] > 0 or span[2] < 0)


def _interval(span: Span) -> Interval:
    return Interval(*(round(1000 * v) for v in span))


def _circumstances(t: _Test, difference: float, k: int) -> tuple[Circumstance, ...]:
    """The facts that account for most of a finding, each with its value that differs most (the rarer)."""
    inside = t.grouping.groups.codes == t.group
    found = []
    for fact, of in t.of.circumstances.items():
        finer = t.grouping.stratum.astype(np.int64) * len(of.values) + of.codes
        left = mantel_haenszel(_strata_of(finer, inside, t.axis.codes == t.outcome), 1.0)
        accounts = round(1000 * (1 - (abs(left[0] / difference) if left else 0.0)))
        if accounts >= _ACCOUNTS:
            found.append(_named(fact, of, inside, accounts, k))
    return tuple(sorted(found, key=lambda c: (-c.accounts_for, c.fact))[:MOST_CIRCUMSTANCES])


def _strata_of(stratum: np.ndarray, inside: np.ndarray, hit: np.ndarray) -> Strata:
    _, place = np.unique(stratum, return_inverse=True)
    n = int(place.max(initial=0)) + 1
    counts = np.bincount((place * 2 + inside) * 2 + hit, minlength=4 * n).reshape(n, 2, 2)
    return Strata(counts[:, 1, 1], counts[:, 1].sum(axis=1), counts[:, 0, 1], counts[:, 0].sum(axis=1))


def _named(fact: str, of: Codes, inside: np.ndarray, accounts: int, k: int) -> Circumstance:
    mine = np.bincount(of.codes[inside], minlength=len(of.values))
    rest = np.bincount(of.codes[~inside], minlength=len(of.values))
    shares = mine / mine.sum() - rest / rest.sum()
    v = max(range(len(shares)), key=lambda i: (round(abs(float(shares[i])), 9), -int(mine[i] + rest[i])))
    have = np.array([[c[v], c.sum() - c[v]] for c in (mine, rest)])  # the value against all others is what is printed
    hidden = hidden_cells(have, k)
    said = [None if hidden[i, 0] else round(1000 * int(have[i, 0]) / int(have[i].sum())) for i in (0, 1)]
    return Circumstance(fact, of.values[v], said[0], said[1], accounts)

"""From measured facts to scored risks: likelihood × impact per dimension, as found and after the plan. Pure.

Rules kept:
- a risk is there where one of its `present` facts is above zero or was not measured;
- an axis is the weighted mean of its facts' levels, rounded half up, and at least one below the worst of them;
- a fact that was not measured counts as the catalogue's `unknown` level, and the score says so;
- a score names the facts that made it; those of level 0 made nothing and are not named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bequest.model.assessment import (
    Dimension,
    DimensionScore,
    EarlyWarning,
    Extent,
    Figure,
    Measure,
    Risk,
    Score,
)
from bequest.steps.assess.catalogue import Catalogue, Driver, RiskKind, Threshold

Facts = Mapping[tuple[str, str], Measure]
"""Measures by id and place."""


@dataclass(frozen=True, slots=True)
class _Axis:
    level: int
    facts: tuple[tuple[int, str], ...]
    unknown: bool


def score_risks(catalogue: Catalogue, measures: Sequence[Measure], *, planned: bool) -> tuple[Risk, ...]:
    """Every risk that is there, in the order of the catalogue and of the places where it was met.

    `planned`: there is a plan, so that what it leaves is scored too.
    """
    facts = {(m.id, m.where): m for m in measures}
    places: dict[Extent, list[str]] = {Extent.CASE: [""], Extent.GROUP: [], Extent.LOT: []}
    for m in measures:
        extent = catalogue.measures[m.id].extent
        if m.where and m.where not in places[extent]:
            places[extent].append(m.where)
    return tuple(
        risk
        for kind in catalogue.kinds.values()
        for where in places[kind.extent]
        if (risk := _risk(catalogue, kind, where, facts, planned=planned)) is not None
    )


def _risk(catalogue: Catalogue, kind: RiskKind, where: str, facts: Facts, *, planned: bool) -> Risk | None:
    met = [m for name in kind.present if (m := _fact(facts, name, where)) is not None]
    if not any(m.before is None or m.before.n > 0 or (m.after is not None and m.after.n > 0) for m in met):
        return None
    after = planned and any(m.after is not None for m in met)
    gone = after and all(m.after is not None and m.after.n == 0 for m in met)
    likely = _axis(catalogue, kind.likelihood, where, facts, after=False)
    left = _axis(catalogue, kind.likelihood, where, facts, after=True) if after else None
    scores = []
    for dimension, drivers in kind.impact.items():
        before = _score(catalogue, likely, _axis(catalogue, drivers, where, facts, after=False))
        then = None
        if left is not None:
            nothing = Score(0, 0, 0, ())
            then = nothing if gone else _score(catalogue, left, _axis(catalogue, drivers, where, facts, after=True))
        scores.append(DimensionScore(dimension, before, then))
    return Risk(kind.id, where, tuple(scores))


def _fact(facts: Facts, name: str, where: str) -> Measure | None:
    """The fact of this place, else that of the case."""
    return facts.get((name, where)) or facts.get((name, ""))


def _axis(catalogue: Catalogue, drivers: Iterable[Driver], where: str, facts: Facts, *, after: bool) -> _Axis:
    levels: list[tuple[int, int, str]] = []
    unknown = False
    for d in drivers:
        m = _fact(facts, d.measure, where)
        if m is None:  # this case has no such thing, such as a lot
            continue
        figure = m.after if after else m.before
        if figure is None:
            unknown = True
            levels.append((catalogue.unknown, d.weight, m.key))
        else:
            scale = catalogue.scales[d.scale]
            levels.append((scale.level(figure.per_mille if scale.share else figure.n), d.weight, m.key))
    total = sum(w for _, w, _ in levels)
    if not total:
        return _Axis(0, (), unknown)
    mean = (2 * sum(n * w for n, w, _ in levels) + total) // (2 * total)
    worst = max(n for n, _, _ in levels)
    named = sorted({(n * w, key) for n, w, key in levels if n}, key=lambda f: (-f[0], f[1]))
    return _Axis(max(mean, worst - 1), tuple(named), unknown)


def number_of(catalogue: Catalogue, measure_id: str, figure: Figure) -> int:
    """What is held against a threshold: the share per mille of a share, the count of a count."""
    return figure.per_mille if catalogue.measures[measure_id].share and figure.of else figure.n


def _score(catalogue: Catalogue, likely: _Axis, impact: _Axis) -> Score:
    named = sorted({*likely.facts, *impact.facts}, key=lambda f: (-f[0], f[1]))
    return Score(
        likelihood=likely.level,
        impact=impact.level,
        level=catalogue.level(likely.level, impact.level),
        facts=tuple(dict.fromkeys(key for _, key in named)),
        unknown=likely.unknown or impact.unknown,
    )


def heat_map(
    catalogue: Catalogue, risks: Sequence[Risk], dimensions: Sequence[Dimension]
) -> dict[str, dict[Dimension, tuple[int, int | None]]]:
    """The highest level per class of data and dimension, as found and after the plan; `""` is the case as a whole.

    The case's row holds every risk, those of classes and lots included. Classes without a risk are left out, and cells
    that no risk speaks of.
    """
    rows = ["", *(g.id for g in catalogue.groups)]
    out: dict[str, dict[Dimension, tuple[int, int | None]]] = {}
    for row in rows:
        mine = [r for r in risks if not row or (catalogue.kinds[r.kind].extent is Extent.GROUP and r.where == row)]
        if not mine:
            continue
        cells = {}
        for d in dimensions:
            scores = [s for r in mine for s in r.scores if s.dimension is d]
            left = [s.after.level for s in scores if s.after is not None]
            if scores:
                cells[d] = (max(s.before.level for s in scores), max(left) if left else None)
        out[row] = cells
    return out


def early_warnings(
    catalogue: Catalogue, measures: Sequence[Measure], previous: Sequence[Measure]
) -> tuple[EarlyWarning, ...]:
    """Facts at or beyond their thresholds, as they are now; `crossed` where the run before had them below."""
    was = {m.key: m for m in previous}
    out = []
    for t in catalogue.thresholds:
        for m in measures:
            if m.id != t.measure or t.where not in {"", m.where}:
                continue
            now = _side(catalogue, m, t)
            if now is None or now < t.at:
                continue
            old = was.get(m.key)
            before = None if old is None else _side(catalogue, old, t)
            crossed = bool(previous) and (before is None or before < t.at)
            out.append(EarlyWarning(m.key, t.at, now, before, crossed))
    return tuple(out)


def _side(catalogue: Catalogue, m: Measure, t: Threshold) -> int | None:
    figure = m.after if t.after else m.before
    return None if figure is None else number_of(catalogue, m.id, figure)

"""How well people could be recognised in what is delivered, by what does not name them. Pure.

The quasi-identifiers of one table are looked at as found and as they would be delivered. The population behind the
delivered rows is all rows of the table, made coarser in the same way: somebody outside the lot may look the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from bequest.engine.kernels.classes import Codes, classes, codes, sizes
from bequest.engine.kernels.diversity import distances, distinct_values, sensitive_column
from bequest.engine.kernels.risks import Risks, risks
from bequest.model.assessment import Figure, Measure, Origin

PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """The quasi-identifiers of one table for one lot.

    `found`: rows of the lot as they are; `population`: all rows of the table in the delivered form; `given`: for each
    of them whether it is delivered; `named`: whether a direct identifier goes with it.
    """

    table: str
    found: pl.DataFrame
    population: pl.DataFrame
    given: np.ndarray
    named: np.ndarray
    sensitive_found: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Sensitive columns of the rows of the lot as they are; and of all rows of the table in the delivered form."""
    sensitive: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True, slots=True)
class Diversity:
    """l: the fewest different values of a sensitive column that a class has; t: how far the farthest class lies.

    Over several sensitive columns the worst counts.
    """

    l: int  # noqa: E741 - the letter of the literature
    t: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """Sizes and risks of the rows as found, and as delivered."""

    table: str
    columns: tuple[str, ...]
    k: int
    unique: int
    rows: int
    risks: Risks
    k_after: int
    unique_after: int
    rows_after: int
    risks_after: Risks
    unnamed: int
    """Delivered rows that nothing names: only these can be re-identified."""
    sensitive: tuple[str, ...] = ()
    diversity: "Diversity | None" = None
    diversity_after: "Diversity | None" = None
    """None where no sensitive column is delivered."""


def exposure(shown: Shown) -> Exposure | None:
    """Measure one table; None where nothing is delivered, or there is no quasi-identifier."""
    rows = int(shown.given.sum())
    if not rows or not shown.population.width:
        return None
    before, m = _classes(shown.found)
    found = sizes(before, m)
    whole, n = _classes(shown.population)
    population, given = sizes(whole, n), sizes(whole[shown.given], n)
    met = given[given > 0]
    return Exposure(
        table=shown.table,
        columns=tuple(shown.population.columns),
        k=int(found.min()) if len(found) else 0,
        unique=int((found == 1).sum()),
        rows=shown.found.height,
        risks=risks(found),
        k_after=int(met.min()),
        unique_after=int((given == 1).sum()),
        rows_after=rows,
        risks_after=risks(given, population),
        unnamed=int((shown.given & ~shown.named).sum()),
        sensitive=tuple(shown.sensitive.columns),
        diversity=_diversity(before, m, shown.sensitive_found),
        diversity_after=_diversity(whole[shown.given], n, _rows(shown.sensitive, shown.given)),
    )


def _rows(frame: pl.DataFrame, which: np.ndarray) -> pl.DataFrame:
    return frame.filter(pl.Series(which)) if frame.width else frame


def _diversity(rows: Codes, n: int, sensitive: pl.DataFrame) -> Diversity | None:
    """The measures over the classes that are met; None without a sensitive column."""
    if not sensitive.width or not len(rows):
        return None
    met = sizes(rows, n) > 0
    columns = [sensitive_column(s.name, s) for s in sensitive.get_columns()]
    return Diversity(
        l=min(int(distinct_values(rows, n, c)[met].min()) for c in columns),
        t=max(float(distances(rows, n, c)[met].max()) for c in columns),
    )


def _classes(frame: pl.DataFrame) -> tuple[Codes, int]:
    return classes([codes(s) for s in frame.get_columns()])


def worst(found: Mapping[str, Exposure]) -> Exposure | None:
    """The table in which people are recognised best after delivery: what a lot is judged by."""
    return max(
        found.values(),
        key=lambda e: (e.risks_after.prosecutor_max, e.risks_after.marketer, e.unique_after, e.table),
        default=None,
    )


def _worst_diversity(found: Iterable[Diversity | None]) -> Diversity | None:
    """The least l and the largest t: the table in which people are recognised best may have better ones, or none."""
    told = [d for d in found if d is not None]
    return Diversity(min(d.l for d in told), max(d.t for d in told)) if told else None


def exposure_measures(lot: str, found: Mapping[str, Exposure], *, planned: bool) -> tuple[Measure, ...]:
    """The measures of a lot by its tables: those of being recognised from the worst, l and t the worst of all tables.

    Empty where no table was measured.
    """
    e = worst(found)
    if e is None:
        return ()

    def chance(x: float) -> Figure:
        return Figure(round(PER_MILLE * x), PER_MILLE)

    before, after = e.risks, e.risks_after
    pairs: tuple[tuple[str, Figure, Figure], ...] = (
        ("unnamed", Figure(e.unnamed, e.rows_after), Figure(e.unnamed, e.rows_after)),
        ("unique", Figure(e.unique, e.rows), Figure(e.unique_after, e.rows_after)),
        ("smallest_class", Figure(e.k), Figure(e.k_after)),
        ("prosecutor", chance(before.prosecutor_max), chance(after.prosecutor_max)),
        ("journalist", chance(before.journalist_max), chance(after.journalist_max)),
        ("marketer", chance(before.marketer), chance(after.marketer)),
    )
    told = [t for t in found.values() if t.diversity is not None and t.diversity_after is not None]
    as_found, left = _worst_diversity(t.diversity for t in told), _worst_diversity(t.diversity_after for t in told)
    if as_found is not None and left is not None:
        pairs += (
            ("distinct_sensitive", Figure(as_found.l), Figure(left.l)),
            ("sensitive_distance", chance(as_found.t), chance(left.t)),
        )
    return tuple(Measure(name, lot, was, then if planned else None, Origin.SOURCE) for name, was, then in pairs)

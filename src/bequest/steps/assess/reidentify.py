"""How well people could be recognised in what is delivered, by what does not name them. Pure.

The quasi-identifiers of one table are looked at as found and as they would be delivered. The population behind the
delivered rows is all rows of the table, made coarser in the same way: somebody outside the lot may look the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.classes import Codes, classes, codes, sizes
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


def exposure(shown: Shown) -> Exposure | None:
    """Measure one table; None where nothing is delivered, or there is no quasi-identifier."""
    rows = int(shown.given.sum())
    if not rows or not shown.population.width:
        return None
    found = sizes(*_classes(shown.found))
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


def exposure_measures(lot: str, e: Exposure, *, planned: bool) -> tuple[Measure, ...]:
    """The measures of a lot that come from its worst table."""

    def chance(x: float) -> Figure:
        return Figure(round(PER_MILLE * x), PER_MILLE)

    before, after = e.risks, e.risks_after
    pairs = (
        ("unnamed", Figure(e.unnamed, e.rows_after), Figure(e.unnamed, e.rows_after)),
        ("unique", Figure(e.unique, e.rows), Figure(e.unique_after, e.rows_after)),
        ("smallest_class", Figure(e.k), Figure(e.k_after)),
        ("prosecutor", chance(before.prosecutor_max), chance(after.prosecutor_max)),
        ("journalist", chance(before.journalist_max), chance(after.journalist_max)),
        ("marketer", chance(before.marketer), chance(after.marketer)),
    )
    return tuple(Measure(name, lot, was, then if planned else None, Origin.SOURCE) for name, was, then in pairs)

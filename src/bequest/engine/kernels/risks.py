"""The chances of being re-identified, from the sizes of classes of rows that are alike.

As in ISO/IEC 27559 and El Emam: the *prosecutor* knows that somebody is in the table (1 / class, the largest); the
*journalist* does not (1 / class in the population, the largest); the *marketer* wants many (expected share found).
"""

from dataclasses import dataclass

import numpy as np

from bequest.engine.kernels.classes import Counts


@dataclass(frozen=True, slots=True)
class Risks:
    """Chances of being re-identified, 0 to 1."""

    prosecutor_max: float
    prosecutor_mean: float
    journalist_max: float
    marketer: float


def risks(counts: Counts, population: Counts | None = None) -> Risks:
    """The risks of rows in classes of these sizes; `population`: how many people there are of each class.

    Without a population everybody of it is taken to be in the table: a journalist knows as much as a prosecutor.
    """
    counts = counts[counts > 0] if population is None else counts
    if not counts.sum():
        return Risks(0.0, 0.0, 0.0, 0.0)
    people = counts if population is None else np.maximum(population, counts)
    met = counts > 0
    n = int(counts.sum())
    return Risks(
        prosecutor_max=float(1 / counts[met].min()),
        prosecutor_mean=float(met.sum() / n),
        journalist_max=float(1 / people[met].min()),
        marketer=float((counts[met] / people[met]).sum() / n),
    )

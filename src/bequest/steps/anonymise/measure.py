"""What is wanted of an anonymous table: k-anonymity, l-diversity, t-closeness, and which classes fall short of it.

k: rows of the smallest class (Sweeney 2002). l and t: `engine.kernels.diversity`. Risks: `engine.kernels.risks`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bequest.engine.kernels.classes import Codes, Counts
from bequest.engine.kernels.diversity import SensitiveColumn, distances, distinct_values

Bools = npt.NDArray[np.bool_]
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the table must hold: at least k rows a class, l sensitive values a class, at most t from all rows.

    `suppression`: the largest share of rows that may be left out for it.
    """

    k: int
    l: int = 1  # noqa: E741 - the letter of the literature
    t: float = 1.0
    suppression: float = 0.05


def violates(rows: Codes, counts: Counts, sensitive: Sequence[SensitiveColumn], wanted: Wanted) -> Bools:
    """Which classes are smaller than k, poorer than l, or further than t from all rows."""
    bad = counts < wanted.k
    for s in sensitive:
        if wanted.l > 1:
            bad |= distinct_values(rows, len(counts), s) < wanted.l
        if wanted.t < 1:
            bad |= distances(rows, len(counts), s) > wanted.t + ROUNDING
    return bad & (counts > 0)

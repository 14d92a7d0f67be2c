"""The lattice of full-domain generalisations: every combination of levels tried, the least loss of information chosen.

A row in a class that does not hold what is wanted is left out, up to a share of all rows. Loss is the mean over all
cells of how many other values of its column a cell may now stand for (0: as it is, 1: any, as in a row left out);
the measure is that of Iyengar (2002). More generalisation never needs more rows left out for k, so a bound of the loss
is known for every combination before l and t are looked at, and those that cannot win are not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

import numpy as np

from bequest.engine.kernels.classes import Codes, Counts, classes, sizes
from bequest.engine.kernels.diversity import SensitiveColumn, distances, distinct_values
from bequest.engine.kernels.risks import Risks, risks
from bequest.kernel.errors import InputError
from bequest.steps.anonymise.columns import QuasiColumn
from bequest.steps.anonymise.measure import Bools, Wanted, violates

MOST_NODES = 20_000
ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class Solution:
    """A combination of levels with what it comes to. `levels` in the order of the columns."""

    levels: tuple[int, ...]
    words: tuple[str, ...]
    loss: float
    suppressed: int
    n_classes: int
    k: int
    l: int  # noqa: E741 - the letter of the literature
    t: float
    risks: Risks


@dataclass(frozen=True, slots=True)
class Search:
    """The chosen solution with the rows that stay, and the next best ones; nothing where none holds."""

    chosen: Solution | None
    kept: Bools
    alternatives: tuple[Solution, ...]
    n_nodes: int
    n_fitting: int
    """Combinations that hold k within the share that may be left out."""


def search(quasi: Sequence[QuasiColumn], sensitive: Sequence[SensitiveColumn], wanted: Wanted) -> Search:
    """Try every combination of levels.

    Raises:
        InputError: for a k below 2, no quasi-identifier, or too many combinations.
    """
    n_nodes = _checked(quasi, wanted)
    lattice = _Lattice(quasi)
    bounds = [(lattice.loss_for_k(levels, wanted), levels) for levels in _levels(quasi)]
    fitting = sorted((b for b in bounds if b[0] is not None), key=lambda b: (b[0], sum(b[1]), b[1]))
    found: list[tuple[Solution, Bools]] = []
    for bound, levels in fitting:
        if len(found) > ALTERNATIVES and bound is not None and bound >= found[ALTERNATIVES][0].loss:
            break
        if (made := lattice.solve(levels, sensitive, wanted)) is not None:
            found.append(made)
            found.sort(key=lambda f: (f[0].loss, sum(f[0].levels), f[0].levels))
    n_rows = len(quasi[0].rows)
    if not found:
        return Search(None, np.zeros(n_rows, np.bool_), (), n_nodes, len(fitting))
    best, kept = found[0]
    return Search(best, kept, tuple(s for s, _ in found[1 : ALTERNATIVES + 1]), n_nodes, len(fitting))


def _levels(quasi: Sequence[QuasiColumn]) -> Iterator[tuple[int, ...]]:
    return product(*(range(len(q.levels)) for q in quasi))


def _checked(quasi: Sequence[QuasiColumn], wanted: Wanted) -> int:
    if not quasi:
        raise InputError("there is no quasi-identifier", hint='Name at least one column with role = "quasi".')
    if wanted.k < 2:
        raise InputError(f"k = {wanted.k} hides nobody", hint="k is at least 2; 5 or 10 are usual.")
    n = prod(len(q.levels) for q in quasi)
    if n > MOST_NODES:
        raise InputError(
            f"{n:,} combinations of levels are too many",
            hint=f"Leave levels out until there are at most {MOST_NODES:,}.",
        )
    return n


class _Lattice:
    """Rows alike in all quasi-identifiers as they are, tried together."""

    def __init__(self, quasi: Sequence[QuasiColumn]) -> None:
        self._quasi = quasi
        self._of_row, n = classes([(q.rows, q.n_values) for q in quasi])
        self._weights: Counts = sizes(self._of_row, n)
        first = np.zeros(n, np.int64)
        first[self._of_row[::-1]] = np.arange(len(self._of_row) - 1, -1, -1)
        self._values = [q.rows[first] for q in quasi]

    def loss_for_k(self, levels: tuple[int, ...], wanted: Wanted) -> float | None:
        """The loss where only k counts; nothing where too many rows would be left out."""
        groups, n = self._grouped(levels)
        counts = sizes(groups, n, self._weights)
        gone = counts < wanted.k
        if counts[gone].sum() > wanted.suppression * len(self._of_row):
            return None
        return self._loss(levels, ~gone[groups])

    def solve(
        self, levels: tuple[int, ...], sensitive: Sequence[SensitiveColumn], wanted: Wanted
    ) -> tuple[Solution, Bools] | None:
        """The combination with all that is wanted: rows are left out until what stays holds by itself."""
        groups, n = self._grouped(levels)
        rows = groups[self._of_row]
        kept = np.ones(len(rows), np.bool_)
        while True:
            inside = [replace(s, rows=s.rows[kept]) for s in sensitive]
            counts = sizes(rows[kept], n)
            bad = violates(rows[kept], counts, inside, wanted)
            if not bad.any():
                break
            kept &= ~bad[rows]
            if (~kept).sum() > wanted.suppression * len(rows):
                return None
        if not kept.any():
            return None
        return self._solution(levels, rows[kept], counts, inside, kept), kept

    def _solution(
        self, levels: tuple[int, ...], rows: Codes, counts: Counts, sensitive: Sequence[SensitiveColumn], kept: Bools
    ) -> Solution:
        met = counts > 0
        n = len(counts)
        stays = np.zeros(len(self._weights), np.bool_)
        stays[self._of_row[kept]] = True  # a class stays or goes as a whole
        return Solution(
            levels=levels,
            words=tuple(q.levels[i].word for q, i in zip(self._quasi, levels, strict=True)),
            loss=self._loss(levels, stays),
            suppressed=int((~kept).sum()),
            n_classes=int(met.sum()),
            k=int(counts[met].min()),
            l=min((int(distinct_values(rows, n, s)[met].min()) for s in sensitive), default=0),
            t=max((float(distances(rows, n, s)[met].max()) for s in sensitive), default=0.0),
            risks=risks(counts),
        )

    def _grouped(self, levels: tuple[int, ...]) -> tuple[Codes, int]:
        chosen = [q.levels[i] for q, i in zip(self._quasi, levels, strict=True)]
        return classes([(c.of_value[v], c.n) for c, v in zip(chosen, self._values, strict=True)])

    def _loss(self, levels: tuple[int, ...], stays: Bools) -> float:
        cells = np.zeros(len(self._weights))
        for q, i, values in zip(self._quasi, levels, self._values, strict=True):
            level = q.levels[i]
            if q.n_values > 1:
                cells += (level.covered[level.of_value[values]] - 1) / (q.n_values - 1)
        mean = np.where(stays, cells / len(self._quasi), 1.0)
        return float((mean * self._weights).sum() / max(len(self._of_row), 1))

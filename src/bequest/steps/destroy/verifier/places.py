"""Where values must go, and from which cells: the plan seen from the verifier's side, row by row of its own reading."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.model.anonymising import chosen
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.disposition import Residue
from bequest.steps.destroy.verifier.buffers import arrow_buffers, text_buffers
from bequest.steps.destroy.verifier.candidates import is_filled
from bequest.steps.destroy.verifier.rows import Rows
from bequest.steps.destroy.verifier.tokens import SIZE, Ecb, TokenSet, cmac

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Places:
    """The cells of one table that are to be emptied, found by row tag."""

    plan: TablePlan
    tags: TokenSet
    goes: Mapping[str, Bools]
    """Column → for each row of the plan, whether its cell is to go."""

    @property
    def columns(self) -> Mapping[str, ColumnMap]:
        """The columns by name."""
        return {c.name: c for c in self.plan.columns}

    @cached_property
    def losing(self) -> Bools:
        """For each row of the plan, whether it loses a cell."""
        nothing = np.zeros(self.plan.rows.height, np.bool_)
        return np.asarray(np.logical_or.reduce([nothing, *self.goes.values()]), np.bool_)

    def locate(self, rows: Rows, ecb: Ecb) -> npt.NDArray[np.int64]:
        """For each row read, its row in the plan, -1 where the plan does not know it."""
        keys = text_buffers(rows.keys(self.plan.key))
        prefix = f"row\x1f{self.plan.source}\x1f{self.plan.table}\x1f".encode()
        at = self.tags.positions(cmac(prefix, keys, np.arange(len(keys)), ecb))
        return np.where(at >= 0, self.tags.first[np.maximum(at, 0)], -1) if len(self.tags) else at

    def going(self, column: str, located: npt.NDArray[np.int64]) -> Bools:
        """For each row read, whether its cell in this column is to go."""
        planned = self.goes.get(column)
        if planned is None or not len(planned):
            return np.zeros(len(located), np.bool_)
        return np.asarray((located >= 0) & planned[np.maximum(located, 0)], np.bool_)


def places_of(plan: TablePlan) -> Places:
    """The cells of a table whose values are to go: key columns only with their whole row.

    Of a row that is anonymised in place every value that is written anew goes, the others stay.
    """
    gone = plan.indices(residue=LEAVES)
    turned = plan.indices(residue=frozenset({Residue.ANONYMISE}))
    leaves = plan.rows.select(plan.leaves().alias("l"))["l"].to_numpy()
    goes = {}
    for c in plan.columns:
        cell = plan.rows[DECISION_PREFIX + c.name].is_in(gone).to_numpy().copy()
        if turned and c.name not in plan.key and chosen(c).writes:
            cell |= plan.rows[DECISION_PREFIX + c.name].is_in(turned).to_numpy()
        goes[c.name] = np.asarray(cell & leaves if c.name in plan.key else cell, np.bool_)
    tags = arrow_buffers(plan.rows["row_tag"].rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()))
    return Places(plan, TokenSet(tags.data.reshape(-1, SIZE)), goes)


def by_table(plans: Iterable[TablePlan]) -> dict[tuple[str, str], Places]:
    """(source, table) → places."""
    return {(p.source, p.table): places_of(p) for p in plans}


def class_of(places: Places | None, column: str) -> FieldClass:
    """The class of a column; unknown where the plan has no such column (then anything may stand in it)."""
    found = places.columns.get(column) if places else None
    return found.cls if found else FieldClass.UNKNOWN


def loses(places: Places, column: str) -> bool:
    """Whether any cell of a column is to go."""
    planned = places.goes.get(column)
    return planned is not None and bool(planned.any())


def filled_and_going(places: Places, rows: Rows, column: str, located: npt.NDArray[np.int64]) -> pl.Series:
    """The distinct non-empty values of a column that are to go, in this batch."""
    if column not in rows.cells.columns:
        return pl.Series([], dtype=pl.String)
    values = rows.cells[column].filter(pl.Series(places.going(column, located)))
    return values.filter(is_filled(values)).unique(maintain_order=True)

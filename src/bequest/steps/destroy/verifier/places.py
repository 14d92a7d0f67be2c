"""Where values must go, and from which cells: the plan seen from the verifier's side, row by row of its own reading."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.steps.destroy.verifier.rows import Rows
from bequest.steps.destroy.verifier.tokens import TokenSet, cmac_rows

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Places:
    """The cells of one table that are to be emptied, found by row tag."""

    plan: TablePlan
    tags: TokenSet
    row_of_tag: npt.NDArray[np.int64]
    goes: Mapping[str, Bools]
    """Column → for each row of the plan, whether its cell is to go."""

    @property
    def columns(self) -> Mapping[str, ColumnMap]:
        """The columns by name."""
        return {c.name: c for c in self.plan.columns}

    @property
    def n_rows_losing(self) -> int:
        """Rows of the plan that lose a cell."""
        return int(np.logical_or.reduce(list(self.goes.values())).sum()) if self.goes else 0

    def locate(self, rows: Rows, ecb: Callable[[bytes], bytes]) -> npt.NDArray[np.int64]:
        """For each row read, its row in the plan, -1 where the plan does not know it."""
        prefix = f"row\x1f{self.plan.source}\x1f{self.plan.table}\x1f".encode()
        messages = [prefix + key.encode("utf-8", "surrogatepass") for key in rows.keys(self.plan.key).to_list()]
        at = self.tags.positions(cmac_rows(messages, ecb))
        return np.where(at >= 0, self.row_of_tag[np.maximum(at, 0)], -1) if len(self.row_of_tag) else at

    def going(self, column: str, located: npt.NDArray[np.int64]) -> Bools:
        """For each row read, whether its cell in this column is to go."""
        planned = self.goes.get(column)
        if planned is None or not len(planned):
            return np.zeros(len(located), np.bool_)
        return np.asarray((located >= 0) & planned[np.maximum(located, 0)], np.bool_)


def places_of(plan: TablePlan) -> Places:
    """The cells of a table that are to be emptied: key columns only with their whole row."""
    gone = plan.indices(residue=LEAVES)
    leaves = plan.rows.select(plan.leaves().alias("l"))["l"].to_numpy()
    goes = {}
    for c in plan.columns:
        cell = plan.rows[DECISION_PREFIX + c.name].is_in(gone).to_numpy()
        goes[c.name] = np.asarray(cell & leaves if c.name in plan.key else cell, np.bool_)
    tags = plan.rows["row_tag"].to_list()
    first = {tag: i for i, tag in reversed(list(enumerate(tags)))}
    return Places(plan, TokenSet(tags), np.array([first[t] for t in sorted(first)], np.int64), goes)


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


def filled_and_going(places: Places, rows: Rows, column: str, located: npt.NDArray[np.int64]) -> list[str]:
    """The non-empty values of a column that are to go, in this batch."""
    if column not in rows.cells.columns:
        return []
    values = rows.cells[column].to_list()
    going = places.going(column, located)
    return [v for v, g in zip(values, going.tolist(), strict=True) if g and v is not None and v.strip()]

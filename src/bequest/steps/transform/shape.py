"""What a delivery holds of one table, known before any value is read: columns, how each is made, how many rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.kernel.errors import StateError
from bequest.model.datamap import ColumnMap
from bequest.model.disposition import Release
from bequest.model.facts import RowRole
from bequest.steps.transform.references import ColumnKey

ROW = "__row"
"""First column of every delivered table: a token of the row, with which both sides can name it later."""

GIVEN = frozenset({Release.AS_IS, Release.MASKED})


@dataclass(frozen=True, slots=True)
class ReleasedColumn:
    """A column that is delivered for at least one row. `domain` is the name space of its tokens, else empty."""

    column: ColumnMap
    domain: str

    @property
    def name(self) -> str:
        """The column's name at the source, kept in the delivery."""
        return self.column.name

    @property
    def is_reference(self) -> bool:
        """Whether the receiver gets a token instead of the value, whatever was decided."""
        return bool(self.domain)


@dataclass(frozen=True, slots=True)
class TableShape:
    """One table of a delivery."""

    source: str
    table: str
    columns: tuple[ReleasedColumn, ...]
    n_rows: int
    """Rows to be delivered, as decided at the mark."""

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the delivered order."""
        return (ROW, *(c.name for c in self.columns))


def shape_table(plan: TablePlan, lots: frozenset[str], domains: Mapping[ColumnKey, str]) -> TableShape | None:
    """What a delivery of these lots holds of a table; nothing where no row is released.

    Raises:
        StateError: where a value of these lots still waits for an answer.
    """
    rows = plan.rows.filter(pl.col("lot").is_in(list(lots)))
    _none_waiting(plan, rows)
    given = rows.filter(is_released(plan))
    if not given.height:
        return None
    indices = _indices(plan, GIVEN)
    columns = tuple(
        ReleasedColumn(c, domains.get((plan.source, plan.table, c.name), ""))
        for c in plan.columns
        if bool(given[DECISION_PREFIX + c.name].is_in(indices).any())
    )
    return TableShape(plan.source, plan.table, columns, given.height)


def is_released(plan: TablePlan) -> pl.Expr:
    """Expression over decided rows: something personal of the row is given to the receiver.

    Where a table says nothing personal but who of the staff was at work, such as the lines or the history of an order,
    its rows pass with what is given of them: what is not personal follows the record.
    """
    indices = _indices(plan, GIVEN)
    personal = [c for c in plan.columns if c.personal and c.role is not RowRole.STAFF]
    return pl.any_horizontal(pl.col(DECISION_PREFIX + c.name).is_in(indices) for c in personal or plan.columns)


def _indices(plan: TablePlan, release: frozenset[Release]) -> list[int]:
    return [i for i, d in enumerate(plan.dispositions) if d.release in release]


def _none_waiting(plan: TablePlan, rows: pl.DataFrame) -> None:
    waiting = _indices(plan, frozenset({Release.WAITING}))
    open_columns = [c.name for c in plan.columns if bool(rows[DECISION_PREFIX + c.name].is_in(waiting).any())]
    if open_columns:
        raise StateError(
            f"{plan.source}.{plan.table}: {', '.join(open_columns)} still wait for an answer",
            hint="Close the window first: then each has its fallback.",
            code="BQ-DELIVER-1",
        )

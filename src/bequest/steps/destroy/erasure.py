"""What was done to one table, counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from bequest.model.destruction import TableSums


@dataclass(frozen=True, slots=True)
class ColumnErasure:
    """Non-empty values of one column by what became of them."""

    column: str
    deleted: int = 0
    sealed: int = 0
    blocked: int = 0
    in_use: int = 0
    anonymised: int = 0

    @property
    def accounted(self) -> int:
        """All of them."""
        return self.deleted + self.sealed + self.blocked + self.in_use + self.anonymised


@dataclass(frozen=True, slots=True)
class KeptSum:
    """Sealed values under one rule for their end, such as `retention:invoice_10y`; `until` the last due date."""

    rule: str
    values: int
    until: date | None


@dataclass(frozen=True, slots=True)
class TableErasure:
    """What was done to one table, over all runs. The row counts after `missing` are rows left alone."""

    source: str
    table: str
    rows_before: int
    rows_after: int
    rows_deleted: int
    rows_emptied: int
    columns: tuple[ColumnErasure, ...]
    kept: tuple[KeptSum, ...]
    missing: int
    """Rows of the mark that were gone before anything was done here."""
    changed: int
    late: int
    unsealed: int
    left: pl.DataFrame = field(repr=False, compare=False)
    """`row_tag`, `what` (changed, late, unsealed): for the next delta cutover."""
    held: pl.Series = field(default_factory=lambda: pl.Series("pos", [], dtype=pl.UInt32), repr=False, compare=False)
    """Rows of the plan that stay because they are on hold."""
    rows_anonymised: int = 0
    """Rows of `rows_emptied` that were anonymised in place."""
    too_few: pl.Series = field(default_factory=lambda: pl.Series("pos", [], dtype=pl.UInt32), repr=False, compare=False)
    """Rows of the plan that were to be anonymised and were deleted, because too few people look like them."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left alone and nothing was missing."""
        return not (self.missing or self.changed or self.late or self.unsealed)

    def sums(self, totals: Mapping[str, int]) -> TableSums:
        """The table's line on the certificate. `totals`: non-empty values by column, counted at the mark."""
        said = ("deleted", "anonymised", "sealed", "blocked", "in_use")
        by = {what: sum(getattr(c, what) for c in self.columns) for what in said}
        before = sum(totals.get(c.column, 0) for c in self.columns)
        return TableSums(self.source, self.table, self.rows_before, self.rows_after, before, **by)

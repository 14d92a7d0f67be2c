"""What was decided for each row and column of one table, in the form that transform and destroy carry out."""

from dataclasses import dataclass

import polars as pl

from bequest.model.datamap import ColumnMap, Relation
from bequest.model.disposition import Disposition, Residue

DECISION_PREFIX = "d:"
LEAVES = frozenset({Residue.DELETE, Residue.CUSTODY})


@dataclass(frozen=True, slots=True)
class TablePlan:
    """The decided rows of one table.

    `dispositions` is the case-wide list of distinct pairs. `rows` holds: `row_no` UInt32 (0-based position at the
    mark), `row_tag` Binary (token of the row key), `row_digest` Binary (keyed digest of the content), `lot` Utf8
    (empty: outside every lot), `subject` UInt32 or null (of the primary role), `due_on` Date or null (end of custody),
    and for each column `d:<column>` UInt8, an index into `dispositions`.

    Row rule: a row leaves the source when every column's residue is delete or custody; otherwise it stays and only
    its cells with residue delete or custody are emptied, key columns never.
    """

    source: str
    table: str
    columns: tuple[ColumnMap, ...]
    key: tuple[str, ...]
    relations: tuple[Relation, ...]
    dispositions: tuple[Disposition, ...]
    rows: pl.DataFrame

    def indices(self, *, residue: frozenset[Residue]) -> list[int]:
        """Indices of the dispositions whose residue is one of these."""
        return [i for i, d in enumerate(self.dispositions) if d.residue in residue]

    def leaves(self) -> pl.Expr:
        """Expression over `rows`: the whole row leaves the source."""
        gone = self.indices(residue=LEAVES)
        return pl.all_horizontal(pl.col(DECISION_PREFIX + c.name).is_in(gone) for c in self.columns)

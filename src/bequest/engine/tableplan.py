"""What was decided for each row and column of one table, in the form that transform and destroy carry out."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from bequest.model.datamap import ColumnMap, Relation
from bequest.model.disposition import Disposition, Residue

DECISION_PREFIX = "d:"
WENT_PREFIX = "went:"
LEAVES = frozenset({Residue.DELETE, Residue.CUSTODY})


@dataclass(frozen=True, slots=True)
class TablePlan:
    """The decided rows of one table.

    `dispositions` is the case-wide list of distinct pairs. `rows` holds: `row_no` UInt32 (0-based position at the
    mark), `row_tag` Binary (token of the row key), `row_digest` Binary (keyed digest of the content), `lot` Utf8
    (empty: outside every lot), `subject` UInt32 or null (of the primary role), `due_on` Date or null (end of custody),
    and for each column `d:<column>` UInt8, an index into `dispositions`.

    `shares`: rows that lie in further lots beside the first: `pos` UInt32 (place in `rows`), `lot`, `d:<column>`,
    `wave`. Each lot has its own release; the residue is one and the same in all of them: the copy at the source is one.
    `wave` (in both; missing: 1) is the delivery wave with which the row goes to its lot. `went`, `went:<column>` (where
    rows go again): the earlier wave it went with, 0 for none, and the decisions it went with; `changed`: because its
    content is another since.

    Row rule: a row leaves the source when every column's residue is delete or custody; otherwise it stays and only
    its cells with residue delete or custody are emptied, key columns never. A row with a cell to be anonymised stays:
    its cells are changed as the columns say (`model.anonymising`), if at least `anonymise_k` people then look alike;
    else it leaves.
    """

    source: str
    table: str
    columns: tuple[ColumnMap, ...]
    key: tuple[str, ...]
    relations: tuple[Relation, ...]
    dispositions: tuple[Disposition, ...]
    rows: pl.DataFrame
    shares: pl.DataFrame = field(default_factory=pl.DataFrame)
    anonymise_k: int = 0

    def for_lot(self, lot: str, wave: int = 1) -> "TablePlan":
        """The plan as it stands for one lot and wave: its rows with that lot's decisions, all others outside."""
        mine = self.shares.filter(pl.col("lot") == lot) if self.shares.height else self.shares
        rows = self.rows
        if mine.height:
            at = mine["pos"].to_numpy()
            rows = rows.with_columns(scatter(rows[c], at, mine[c]) for c in mine.columns if c != "pos")
        goes_with = pl.col("wave") if "wave" in rows.columns else pl.lit(1)
        other = (pl.col("lot") == lot) & (goes_with != wave)
        rows = rows.with_columns(pl.when(other).then(pl.lit("")).otherwise("lot").alias("lot"))
        return replace(self, rows=rows, shares=self.shares.clear())

    def lots(self) -> set[str]:
        """The lots in which rows lie; empty text for outside."""
        further = self.shares["lot"].unique().to_list() if self.shares.height else []
        return {*self.rows["lot"].unique().to_list(), *further}

    def indices(self, *, residue: frozenset[Residue]) -> list[int]:
        """Indices of the dispositions whose residue is one of these."""
        return [i for i, d in enumerate(self.dispositions) if d.residue in residue]

    def leaves(self) -> pl.Expr:
        """Expression over `rows`: the whole row leaves the source."""
        gone = self.indices(residue=LEAVES)
        return pl.all_horizontal(pl.col(DECISION_PREFIX + c.name).is_in(gone) for c in self.columns)

    def anonymises(self) -> pl.Expr:
        """Expression over `rows`: the row is anonymised in place."""
        wanted = self.indices(residue=frozenset({Residue.ANONYMISE}))
        return pl.any_horizontal(pl.col(DECISION_PREFIX + c.name).is_in(wanted) for c in self.columns)


def scatter(series: pl.Series, at: np.ndarray, values: pl.Series) -> pl.Series:
    """The series with other values in some places."""
    places = np.zeros(len(series), dtype=np.uint32)
    places[at] = np.arange(1, len(at) + 1, dtype=np.uint32)
    both = pl.concat([series.head(1) if len(series) else series, values.cast(series.dtype)])
    taken = both.gather(pl.Series(places))
    return taken.zip_with(pl.Series(places > 0), series).alias(series.name)

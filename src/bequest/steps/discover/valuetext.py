"""Values as detectors see them: distinct, non-empty, full-width forms made plain."""

from dataclasses import dataclass

import polars as pl

MOST_DISTINCT = 5000
"""Distinct values looked at per column, in order of first appearance: the same sample gives the same answer."""


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """The distinct values of a column in the sample, in two readings, and how many values there were."""

    text: pl.Series
    compact: pl.Series
    n_values: int
    n_distinct: int

    @property
    def looked_at(self) -> int:
        """How many distinct values were looked at."""
        return len(self.text)


def compacted(values: pl.Series) -> pl.Series:
    """Spaces, dashes, dots and brackets removed, and +86, 0086 or 86 before a mobile number."""
    return values.to_frame("v").select(_compacted(pl.col("v"))).to_series()


def _compacted(values: pl.Expr) -> pl.Expr:
    return (
        values.str.replace_all(r"[\s\-–—_.()·•]", "")
        .str.replace(r"^(?:\+|00)86", "")
        .str.replace(r"^86(1[3-9]\d{9})$", "$1")
        .str.replace(r"^'", "")
    )


def column_values(column: pl.Series) -> ColumnValues:
    """What detectors look at in one column of text; an empty column gives no values."""
    if len(column) == column.null_count():
        return _NOTHING
    text = column.to_frame("v").select(pl.col("v").cast(pl.Utf8).str.strip_chars()).filter(pl.col("v") != "")
    distinct = text.to_series().unique(maintain_order=True)
    plain = pl.col("v").str.slice(0, 4000).str.normalize("NFKC").str.strip_chars()
    seen = distinct.head(MOST_DISTINCT).to_frame("v").select(plain).with_columns(_compacted(pl.col("v")).alias("c"))
    return ColumnValues(seen["v"], seen["c"], text.height, len(distinct))


_NOTHING = ColumnValues(pl.Series("v", [], dtype=pl.Utf8), pl.Series("c", [], dtype=pl.Utf8), 0, 0)

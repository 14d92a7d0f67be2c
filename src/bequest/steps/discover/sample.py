"""What the caller hands over: the columns of a table and a sample of its rows, all as text."""

from dataclasses import dataclass

import polars as pl

from bequest.kernel.canonical import digest


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """One column as its source declares it. `is_key`: part of the declared primary key."""

    name: str
    declared_type: str = ""
    comment: str = ""
    is_key: bool = False
    is_unique: bool = False
    """Declared unique by itself."""
    refers_to: str = ""
    """The table of the same source whose key it holds: declared, or inferred from the names."""
    refers_column: str = ""
    """The column there; empty where it is not declared."""
    to_people: bool = False
    """Whether that table is one of people."""
    to_held: str = ""
    """`money` or `care`: it holds the number of somebody's account, loan or visit, and so the row is that person's."""
    reading: str = ""
    """The name as it is to be read, where it differs: without a prefix that all columns of the table share."""

    @property
    def said(self) -> str:
        """What the name says."""
        return self.reading or self.name


@dataclass(frozen=True, slots=True)
class TableSample:
    """A table of a source. `frame` holds up to about 20,000 rows, every column as text or null.

    `n_rows` counts the whole table. Where the table could not be read, `why_not_scanned` says why and the frame may be
    empty of rows; its columns are then judged by name only.
    """

    source: str
    table: str
    comment: str
    columns: tuple[ColumnInfo, ...]
    n_rows: int
    frame: pl.DataFrame
    why_not_scanned: str = ""
    notes: tuple[str, ...] = ()

    def values(self, column: str) -> pl.Series:
        """The sampled values of a column; empty where the sample has none."""
        if column in self.frame.columns:
            return self.frame.get_column(column)
        return pl.Series(column, [], dtype=pl.Utf8)


def schema_digest(columns: tuple[ColumnInfo, ...]) -> str:
    """SHA-256 over (name, declared type, key flag) of every column in order; a changed schema changes it."""
    return digest([[c.name, c.declared_type, c.is_key] for c in columns])

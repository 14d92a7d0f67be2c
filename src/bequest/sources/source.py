"""What every source can do: tell what is in it, be read as text, and let rows and cells go.

One text view serves discovery, linking, transforming and searching: batches whose first column `__key` is the row key,
all columns text or null, exactly as a person would see them. Row identity: the columns given as key, else the key the
store declares, else the 0-based row number (SQLite: the rowid).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from bequest.model.destruction import Level
from bequest.sources.scrub import ScrubPlan

KEY = "__key"
"""First column of every batch: the row key."""

KEY_SEPARATOR = "\x1f"
"""Between the parts of a row key made of several columns."""

BATCH_ROWS = 50_000

Guard = Callable[[], None]
"""Checks that the step still holds its lease; called before every batch and before a file is replaced."""


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column as the store declares it."""

    name: str
    declared_type: str
    comment: str = ""
    is_key: bool = False
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table as the store declares it.

    `key`: declared key columns, none where rows are known by number. `why_not_scanned`: empty for a table that can be
    read, else `view`, `virtual`, `sheet_not_declared`, `sheet_unusable` or `not_utf8`. `notes` are codes of what a
    reader should know: `triggers`, `no_declared_key`, `without_rowid`, `blank_rows`, `mixed_types`.
    """

    name: str
    comment: str
    columns: tuple[ColumnInfo, ...]
    key: tuple[str, ...]
    n_rows: int
    why_not_scanned: str = ""
    notes: tuple[str, ...] = ()

    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in the store's order."""
        return tuple(c.name for c in self.columns)


@dataclass(frozen=True, slots=True)
class Changes:
    """What leaves one table: whole rows, and cells of rows that stay. All by row key, as read with the same `key`.

    Applying the same changes again changes nothing more. Rows known by their number move when others go: for these
    `taken_from` must hold the fingerprint of the source at the moment its keys were read.
    """

    delete: pl.Series
    empty: Mapping[str, pl.Series] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    taken_from: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What one `apply` did: rows that went, non-empty cells emptied in rows that stay, by column."""

    rows_deleted: int
    cells_emptied: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class CleanReport:
    """What was done so that the bytes of deleted rows are no longer in the store's files, and what can be claimed.

    `actions` are codes of what was done, in order, such as `secure_delete`, `wal_checkpoint`, `vacuum`, `rewritten`.
    """

    level: Level
    actions: tuple[str, ...]
    bytes_before: int
    bytes_after: int
    remains: tuple[str, ...] = ()
    """Codes of what still holds deleted bytes."""


class OpenSource(Protocol):
    """A source that can be read, and written under a guard."""

    name: str

    def inventory(self) -> tuple[TableInfo, ...]:
        """All tables in the store, also those that cannot be read, in a stable order."""

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        key: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
        allow_duplicates: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """Batches of at most `batch_rows` rows: `__key`, then the columns asked for, in that order.

        Raises:
            SourceError: no such table or column; a key column is empty somewhere or its values are not unique.
        """

    def sample(self, table: str, n: int) -> pl.DataFrame:
        """At most n rows, spread over the whole table by a fixed hash of their position: the same at every call."""

    def fingerprint(self) -> str:
        """SHA-256 in hex: of the file's bytes; of schema and row counts for a database."""

    def apply(self, table: str, changes: Changes, *, guard: Guard) -> Applied:
        """Carry out the changes, all or resumably: a row has lost all the cells that are to be emptied, or none.

        Raises:
            SourceError: a column cannot be emptied, the store is locked, or the row numbers are of another state.
        """

    def plan_scrub(self, tables: Sequence[str]) -> ScrubPlan:
        """What `clean` would do for these tables, and what stands against it. Changes nothing."""

    def clean(self, guard: Guard, tables: Sequence[str] | None = None) -> CleanReport:
        """Remove what deleting leaves behind in the store's own files: of these tables, or of all.

        Raises:
            SourceError: naming what stands against it; the deletion itself stands.
        """

    def marker(self, case_id: str) -> bool:
        """Whether the store carries the rehearsal marker of that case."""

    def raw_paths(self) -> tuple[Path, ...]:
        """The files on disk that make up the store, with journals and leftovers."""

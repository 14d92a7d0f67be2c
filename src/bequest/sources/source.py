"""What every source can do: tell what is in it, be read as text, and let rows and cells go.

One text view serves discovery, linking, transforming and searching: batches whose first column `__key` is the row key,
all columns text or null, exactly as a person would see them. Row identity: the columns given as key, else the key the
store declares, else the 0-based row number (SQLite: the rowid). On a server no place and no number lasts: there a row
without a key is known by its content, as `<SHA-256 of the row in hex>#<how many equal rows came before it, from 1>`.
Equal rows cannot be told apart by anybody, and need not be; a row that was changed meanwhile is not found.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
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


class OnDelete(StrEnum):
    """What a store does to the rows that refer to a row when that row goes."""

    REFUSE = "refuse"
    """NO ACTION and RESTRICT: the row cannot go while another refers to it."""
    CASCADE = "cascade"
    """The rows that refer go too."""
    SET_NULL = "set_null"
    SET_DEFAULT = "set_default"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of a table that name a row of another. `to_table` has its schema before it where that is another one."""

    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]
    on_delete: OnDelete = OnDelete.REFUSE
    name: str = ""


@dataclass(frozen=True, slots=True)
class ColumnInfo:
    """A column as the store declares it.

    `notes` are codes of what stands against emptying it or is to be known: `generated` (computed from other columns),
    `identity` (numbered by the store), `unique`, `checked` (a check constraint reads it), `indexed_expression` (an
    index computes something from it, such as a full-text index), `refers` (part of a foreign key), `referred_to`.
    """

    name: str
    declared_type: str
    comment: str = ""
    is_key: bool = False
    nullable: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableInfo:
    """A table as the store declares it.

    `key`: declared key columns, none where rows are known by number. `why_not_scanned`: empty for a table that can be
    read, else `view`, `virtual`, `sheet_not_declared`, `sheet_unusable`, `not_utf8`, `foreign` (its rows lie on another
    server), `row_security` (rows are hidden from the reader) or `no_right` (the reader may not read all of it). `notes`
    are codes of what a reader should know: `triggers`, `no_declared_key`, `without_rowid`, `blank_rows`,
    `mixed_types`, `partitioned` (its partitions are not listed), `inherits` (rows of its own in a table that others
    extend or that extends another), `unlogged`, `rules`, `row_security` (policies exist that do not bind the reader).
    `references`: its foreign keys.
    """

    name: str
    comment: str
    columns: tuple[ColumnInfo, ...]
    key: tuple[str, ...]
    n_rows: int
    why_not_scanned: str = ""
    notes: tuple[str, ...] = ()
    references: tuple[ForeignKey, ...] = ()

    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in the store's order."""
        return tuple(c.name for c in self.columns)


@dataclass(frozen=True, slots=True)
class Changes:
    """What leaves one table: whole rows, and cells of rows that stay. All by row key, as read with the same `key`.

    `put`: rows that stay and get other values: `__key`, and the text of every column that is written; null empties it.
    Only cells that hold something are written. No row is in two of the three.
    Applying the same changes again changes nothing more. Rows without a key (known by number, or by content
    and count) are renamed when others go: for these `taken_from` must hold the fingerprint of the source at the moment
    its keys were read.
    """

    delete: pl.Series
    empty: Mapping[str, pl.Series] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    taken_from: str = ""
    put: pl.DataFrame | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to do."""
        return not (len(self.delete) or any(len(s) for s in self.empty.values()) or self.n_put)

    @property
    def n_put(self) -> int:
        """Rows that get other values."""
        return 0 if self.put is None else self.put.height

    @property
    def put_columns(self) -> tuple[str, ...]:
        """The columns that are written."""
        return () if self.put is None else tuple(c for c in self.put.columns if c != KEY)


@dataclass(frozen=True, slots=True)
class Applied:
    """What one `apply` did: rows that went, cells emptied in rows that stay, by column, rows sent with new values."""

    rows_deleted: int
    cells_emptied: Mapping[str, int]
    rows_put: int = 0


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


class ServerStore(OpenSource, Protocol):
    """A database on a server, whose tables can go as a whole."""

    def check_may_empty(self, tables: Sequence[str]) -> None:
        """Nothing, where the account of the phase delete may empty these tables. Changes nothing.

        Raises:
            SourceError: a right is missing, tables outside refer to their rows, or something would run.
        """

    def empty_whole(self, tables: Sequence[str], is_same: Callable[[str], bool], guard: Guard) -> tuple[str, ...]:
        """Empty these tables while nobody can write to them; may be repeated.

        `is_same(table)` reads the table and says whether it is what was handed over; it may be read meanwhile. The
        tables for which it said no are returned, and then nothing was emptied.

        Raises:
            SourceError: as `check_may_empty`, or from the server.
        """

"""What all sources that are one file share: keys, samples, fingerprint, marker, and the frame of a rewrite."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools, detached
from bequest.engine.lookup import Lookup
from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.model.destruction import Level
from bequest.sources.codes import CHANGED, WHOLE
from bequest.sources.marker import has_folder_marker
from bequest.sources.replacing import file_digest, leftover, remove_leftover, replace_file, sync_folder
from bequest.sources.row_keys import check_changes, check_keys, empty_parts, row_keys, sample_positions
from bequest.sources.scrub import ScrubPlan
from bequest.sources.source import BATCH_ROWS, KEY, Applied, Changes, CleanReport, Guard, TableInfo


@dataclass(frozen=True, slots=True)
class Decided:
    """What becomes of a batch of a file: rows that go, cells of each column that are written anew.

    `texts` are the new values by column, null where the cell is emptied; a column without is emptied throughout.
    """

    gone: Bools
    cells: Mapping[str, Bools]
    texts: Mapping[str, pl.Series]

    def new(self, column: str) -> pl.Series:
        """The new values of those cells of a column, in order."""
        n = int(self.cells[column].sum())
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, n)
        return self.texts[column].filter(pl.Series(self.cells[column])) if column in self.texts else nothing


class Edit:
    """Changes on their way through a file: asked batch by batch, counting what they did."""

    def __init__(self, changes: Changes, key: tuple[str, ...]) -> None:
        self.key = key
        self.columns = tuple(dict.fromkeys((*changes.empty, *changes.put_columns)))
        self._delete = Lookup(changes.delete.cast(pl.String))
        self._empty = {c: Lookup(keys.cast(pl.String)) for c, keys in changes.empty.items()}
        self._put = changes.put
        self._put_at = Lookup(changes.put[KEY].cast(pl.String)) if changes.put is not None else None
        self._next_row = 0
        self.rows_deleted = self.rows_put = 0
        self.cells_emptied = dict.fromkeys(changes.empty, 0)

    def needs(self) -> tuple[str, ...]:
        """The columns a batch must bring: those of the key and those that are written."""
        return tuple(dict.fromkeys((*self.key, *self.columns)))

    def decide(self, batch: pl.DataFrame) -> Decided:
        """For the next batch of the file: which rows go, and which cells of each column are written anew."""
        keys = row_keys(batch, self.key, self._next_row)
        self._next_row += batch.height
        gone = self._delete.holds(keys)
        self.rows_deleted += int(gone.sum())
        filled = {c: (batch[c].is_not_null() & (batch[c].str.strip_chars() != "")).to_numpy() for c in self.columns}
        cells = {}
        for column, wanted in self._empty.items():
            cells[column] = wanted.holds(keys) & filled[column] & ~gone
            self.cells_emptied[column] += int(cells[column].sum())
        texts = {}
        if self._put is not None and self._put_at is not None:
            found = self._put_at.first(keys)
            put = (found >= 0) & ~gone
            self.rows_put += int(put.sum())
            at = pl.Series(found).replace(-1, None)
            for column in (c for c in self._put.columns if c != KEY):
                texts[column] = self._put[column].gather(at)
                cells[column] = cells.get(column, np.zeros(batch.height, np.bool_)) | (put & filled[column])
        return Decided(gone, cells, texts)

    def applied(self) -> Applied:
        """The counts so far."""
        return Applied(self.rows_deleted, dict(self.cells_emptied), self.rows_put)


State = tuple[int, ...]
"""What tells that a file is still the one that was read."""


class Known:
    """What reading a file whole has shown, each part with the state of the file at that time. No values of rows."""

    def __init__(self) -> None:
        self.tables: tuple[State, tuple[TableInfo, ...]] | None = None
        self.why_whole: tuple[State, str] | None = None
        self.keys: set[tuple[object, ...]] = set()
        """State, table and columns that were found to be a key."""


@lru_cache(maxsize=64)
def known_of(spec: Source, password: str = "") -> Known:  # noqa: ARG001 - what it is kept under
    """One for all that open the same file in this process: each step of a case opens its sources anew."""
    return Known()


class FileSource(ABC):
    """A source that is one file; kinds of file say how it is scanned and written."""

    columns_go_with_rows = False
    """Whether a column is known only from rows that have it, and so is gone when the last of them is."""

    def __init__(self, spec: Source) -> None:
        self.name = spec.name
        self.path = spec.path
        self.spec = spec
        self._known = known_of(spec)
        self._going: set[str] = set()
        self.put: Callable[[Callable[[BinaryIO], None], Guard], None] = partial(replace_file, self.path)
        """How the new form of the file takes the place of the old one."""

    @property
    def why_whole(self) -> str:
        """Why no row can be cut out, so that the file goes or stays as a whole; empty where rows can."""
        return ""

    @property
    def is_gone(self) -> bool:
        """Whether it went as a whole in a former run."""
        return not self.path.exists()

    @abstractmethod
    def _scan(self) -> tuple[TableInfo, ...]:
        """The tables in the file, after reading it whole."""

    @abstractmethod
    def _batches(self, table: TableInfo, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """The rows in order, those columns as text, in batches of any size."""

    @abstractmethod
    def _write(self, table: TableInfo, edit: Edit, out: BinaryIO) -> None:
        """The file without what the edit takes away, everything else as it was."""

    def inventory(self) -> tuple[TableInfo, ...]:
        """All tables in the file; read again only where the file has changed. None in one that went as a whole."""
        if self.is_gone:
            return ()
        state = self._state()
        known = self._known.tables
        if known is None or known[0] != state:
            self._known.tables = known = (state, self._scan())
        return known[1]

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        *,
        key: Sequence[str] = (),
        batch_rows: int = BATCH_ROWS,
        allow_duplicates: bool = False,
    ) -> Iterator[pl.DataFrame]:
        """Batches: `__key`, then the columns (see `OpenSource.read`)."""
        if self.is_gone:
            return iter(())
        info = self._table(table)
        if self.columns_go_with_rows and not info.n_rows:
            return iter(())
        wanted = tuple(info.column_names() if columns is None else columns)
        self._need_columns(info, (*wanted, *key))
        if key and not allow_duplicates:
            self._check_key(info, tuple(key))
        return self._keyed(info, wanted, tuple(key), batch_rows)

    def sample(self, table: str, n: int) -> pl.DataFrame:
        """At most n rows spread over the table, the same at every call."""
        info = self._table(table)
        positions = sample_positions(info.n_rows, n)
        parts, first = [], 0
        for batch in self.read(table):
            low, high = np.searchsorted(positions, [first, first + batch.height])
            parts.append(detached(batch[(positions[low:high] - first).tolist()]))
            first += batch.height
        return pl.concat(parts) if parts else pl.DataFrame(schema=dict.fromkeys((KEY, *info.column_names()), pl.String))

    def fingerprint(self) -> str:
        """SHA-256 of the file; nothing of one that went as a whole."""
        return "" if self.is_gone else file_digest(self.path)

    def apply(self, table: str, changes: Changes, *, guard: Guard) -> Applied:
        """Rewrite the file without the rows and cells that go; see `OpenSource.apply`."""
        info = self._table(table)
        if self.columns_go_with_rows:
            there = {c: keys for c, keys in changes.empty.items() if c in info.column_names()}
            put = changes.put
            if put is not None:
                put = put.select(KEY, *(c for c in changes.put_columns if c in info.column_names()))
            changes = replace(changes, empty=there, put=put)
            if not info.n_rows:
                return Applied(0, {})
        key = changes.key
        where = self._where(info)
        check_changes(where, changes, info.column_names(), key, numbered=not key)
        remove_leftover(self.path)
        if changes.taken_from and changes.taken_from != self.fingerprint():
            raise SourceError(
                f"{where} has changed since its rows were read",
                hint="Read the source again and decide anew; nothing was changed.",
                code=CHANGED,
            )
        if key:
            self._check_key(info, key)
        if self.why_whole:
            return self._let_go(info, changes, guard)
        edit = Edit(changes, key)
        guard()
        self.put(lambda out: self._write(info, edit, out), guard)
        return edit.applied()

    def _let_go(self, info: TableInfo, changes: Changes, guard: Guard) -> Applied:
        """Note that a table of a file out of which no row can be cut goes whole; `clean` unlinks the file.

        Raises:
            SourceError: where a row or cell of it would stay.
        """
        guard()
        going = Lookup(changes.delete.cast(pl.String))
        n = sum(int(going.holds(b[KEY]).sum()) for b in self.read(info.name, (), key=changes.key))
        if n != info.n_rows or changes.n_put or any(len(cells) for cells in changes.empty.values()):
            raise SourceError(
                f"{self._where(info)}: no row can be cut out of this file ({self.why_whole}), and {info.n_rows - n} of"
                " its rows stay",
                hint="It goes or stays as a whole: run `bequest plan` again. Nothing was changed.",
                code=WHOLE,
            )
        self._going.add(info.name)
        return Applied(n, {})

    def plan_scrub(self, tables: Sequence[str]) -> ScrubPlan:  # noqa: ARG002 - the whole file or nothing
        """Nothing but leftovers: the rewrite at the deletion unlinks the old bytes."""
        return ScrubPlan(Level.LOGICAL, ("leftover_removed",))

    def clean(self, guard: Guard, tables: Sequence[str] | None = None) -> CleanReport:  # noqa: ARG002
        """Remove leftovers: the rewrite itself has already unlinked the old bytes."""
        guard()
        before = sum(p.stat().st_size for p in self.raw_paths())
        if self.is_gone:
            return CleanReport(Level.LOGICAL, ("unlinked",), before, before)
        if self._going:
            return self._unlink(before)
        removed = remove_leftover(self.path)
        actions = ("rewritten", "leftover_removed") if removed else ("rewritten",)
        return CleanReport(Level.LOGICAL, actions, before, self.path.stat().st_size)

    def _unlink(self, before: int) -> CleanReport:
        staying = {t.name for t in self.inventory() if t.n_rows} - self._going
        if staying:
            raise SourceError(
                f"{self.name}: the file cannot go while tables of it stay: {', '.join(sorted(staying))}",
                hint="It goes or stays as a whole: run `bequest plan` again. Nothing was changed.",
                code=WHOLE,
            )
        remove_leftover(self.path)
        self.path.unlink()
        sync_folder(self.path.parent)
        return CleanReport(Level.LOGICAL, ("unlinked",), before, 0)

    def marker(self, case_id: str) -> bool:
        """Whether the file's folder carries the rehearsal marker of that case."""
        return has_folder_marker(self.path.parent, case_id)

    def raw_paths(self) -> tuple[Path, ...]:
        """The file, and what an interrupted rewrite left beside it."""
        return tuple(p for p in (self.path, leftover(self.path)) if p.exists())

    def _keyed(
        self, info: TableInfo, wanted: tuple[str, ...], key: tuple[str, ...], batch_rows: int
    ) -> Iterator[pl.DataFrame]:
        first = 0
        for batch in self._batches(info, tuple(dict.fromkeys((*wanted, *key)))):
            keys = row_keys(batch, key, first)
            first += batch.height
            whole = pl.DataFrame([keys, *(batch[c] for c in wanted)])
            for part in whole.iter_slices(batch_rows):
                if part.height:
                    yield part

    def _check_key(self, info: TableInfo, key: tuple[str, ...]) -> None:
        seen = (self._state(), info.name, key)
        if seen in self._known.keys:
            return
        self._need_columns(info, key)
        n_empty, parts = 0, []
        for batch in self._batches(info, key):
            n_empty += empty_parts(batch, key)
            parts.append(row_keys(batch, key, 0))
        check_keys(self._where(info), pl.concat(parts) if parts else pl.Series([], dtype=pl.String), n_empty)
        self._known.keys.add(seen)

    def _table(self, name: str) -> TableInfo:
        for info in self.inventory():
            if info.name == name:
                if info.why_not_scanned:
                    raise SourceError(f"{self._where(info)} cannot be read: {info.why_not_scanned}")
                return info
        known = ", ".join(i.name for i in self.inventory())
        raise SourceError(f"source {self.name} has no table {name}", hint=f"Its tables are: {known}.")

    def _need_columns(self, info: TableInfo, columns: Sequence[str]) -> None:
        missing = [c for c in columns if c not in info.column_names()]
        if missing:
            raise SourceError(
                f"{self._where(info)} has no column {', '.join(missing)}",
                hint="The file's schema has changed since the data map was made: run discovery again.",
            )

    def _where(self, info: TableInfo) -> str:
        return f"{self.name}.{info.name}"

    def _state(self) -> tuple[int, ...]:
        stat = self.path.stat()
        return (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)

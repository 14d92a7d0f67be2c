"""A receiver's folder of Parquet: a folder for each table, a file for each part, the journal beside them."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from bequest.crypto.atomic import replacing, write_file
from bequest.kernel.errors import SourceError
from bequest.sources.codes import CHANGED, NOT_WRITABLE, UNREADABLE
from bequest.sources.landing import (
    JOURNAL,
    ROW,
    ArrivingTable,
    Landed,
    TableChange,
    TableChanged,
    landing_name,
)

_NAME_BYTES = 120


class ParquetLanding:
    """One folder."""

    kind = "parquet"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / f"{JOURNAL}.json"
        self._parts: dict[str, list[str | int]] = {}
        self._withdrawn: dict[str, list[str]] = {}
        self._messages: dict[str, Any] = {}
        if self._file.exists():
            try:
                said = json.loads(self._file.read_text("utf-8"))
                self._parts, self._withdrawn, self._messages = said["parts"], said["withdrawn"], said["messages"]
            except (ValueError, KeyError, TypeError):
                raise SourceError(
                    f"the journal {self._file.name} of the folder cannot be read",
                    hint="Restore it, or import into a new folder and give it the messages of the sender again.",
                    code=UNREADABLE,
                ) from None

    def prepare(self, table: ArrivingTable) -> None:
        """Make the table's folder."""
        self._table(table.id).mkdir(mode=0o700, parents=True, exist_ok=True)

    def take(self, table: ArrivingTable, part: str, sha256: str, frame: pl.DataFrame) -> Landed:
        """Write a part, then its line in the journal: a run killed between writes the same file again.

        Raises:
            SourceError: where the journal has a part of that name with other content.
        """
        key = f"{table.delivery}\0{part}"
        if key in self._parts:
            digest, n_rows, left_out = self._parts[key]
            if digest != sha256:
                raise SourceError(
                    f"delivery {table.delivery} was imported there from another package: {part} is not the same",
                    hint="Ask the sender which of the two packages counts; import the other one nowhere.",
                    code=CHANGED,
                )
            return Landed(int(n_rows), int(left_out), before=True)
        going = frame.filter(~pl.col(ROW).is_in(self._withdrawn.get(table.id, [])))
        mine = self._prefix(table.delivery)
        self._cut([p for p in self._files(table.id) if not p.name.startswith(mine)], frame[ROW])
        _write(self._table(table.id) / (mine + part.rpartition("/")[2]), going)
        landed = Landed(going.height, frame.height - going.height)
        self._parts[key] = [sha256, landed.rows, landed.left_out]
        self._save()
        return landed

    def there(self, table: ArrivingTable) -> int:
        """Rows of this delivery that are in the folder now."""
        mine = self._prefix(table.delivery)
        return sum(pq.read_metadata(p).num_rows for p in self._files(table.id) if p.name.startswith(mine))

    def execute(self, message: str, changes: Sequence[TableChange]) -> dict[str, TableChanged]:
        """Delete and correct, file by file. What it comes to is counted and kept first: a killed run ends the same."""
        if message not in self._messages:
            counted = {c.table: [self._met(c.table, c.gone), self._cells(c)] for c in changes}
            for c in changes:  # remembered before anything is cut: an import between brings nothing back
                self._withdrawn[c.table] = sorted({*self._withdrawn.get(c.table, []), *c.gone.to_list()})
            self._messages[message] = {"counts": counted, "done": False}
            self._save()
        kept = self._messages[message]
        if not kept["done"]:
            for c in changes:
                self._cut(self._files(c.table), c.gone)
                for column, cells in c.corrected.items():
                    self._correct(self._files(c.table), column, cells)
            kept["done"] = True
            self._save()
        return {t: TableChanged(*done) for t, done in kept["counts"].items()}

    def _met(self, table: str, rows: pl.Series, column: str = ROW) -> int:
        files = [p for p in self._files(table) if column in pq.read_schema(p).names]
        return sum(int(pl.read_parquet(p, columns=[ROW])[ROW].is_in(rows.implode()).sum()) for p in files)

    def _cells(self, change: TableChange) -> int:
        return sum(self._met(change.table, cells[ROW], column) for column, cells in change.corrected.items())

    def _cut(self, files: Sequence[Path], rows: pl.Series) -> None:
        for path in files:
            frame = pl.read_parquet(path)
            left = frame.filter(~pl.col(ROW).is_in(rows.implode()))
            if left.height < frame.height:
                _write(path, left)

    def _correct(self, files: Sequence[Path], column: str, cells: pl.DataFrame) -> None:
        new = cells.select(ROW, pl.col("value").alias("__new"), pl.lit(value=True).alias("__met"))
        for path in files:
            frame = pl.read_parquet(path)
            if column not in frame.columns:
                continue
            joined = frame.join(new.unique(ROW, keep="last"), on=ROW, how="left", maintain_order="left")
            if joined["__met"].any():
                value = pl.when(pl.col("__met")).then("__new").otherwise(column).alias(column)
                _write(path, joined.with_columns(value).drop("__new", "__met"))

    def _table(self, table_id: str) -> Path:
        return self._folder / landing_name(table_id, _NAME_BYTES).strip(". ")

    def _files(self, table_id: str) -> list[Path]:
        return sorted(self._table(table_id).glob("*.parquet"))

    def _prefix(self, delivery: str) -> str:
        return f"{hashlib.sha256(delivery.encode()).hexdigest()[:12]}-"

    def _save(self) -> None:
        said = {"parts": self._parts, "withdrawn": self._withdrawn, "messages": self._messages}
        write_file(self._file, json.dumps(said, ensure_ascii=False, sort_keys=True).encode())


def _write(path: Path, frame: pl.DataFrame) -> None:
    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    with replacing(path) as out:
        pq.write_table(table, out, compression="zstd", store_schema=False)


@contextmanager
def opened(folder: Path) -> Iterator[ParquetLanding]:
    """The folder, made where it is missing.

    Raises:
        SourceError: where it cannot be written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield ParquetLanding(folder)
    except OSError as error:
        raise SourceError(
            f"the folder {folder.name} cannot be written: {error.strerror or type(error).__name__}",
            hint="Name a folder that you may write to, with room; then run the same command again.",
            code=NOT_WRITABLE,
        ) from None

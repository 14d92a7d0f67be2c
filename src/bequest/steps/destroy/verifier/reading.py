"""The verifier's own reading of a source: every table, every row, every cell as text, with plain library readers.

Nothing is left out because it is odd: a row with too many fields, a line that is no JSON, a sheet nobody declared are
read as well. What cannot be read at all is said (`UnreadableError`), never passed over.
"""

import csv
import importlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import fastexcel
import polars as pl
import pyarrow as pa
from msoffcrypto.exceptions import DecryptionError, FileFormatError

from bequest.kernel.errors import InputError
from bequest.model.case import Source, SourceKind
from bequest.steps.destroy.verifier.read_lines import read_csv, read_jsonl
from bequest.steps.destroy.verifier.read_sqlite import read_sqlite
from bequest.steps.destroy.verifier.read_tables import read_parquet, read_xlsx
from bequest.steps.destroy.verifier.rows import Rows, UnreadableError
from bequest.steps.destroy.verifier.task import Task


def _read_server(source: Source, task: Task) -> Iterator[Rows]:
    """Read by the module of that kind; its driver is there only where servers are read."""
    try:
        module = importlib.import_module(f"bequest.steps.destroy.verifier.read_{source.kind.value}")
        for table, cells, names in getattr(module, f"read_{source.kind.value}")(source, task.secrets):
            yield Rows(table, cells, names)
    except InputError:
        raise  # the reference to its address leads nowhere
    except Exception as error:  # whatever its driver raises
        raise UnreadableError(source.name, type(error).__name__) from error


def _read_objects(source: Source, task: Task) -> Iterator[Rows]:
    """Objects are read as the files they are; the driver is there only where a bucket is read."""
    try:
        module = importlib.import_module("bequest.steps.destroy.verifier.read_s3")
        yield from module.read_s3(source, task)
    except (InputError, UnreadableError):
        raise
    except Exception as error:
        raise UnreadableError(source.name, type(error).__name__) from error


READERS: Final[dict[SourceKind, Callable[[Source, Task], Iterator[Rows]]]] = {
    SourceKind.SQLITE: read_sqlite,
    SourceKind.CSV: read_csv,
    SourceKind.JSONL: read_jsonl,
    SourceKind.PARQUET: read_parquet,
    SourceKind.XLSX: read_xlsx,
    SourceKind.POSTGRESQL: _read_server,
    SourceKind.MARIADB: _read_server,
    SourceKind.XLS: read_xlsx,
    SourceKind.S3: _read_objects,
    SourceKind.REDIS: _read_server,
}

_UNREADABLE = (
    OSError,
    sqlite3.Error,
    UnicodeError,
    pa.ArrowException,
    pl.exceptions.PolarsError,
    csv.Error,
    fastexcel.FastExcelError,
    KeyError,
    ValueError,
    DecryptionError,
    FileFormatError,
    InputError,
)

_KINDS = {
    ".jsonl": SourceKind.JSONL, ".parquet": SourceKind.PARQUET, ".xlsx": SourceKind.XLSX, ".xls": SourceKind.XLS,
}  # fmt: skip


def read_rows(source: Source, task: Task) -> Iterator[Rows]:
    """Every row of every table in a source.

    Raises:
        UnreadableError: where the store cannot be read.
    """
    if source.kind is SourceKind.HELD_ELSEWHERE:
        for part in parts_of(source):
            for rows in read_rows(part, task):
                own = rows.table == part.name or rows.table.startswith(f"{part.name} ")
                yield rows if own else replace(rows, table=f"{part.name}.{rows.table}")
        return
    try:
        yield from READERS[source.kind](source, task)
    except _UNREADABLE as error:
        raise UnreadableError(source.name, type(error).__name__) from error


class ReadTwice:
    """Sources that are read twice in a row: what is small stays in memory meanwhile, all else is read again."""

    def __init__(self, room: int = 64 << 20) -> None:
        """`room`: how many bytes of cells are kept at most, over all sources."""
        self._room = room
        self._kept: dict[str, list[Rows]] = {}

    def first(self, source: Source, task: Task) -> Iterator[Rows]:
        """As `read_rows`."""
        kept: list[Rows] | None = []
        for rows in read_rows(source, task):
            size = int(rows.cells.estimated_size())
            if kept is not None and size <= self._room:
                kept.append(rows)
                self._room -= size
            elif kept is not None:
                self._room += sum(int(r.cells.estimated_size()) for r in kept)
                kept = None
            yield rows
        if kept is not None:
            self._kept[source.name] = kept

    def again(self, source: Source, task: Task) -> Iterator[Rows]:
        """The rows once more, and for the last time: what was kept is let go of."""
        kept = self._kept.pop(source.name, None)
        yield from read_rows(source, task) if kept is None else kept


def parts_of(source: Source) -> list[Source]:
    """The files of an export, each as a source of its own, named as the file; any other source is its only part."""
    if source.kind is not SourceKind.HELD_ELSEWHERE:
        return [source]
    found = sorted(source.path.parent.glob(source.path.name), key=lambda p: p.name)
    files = [p for p in found if p.is_file() and not p.name.startswith(".")]
    return [replace(source, name=p.stem, kind=_KINDS.get(p.suffix.lower(), SourceKind.CSV), path=p) for p in files]

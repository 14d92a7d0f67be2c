"""The working directory of a case: Parquet of surrogate rows and tokens, encrypted stores, log, bundle, report."""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import polars as pl
from pyarrow.parquet import ParquetFile, ParquetWriter

from bequest.kernel.errors import StateError

_LONGEST = 100
"""Characters of a source's or table's name in a file name: both together stay below the 255 bytes of file systems."""

_ROWS_AT_ONCE = 100_000


class TableFile:
    """The columns of a frame in a file of the workspace, each read when it is asked for, part by part."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.columns = list(pl.read_parquet_schema(path))
        with ParquetFile(path) as file:
            self.height: int = file.metadata.num_rows

    def __getitem__(self, name: str, /) -> pl.Series:
        """A whole column."""
        return pl.read_parquet(self._path, columns=[name])[name]

    def parts(self, name: str, /) -> Iterator[pl.Series]:
        """A column from its first row to its last, a bounded number of rows at a time."""
        with ParquetFile(self._path, pre_buffer=False) as file:  # else all that was read stays in memory
            for batch in file.iter_batches(_ROWS_AT_ONCE, columns=[name]):
                yield pl.Series(name, batch.column(0))

    def slice(self, offset: int, length: int, /) -> pl.DataFrame:
        """That many rows from there on; fewer where it ends before."""
        return pl.scan_parquet(self._path).slice(offset, length).collect()


class Workspace:
    """Paths of one case and atomic writes into them. Directories are private to the OS user (0700)."""

    def __init__(self, home: Path, case_id: str) -> None:
        self._home = home
        self.root = home / "cases" / case_id
        for part in ("work", "stores", "log", "bodies", "statements", "tmp", "keys", "letters", "verifier"):
            self.dir(part)

    def dir(self, *parts: str) -> Path:
        """A private directory below the case's, made where it is missing."""
        path = self.root.joinpath(*parts)
        if not path.is_dir():
            for above in reversed([p for p in path.parents if p.is_relative_to(self._home)]):
                above.mkdir(mode=0o700, exist_ok=True)  # parents made by the way would take the umask's mode
            path.mkdir(mode=0o700, exist_ok=True)
        return path

    def table_file(self, kind: str, source: str, table: str) -> Path:
        """The Parquet file of one table: `work/<kind>/<source>.<table>.parquet`, names made safe and told apart."""
        return self.dir("work", kind) / f"{_file_name(source).replace('.', '%2E')}.{_file_name(table)}.parquet"

    def write(self, path: Path, frame: pl.DataFrame, note: dict[str, str] | None = None) -> None:
        """Write a frame beside and replace, synced to disk: readers see the old file or the new one.

        `note`: what the file says of itself, in its metadata.
        """
        beside = path.with_name(path.name + ".part")
        frame.write_parquet(beside, compression="zstd", compression_level=1, metadata=note)
        with beside.open("rb") as f:
            os.fsync(f.fileno())
        beside.replace(path)

    def write_batches(self, path: Path, frames: Iterable[pl.DataFrame], note: dict[str, str] | None = None) -> int:
        """Write frames of one schema, one after the other, as `write` does; how many rows they had."""
        beside = path.with_name(path.name + ".part")
        n = 0
        with beside.open("wb") as f:
            writer = None
            for frame in frames:
                table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
                writer = writer or ParquetWriter(f, table.schema, compression="zstd", compression_level=1)
                writer.write_table(table)
                n += frame.height
            if writer is not None:
                writer.add_key_value_metadata(note or {})
                writer.close()
            f.flush()
            os.fsync(f.fileno())
        beside.replace(path)
        return n

    def read(self, path: Path, step: str, *, wanted: Callable[[str], bool] | None = None) -> pl.DataFrame:
        """Read a frame that an earlier step wrote; with `wanted`, only the columns of which it is true.

        Raises:
            StateError: where it is not there or damaged, naming the step that writes it.
        """
        if not path.is_file():
            raise StateError(f"{path.name} is not there yet", hint=f"Run `bequest {step}` first.")
        try:
            columns = [c for c in pl.read_parquet_schema(path) if wanted(c)] if wanted else None
            return pl.read_parquet(path, columns=columns)
        except (pl.exceptions.PolarsError, OSError):
            raise StateError(f"the work file {path.name} is damaged", hint=f"Run `bequest {step}` again.") from None

    def write_json(self, path: Path, value: object) -> None:
        """Write JSON beside and replace, synced to disk."""
        beside = path.with_name(path.name + ".part")
        with beside.open("w", encoding="utf-8") as f:
            json.dump(value, f, ensure_ascii=False, indent=1, sort_keys=True)
            f.flush()
            os.fsync(f.fileno())
        beside.replace(path)

    @contextmanager
    def private_tmp(self) -> Iterator[Path]:
        """A private temporary directory, wiped afterwards and at the next use after a crash."""
        path = self.root / "tmp"
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir(mode=0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def parquet_bytes(frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """A Parquet file of frames of one schema, in pieces as they are made: for what is sealed, and large."""
    out, writer = _Pieces(), None
    for frame in frames:
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        writer = writer or ParquetWriter(out, table.schema, compression="zstd")
        writer.write_table(table)
        yield out.take()
    if writer is not None:
        writer.close()
        yield out.take()


class _Pieces(io.RawIOBase):
    """What is written, until it is taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any, /) -> int:  # bytes or a buffer of Arrow
        self._parts.append(bytes(data))
        self._at += len(self._parts[-1])
        return len(self._parts[-1])

    def take(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


def _file_name(name: str) -> str:
    """A name as part of a file name; one too long for it is cut and told apart by its digest."""
    safe = quote(name, safe="")
    return safe if len(safe) <= _LONGEST else f"{safe[:40]}-{hashlib.sha256(name.encode()).hexdigest()[:24]}"

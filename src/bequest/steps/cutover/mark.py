"""The mark: what stood in every table and file when writes stopped (decision D9).

Per table the row count and one keyed digest over (row key, content); per file its SHA-256. The digest is taken over
the sorted pairs of row tag and row digest, so it does not depend on the order in which a store hands out its rows. No
value is kept: the pairs are tokens under the case key.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bequest.engine.rows import Ecb, identify
from bequest.kernel.canonical import digest
from bequest.kernel.errors import SourceError

_BLOCK = 1 << 20
IDENTITY = ("row_tag", "row_digest")


@dataclass(frozen=True, slots=True)
class TableMark:
    """One table at the mark. `digest` is keyed: it says nothing to somebody without the case key."""

    source: str
    table: str
    n_rows: int
    digest: str
    columns: tuple[str, ...]
    schema_digest: str


@dataclass(frozen=True, slots=True)
class FileMark:
    """One file at the mark; `name` is the file's name without its folder."""

    source: str
    name: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The final inventory: counts and digests only, fit for the evidence."""

    tables: tuple[TableMark, ...]
    files: tuple[FileMark, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the inventory."""
        return digest(self)


def mark_table(source: str, table: str, columns: Sequence[str], rows: pl.DataFrame) -> TableMark:
    """The mark of a table whose rows were tagged already: `rows` holds `row_tag` and `row_digest`."""
    pairs = rows.select(IDENTITY).sort(IDENTITY)
    h = hashlib.sha256(f"bequest/mark/v1\0{source}\0{table}\0{pairs.height}\0".encode())
    joined = pairs.select(pl.concat_list([pl.col(c).bin.encode("hex") for c in IDENTITY]).list.join("")).to_series()
    for part in joined.to_frame("v").iter_slices(_BLOCK):
        h.update(part["v"].str.join("").item().encode())
    return TableMark(source, table, pairs.height, h.hexdigest(), tuple(columns), digest(list(columns)))


def read_mark(
    source: str, table: str, columns: Sequence[str], batches: Iterable[pl.DataFrame], ecb: Ecb
) -> tuple[TableMark, pl.DataFrame]:
    """Read a table once: its mark, and `row_tag`, `row_digest` of each row in reading order.

    Raises:
        SourceError: where the table does not hold exactly the declared columns.
    """
    parts = [pl.DataFrame(schema={"row_tag": pl.Binary, "row_digest": pl.Binary})]
    for batch in batches:
        _same_columns(source, table, columns, batch)
        parts.append(identify(batch, source, table, list(columns), ecb))
    rows = pl.concat(parts, rechunk=True)
    return mark_table(source, table, columns, rows), rows


def read_file_mark(source: str, path: Path) -> FileMark:
    """Size and SHA-256 of a file of a source.

    Raises:
        SourceError: where it is not there.
    """
    h = hashlib.sha256()
    n_bytes = 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                h.update(block)
                n_bytes += len(block)
    except OSError as error:
        raise SourceError(f"{source}: file {path.name} cannot be read", hint="Give the path it has now.") from error
    return FileMark(source, path.name, n_bytes, h.hexdigest())


def final_inventory(tables: Iterable[TableMark], files: Iterable[FileMark]) -> Inventory:
    """The inventory in its one order: by source and table, by source and file name."""
    return Inventory(
        tuple(sorted(tables, key=lambda t: (t.source, t.table))),
        tuple(sorted(files, key=lambda f: (f.source, f.name))),
    )


def _same_columns(source: str, table: str, columns: Sequence[str], batch: pl.DataFrame) -> None:
    found = [c for c in batch.columns if not c.startswith("__")]
    if found != list(columns):
        new = sorted(set(found) - set(columns))
        gone = sorted(set(columns) - set(found))
        raise SourceError(
            f"{source}.{table} has changed its columns: new {new or 'none'}, gone {gone or 'none'}",
            hint="Run `bequest discover` again: a new column needs a decision before anything moves.",
            code="BQ-CUTOVER-1",
        )

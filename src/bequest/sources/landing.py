"""Where a receiver puts what came: a database, or a folder of Parquet. One journal makes every run end the same.

Rules kept, whatever the kind of place:
- a table is made where there is none, all columns text as in the package, beside each row its token (`__row`) and the
  delivery that brought it; a table of that name that is not of an import is never touched;
- what came in one part is written with its line in the journal, at once or not at all; a part in the journal is not
  written again;
- a row that was withdrawn is remembered by its token, and no later part brings it back.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

ROW = "__row"
DELIVERY = "__delivery"
JOURNAL = "bequest_import"
WITHDRAWN = "bequest_withdrawn"
MESSAGES = "bequest_message"


@dataclass(frozen=True, slots=True)
class ArrivingTable:
    """A table of a delivery: its id in the package (`source.table`), and its columns, the row token first."""

    delivery: str
    id: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Landed:
    """One part: rows written, and rows left out because they were withdrawn before. `before`: by a former run."""

    rows: int
    left_out: int = 0
    before: bool = False


@dataclass(frozen=True, slots=True)
class TableChange:
    """What a message says of one table. `gone`: row tokens. `corrected`: `__row`, `value` (may be null) by column."""

    table: str
    gone: pl.Series
    corrected: Mapping[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableChanged:
    """What was done in one table: rows deleted, cells corrected."""

    gone: int = 0
    corrected: int = 0


class Landing(Protocol):
    """An open place. Every method may raise SourceError, in the words of the kind of place."""

    kind: str

    def prepare(self, table: ArrivingTable) -> None:
        """Make the table, or the columns that a former delivery did not have."""

    def take(self, table: ArrivingTable, part: str, sha256: str, frame: pl.DataFrame) -> Landed:
        """Write a part, unless the journal has it."""

    def there(self, table: ArrivingTable) -> int:
        """Rows of this delivery that are in the table now."""

    def execute(self, message: str, changes: Sequence[TableChange]) -> dict[str, TableChanged]:
        """Delete and correct what a message names, all of it or nothing; a second time gives what the first did."""


def landing_name(table_id: str, most: int) -> str:
    """The name of a table or column at the receiver: `source.table` with two underscores, at most `most` bytes.

    One that is too long is cut and told apart by a digest.
    """
    name = re.sub(r"[\x00-\x1f/\\:*?\"<>|`%]", "-", table_id.replace(".", "__", 1))
    data = name.encode()
    if len(data) <= most:
        return name
    return data[: most - 9].decode(errors="ignore") + "_" + hashlib.sha256(table_id.encode()).hexdigest()[:8]

"""What the databases have in common where a receiver imports: set-based, a transaction for each part and message."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import polars as pl

from bequest.kernel.errors import SourceError
from bequest.sources.codes import CHANGED, CONSTRAINT
from bequest.sources.landing import (
    DELIVERY,
    JOURNAL,
    MESSAGES,
    ROW,
    WITHDRAWN,
    ArrivingTable,
    Landed,
    TableChange,
    TableChanged,
    landing_name,
)

# ruff: noqa: S608 - names are quoted, values are parameters

_STAGE = "bequest_stage"
_NO_VALUE = pl.lit(None, pl.String).alias("value")
_MET = f"SELECT count(*) FROM {{table}} AS t JOIN {_STAGE} AS s ON t.{ROW} = s.row_id"


class SqlLanding(ABC):
    """A database that was opened for writing. What differs between servers is below."""

    kind: str
    word_type: str
    """Of ids and digests: compared sign by sign, and may be a key."""
    token_type: str
    text_type: str
    name_bytes: int
    """How long a name may be."""
    stage_sql: str
    """Makes the temporary table; `{name}`, `{token}` and `{text}` are filled in."""
    unstage_sql: str
    delete_sql: str
    """Deletes from `{table}` what the stage names, where `{when}` holds over it as `t`."""
    update_sql: str
    """Sets `{column}` of `{table}` to the stage's value."""

    @abstractmethod
    def quoted(self, name: str) -> str:
        """A name as SQL."""

    @abstractmethod
    def run(self, statement: str, *values: str | int) -> int:
        """Run a statement; how many rows it met."""

    @abstractmethod
    def rows(self, query: str, *values: str | int) -> list[tuple[Any, ...]]:
        """A small answer."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[object]:
        """All in the block or nothing."""

    @abstractmethod
    def load(self, place: str, columns: Sequence[str], frame: pl.DataFrame) -> None:
        """Append a frame of text columns; `place` and `columns` as SQL."""

    @abstractmethod
    def columns_of(self, name: str) -> list[str]:
        """The columns of a table, none where there is no such table."""

    @abstractmethod
    def place(self, name: str) -> str:
        """A table as SQL, with its schema."""

    def begin(self) -> None:
        """Make the journal where there is none."""
        word, token, text = self.word_type, self.token_type, self.text_type
        self._make(JOURNAL, f"delivery {word}, part {word}, sha256 {word}, table_id {word}, n_rows bigint,"
                   " left_out bigint, PRIMARY KEY (delivery, part)")  # fmt: skip
        self._make(WITHDRAWN, f"table_id {word}, row_id {token}, message {word}, PRIMARY KEY (table_id, row_id)")
        self._make(MESSAGES, f"message {word}, counts {text}, PRIMARY KEY (message)")

    def _make(self, name: str, columns: str) -> None:
        if not self.columns_of(name):
            self.run(f"CREATE TABLE {self.place(name)} ({columns})")

    def prepare(self, table: ArrivingTable) -> None:
        """Make the table and its index, or add columns; see `Landing`.

        Raises:
            SourceError: where a table of that name is not of an import, or two columns would have one name.
        """
        name = landing_name(table.id, self.name_bytes)
        known = self.columns_of(name)
        wanted = self._names(table.columns)
        if len({w.casefold() for w in wanted}) < len(wanted) or DELIVERY in wanted:
            raise SourceError(
                f"{table.id}: two of its columns would have one name in {self.kind}",
                hint="Import it into a folder of Parquet, which tells them apart.",
                code=CONSTRAINT,
            )
        if not known:
            others = ", ".join(f"{self.quoted(c)} {self.text_type}" for c in wanted[1:])
            head = f"{DELIVERY} {self.word_type} NOT NULL, {ROW} {self.token_type} NOT NULL"
            self.run(f"CREATE TABLE {self.place(name)} ({head}{', ' + others if others else ''})")
        elif not {DELIVERY, ROW} <= set(known):
            raise SourceError(
                f"the table {name} is there already and is not of an import: it was not touched",
                hint="Name another schema with --schema, or another database.",
                code=CONSTRAINT,
            )
        else:
            for c in [c for c in wanted if c not in known]:
                self.run(f"ALTER TABLE {self.place(name)} ADD COLUMN {self.quoted(c)} {self.text_type}")
        self.make_index(name)

    @abstractmethod
    def make_index(self, name: str) -> None:
        """The index on the row token, where there is none."""

    def take(self, table: ArrivingTable, part: str, sha256: str, frame: pl.DataFrame) -> Landed:
        """Write a part and its line in the journal; see `Landing`.

        Raises:
            SourceError: where the journal has a part of that name with other content.
        """
        place = self.place(landing_name(table.id, self.name_bytes))
        journal = self.place(JOURNAL)
        found = self.rows(
            f"SELECT sha256, n_rows, left_out FROM {journal} WHERE delivery = %s AND part = %s", table.delivery, part
        )
        if found:
            digest, n_rows, left_out = found[0]
            if digest != sha256:
                raise SourceError(
                    f"delivery {table.delivery} was imported there from another package: {part} is not the same",
                    hint="Ask the sender which of the two packages counts; import the other one nowhere.",
                    code=CHANGED,
                )
            return Landed(int(n_rows), int(left_out), before=True)
        with self.transaction():
            going = self._not_withdrawn(table, frame)
            if self._came_before(table):
                self._stage(frame.select(ROW, _NO_VALUE))
                self.run(self.delete_sql.format(table=place, when=f"t.{DELIVERY} <> %s"), table.delivery)
                self._unstage()
            columns = [DELIVERY, *(self.quoted(c) for c in self._names(table.columns))]
            self.load(place, columns, going.select(pl.lit(table.delivery).alias(DELIVERY), *table.columns))
            landed = Landed(going.height, frame.height - going.height)
            self.run(
                f"INSERT INTO {journal} (delivery, part, sha256, table_id, n_rows, left_out)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                table.delivery, part, sha256, table.id, landed.rows, landed.left_out,
            )  # fmt: skip
        return landed

    def _not_withdrawn(self, table: ArrivingTable, frame: pl.DataFrame) -> pl.DataFrame:
        found = self.rows(f"SELECT row_id FROM {self.place(WITHDRAWN)} WHERE table_id = %s", table.id)
        if not found:
            return frame
        gone = pl.DataFrame({ROW: [str(r) for (r,) in found]})
        return frame.join(gone, on=ROW, how="anti", maintain_order="left")

    def _came_before(self, table: ArrivingTable) -> bool:
        query = f"SELECT 1 FROM {self.place(JOURNAL)} WHERE table_id = %s AND delivery <> %s LIMIT 1"
        return bool(self.rows(query, table.id, table.delivery))

    def there(self, table: ArrivingTable) -> int:
        """Rows of this delivery that are in the table now."""
        place = self.place(landing_name(table.id, self.name_bytes))
        return int(self.rows(f"SELECT count(*) FROM {place} WHERE {DELIVERY} = %s", table.delivery)[0][0])

    def execute(self, message: str, changes: Sequence[TableChange]) -> dict[str, TableChanged]:
        """Delete and correct; see `Landing`."""
        messages = self.place(MESSAGES)
        found = self.rows(f"SELECT counts FROM {messages} WHERE message = %s", message)
        if found:
            return {t: TableChanged(*map(int, done)) for t, done in json.loads(found[0][0]).items()}
        with self.transaction():
            done = {c.table: self._change(message, c) for c in changes}
            counts = json.dumps({t: [d.gone, d.corrected] for t, d in done.items()})
            self.run(f"INSERT INTO {messages} (message, counts) VALUES (%s, %s)", message, counts)
        return done

    def _change(self, message: str, change: TableChange) -> TableChanged:
        name = landing_name(change.table, self.name_bytes)
        known = self.columns_of(name)
        place = self.place(name)
        gone = corrected = 0
        if len(change.gone):
            self._remember(message, change)
            if known:
                self._stage(pl.DataFrame({ROW: change.gone}).with_columns(_NO_VALUE))
                gone = self.run(self.delete_sql.format(table=place, when="1 = 1"))
                self._unstage()
        for column, cells in change.corrected.items():
            (at_receiver,) = self._names([column])
            if at_receiver in known:
                self._stage(cells.select(ROW, "value"))
                corrected += int(self.rows(_MET.format(table=place))[0][0])
                self.run(self.update_sql.format(table=place, column=self.quoted(at_receiver)))
                self._unstage()
        return TableChanged(gone, corrected)

    def _remember(self, message: str, change: TableChange) -> None:
        withdrawn = self.place(WITHDRAWN)
        found = self.rows(f"SELECT row_id FROM {withdrawn} WHERE table_id = %s", change.table)
        known = pl.Series([str(r) for (r,) in found], dtype=pl.String)
        new = change.gone.unique().filter(~change.gone.unique().is_in(known.implode()))
        frame = pl.DataFrame({"row_id": new}).select(
            pl.lit(change.table).alias("table_id"), "row_id", pl.lit(message).alias("message")
        )
        self.load(withdrawn, frame.columns, frame)

    def _names(self, columns: Sequence[str]) -> list[str]:
        return [landing_name(c, self.name_bytes) if len(c.encode()) > self.name_bytes else c for c in columns]

    def _stage(self, frame: pl.DataFrame) -> None:
        self.run(self.stage_sql.format(name=_STAGE, token=self.token_type, text=self.text_type))
        self.load(_STAGE, ["row_id", "value"], frame)

    def _unstage(self) -> None:
        self.run(self.unstage_sql.format(name=_STAGE))

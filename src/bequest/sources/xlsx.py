"""XLSX workbooks: sheets with a header row, read as text.

Identifiers stay what they are: text cells as typed, numbers as a spreadsheet shows them, so that a number which lost
its last digits (15 are kept) stays visibly damaged. Rewriting is for workbooks of plain cells only (`xlsx_rewrite`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools, Ints
from bequest.engine.kernels.slices import gather
from bequest.kernel.errors import SourceError
from bequest.sources import xlsx_scan
from bequest.sources.file_source import Edit, FileSource
from bequest.sources.source import ColumnInfo, TableInfo
from bequest.sources.xlsx_book import TIME, Book, Sheet, Strings, open_book, xml_texts
from bequest.sources.xlsx_rewrite import check_plain, write_book

SHOWN_DIGITS = 15
"""Significant digits a spreadsheet keeps of a number."""

_PLAIN_NUMBER = rf"^-?\d{{1,{SHOWN_DIGITS}}}$|^(?:0|[1-9]\d*)\.\d*[1-9]$"
"""Up to 16 characters of this are shown as they stand: 15 digits and a sign or a point."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as a table: texts of its cells, header names by column, and which rows hold data."""

    sheet: Sheet
    texts: pl.Series
    columns: dict[str, int]
    data_rows: Ints
    """Indices into the sheet's rows."""
    blank_rows: int

    def frame(self, names: Sequence[str]) -> pl.DataFrame:
        """Those columns of all data rows."""
        n = len(self.data_rows)
        if not names:
            return pl.DataFrame({"": np.zeros(n, np.uint8)})
        return pl.DataFrame([self.texts.gather(self.cell_of(c)).rename(c) for c in names])

    def cell_of(self, name: str) -> Ints:
        """For each data row, the index of its cell in a column; the index after the last, where it has none."""
        cells = self.sheet.cells
        position = np.full(len(self.sheet.rows), -1, np.int64)
        position[self.data_rows] = np.arange(len(self.data_rows))
        here = np.flatnonzero((cells[:, 1] == self.columns[name]) & (position[cells[:, 0]] >= 0))
        found = np.full(len(self.data_rows), len(cells), np.int64)
        found[position[cells[here, 0]]] = here
        return found


class XlsxFile(FileSource):
    """An XLSX workbook.

    With a sheet declared, that sheet is the table, named as the source; else the only sheet is, or each sheet is a
    table named as the sheet.
    """

    _ready: tuple[tuple[int, ...], str, Grid] | None = None
    """The sheet that the inventory has just taken apart, for the first reading after it and no longer."""

    def _scan(self) -> tuple[TableInfo, ...]:
        state = self._state()
        with open_book(self.path) as book:
            if self.spec.sheet and self.spec.sheet not in book.sheets:
                raise SourceError(
                    f"{self.path.name} has no sheet {self.spec.sheet}",
                    hint=f"Its sheets are: {', '.join(book.sheets)}.",
                    code="BQ-SOURCE-2",
                )
            strings = book.strings()
            return tuple(self._info(book, strings, sheet, state) for sheet in book.sheets)

    def _info(self, book: Book, strings: Strings, sheet: str, state: tuple[int, ...]) -> TableInfo:
        if self.spec.sheet and sheet != self.spec.sheet:
            return TableInfo(sheet, "", (), (), 0, why_not_scanned="sheet_not_declared")
        grid = self._grid(book, strings, sheet)
        self._ready = (state, sheet, grid)
        name = self.name if self.spec.sheet or len(book.sheets) == 1 else sheet
        columns = tuple(ColumnInfo(c, "cell") for c in grid.columns)
        notes = ("no_declared_key", "blank_rows") if grid.blank_rows else ("no_declared_key",)
        why = "" if columns else "sheet_unusable"
        return TableInfo(name, "", columns, (), len(grid.data_rows), why_not_scanned=why, notes=notes)

    def _batches(self, table: TableInfo, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        ready, self._ready = self._ready, None
        with open_book(self.path) as book:
            sheet = self._sheet_of(table, book)
            if ready is not None and ready[:2] == (self._state(), sheet):
                grid = ready[2]
            else:
                grid = self._grid(book, book.strings(), sheet)
            ready = None
            yield grid.frame(columns)

    def check_rewritable(self, table: str) -> None:
        """Refuse where rows cannot be cut out safely.

        Raises:
            SourceError: with the parts and elements that stand against it.
        """
        with open_book(self.path) as book:
            check_plain(book, self._sheet_of(self._table(table), book))

    def _write(self, table: TableInfo, edit: Edit, out: BinaryIO) -> None:
        with open_book(self.path) as book:
            name = self._sheet_of(table, book)
            check_plain(book, name)
            strings = book.strings()
            grid = self._grid(book, strings, name)
            gone, emptied = edit.decide(grid.frame(edit.needs()))
            cells = [grid.cell_of(c)[mask] for c, mask in emptied.items()]
            write_book(book, grid.sheet, strings, grid.data_rows[gone], np.concatenate([*cells, _NO_CELLS]), out)

    def _sheet_of(self, table: TableInfo, book: Book) -> str:
        if self.spec.sheet:
            return self.spec.sheet
        return next(iter(book.sheets)) if len(book.sheets) == 1 else table.name

    def _grid(self, book: Book, strings: Strings, name: str) -> Grid:
        sheet = book.sheet(name)
        texts = _cell_texts(sheet, strings, book)
        filled = (texts.is_not_null() & (texts.str.strip_chars() != "")).to_numpy()
        cells = sheet.cells
        has_value = np.zeros(len(sheet.rows), np.bool_)
        has_value[cells[filled, 0]] = True
        used = np.flatnonzero(has_value)
        header = int(used[0]) if len(used) else 0
        columns = self._columns(name, cells, texts, filled, header)
        numbers = sheet.rows[used, 2]
        blank = int(numbers[-1] - numbers[0]) + 1 - len(used) if len(used) else 0
        return Grid(sheet, texts.extend_constant(None, 1), columns, used[1:], blank)

    def _columns(self, sheet: str, cells: Ints, texts: pl.Series, filled: Bools, header: int) -> dict[str, int]:
        """Names from the header row; a column that has values but no name there is called by its number."""
        in_header = np.flatnonzero(filled & (cells[:, 0] == header))
        names = dict(
            zip(cells[in_header, 1].tolist(), texts.gather(in_header).str.strip_chars().to_list(), strict=True)
        )
        columns: dict[str, int] = {}
        for column in np.unique(cells[filled, 1]).tolist():
            name = names.get(column) or f"column_{column + 1}"
            if name in columns:
                raise SourceError(
                    f"{self.path.name}, sheet {sheet}: columns {columns[name] + 1} and {column + 1} have the same name",
                    hint="The first row must name each column once.",
                    code="BQ-SOURCE-4",
                )
            columns[name] = column
        return columns


_NO_CELLS = np.empty(0, np.int64)


def _cell_texts(sheet: Sheet, strings: Strings, book: Book) -> pl.Series:
    """The text of every cell, null where it has none."""
    cells, kinds = sheet.cells, sheet.cells[:, 7]
    starts = np.where(kinds == xlsx_scan.NUMBER, -1, cells[:, 9])
    texts = xml_texts(sheet.data, starts, cells[:, 10], kinds == xlsx_scan.INLINE)
    shared = np.flatnonzero((kinds == xlsx_scan.SHARED) & (cells[:, 9] >= 0))
    if len(shared):
        index = texts.gather(shared).cast(pl.Int64)
        texts = texts.scatter(shared, strings.texts.gather(index))
    truth = np.flatnonzero(kinds == xlsx_scan.BOOLEAN)
    if len(truth):
        texts = texts.scatter(truth, texts.gather(truth).replace({"1": "true", "0": "false"}))
    numbers = np.flatnonzero((kinds == xlsx_scan.NUMBER) & (cells[:, 9] >= 0))
    if len(numbers):
        raw = gather("", sheet.data, cells[numbers, 9], cells[numbers, 10])
        styles = np.minimum(cells[numbers, 8], len(book.date_styles) - 1)
        dated = book.date_styles[styles]
        plain, days = np.flatnonzero(dated == 0), np.flatnonzero(dated)
        texts = texts.scatter(numbers[plain], _shown_numbers(raw.gather(plain)))
        if len(days):
            shown = _shown_dates(raw.gather(days), dated[days] == TIME, from_1904=book.from_1904)
            texts = texts.scatter(numbers[days], shown)
    return texts


def _shown_numbers(raw: pl.Series) -> pl.Series:
    """Numbers with at most 15 significant digits and no exponent; each distinct one is worked out once."""
    is_plain = raw.str.contains(_PLAIN_NUMBER) & (raw.str.len_bytes() <= SHOWN_DIGITS + 1)
    odd = raw.filter(~is_plain).unique()
    return raw.replace(odd, pl.Series([_shown(text) for text in odd.to_list()], dtype=pl.String)) if len(odd) else raw


def _shown(text: str) -> str:
    if not re.fullmatch(r"-?\d*\.?\d+(?:[eE][+-]?\d+)?", text):
        return text
    plain = format(Decimal(format(float(text), f".{SHOWN_DIGITS}g")), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _shown_dates(raw: pl.Series, timed: Bools, *, from_1904: bool) -> pl.Series:
    """Serial days as ISO dates, with the time where the style shows it or there is one; below a day only the time."""
    seconds = (raw.cast(pl.Float64, strict=False) * 86400).round(0).cast(pl.Int64, strict=False)
    origin = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zone
    at = pl.lit(origin).dt.offset_by("0s") + pl.duration(seconds=pl.col("s"))
    time = at.dt.strftime("%H:%M:%S")
    date = at.dt.strftime("%Y-%m-%d")
    text = (
        pl.when(pl.col("s") < 86400)
        .then(time)
        .when((pl.col("s") % 86400 == 0) & ~pl.col("timed"))
        .then(date)
        .otherwise(date + "T" + time)
    )
    return pl.DataFrame({"s": seconds, "timed": timed}).select(text).to_series()

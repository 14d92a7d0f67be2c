"""XLSX workbooks: sheets with a header row, read as text.

Identifiers stay what they are: text cells as typed, numbers as a spreadsheet shows them, so that a number which lost
its last digits (15 are kept) stays visibly damaged. Rewriting is for workbooks of plain cells only (`xlsx_rewrite`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO, ClassVar

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools, Ints
from bequest.engine.kernels.slices import gather
from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.sources import xlsx_scan
from bequest.sources.codes import FORM, NOT_THERE
from bequest.sources.file_source import Edit, FileSource, Known, State, known_of
from bequest.sources.header import LOOKED_AT, SUM_WORDS, check_names, column_names, find_header, header_notes, is_sum
from bequest.sources.protected import OLE
from bequest.sources.source import ColumnInfo, TableInfo
from bequest.sources.xlsx_book import TIME, Book, Sheet, Strings, open_book, xml_texts
from bequest.sources.xlsx_rewrite import NewCells, check_plain, write_book

SHOWN_DIGITS = 15
"""Significant digits a spreadsheet keeps of a number."""

_PLAIN_NUMBER = rf"^-?\d{{1,{SHOWN_DIGITS}}}$|^(?:0|[1-9]\d*)\.\d*[1-9]$"
"""Up to 16 characters of this are shown as they stand: 15 digits and a sign or a point."""


KEPT_CELLS = 1_000_000
"""A sheet of at most so many cells, about 130 bytes each, is kept between the readings of one opened source."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as a table: texts of its cells, header names by column, and which rows hold data."""

    sheet: Sheet
    texts: pl.Series
    columns: dict[str, int]
    data_rows: Ints
    """Indices into the sheet's rows."""
    notes: tuple[str, ...]

    def frame(self, names: Sequence[str]) -> pl.DataFrame:
        """Those columns of all data rows."""
        n = len(self.data_rows)
        if not names:
            return pl.DataFrame({"": np.zeros(n, np.uint8)})
        return pl.DataFrame([self.texts.gather(at).rename(c) for c, at in self.cells_of(names).items()])

    def cells_of(self, names: Sequence[str]) -> dict[str, Ints]:
        """For each data row, the index of its cell in each column; the index after the last, where it has none."""
        cells, wanted = self.sheet.cells, list(dict.fromkeys(names))
        position = np.full(len(self.sheet.rows), -1, np.int64)
        position[self.data_rows] = np.arange(len(self.data_rows))
        place = np.full(int(cells[:, 1].max(initial=0)) + 1, -1, np.int64)
        place[[self.columns[name] for name in wanted]] = np.arange(len(wanted))
        row, column = position[cells[:, 0]], place[cells[:, 1]]
        here = np.flatnonzero((row >= 0) & (column >= 0))
        found = np.full((len(wanted), len(self.data_rows)), len(cells), np.int64)
        found[column[here], row[here]] = here
        return dict(zip(wanted, found, strict=True))


class XlsxFile(FileSource):
    """An XLSX workbook.

    With a sheet declared, that sheet is the table, named as the source; else the only sheet is, or each sheet is a
    table named as the sheet.
    """

    _ready: ClassVar[tuple[Known, State, str, Grid] | None] = None
    """The sheet taken apart last, while the file stays as it is: for the first reading after the inventory, and for all
    later ones, by whoever opens the file anew in this process, where it is small."""

    def __init__(self, spec: Source, password: str = "") -> None:
        super().__init__(spec)
        self._password = password
        self._known = known_of(spec, password)

    @property
    def why_whole(self) -> str:
        """Why no row can be cut out: empty for a workbook of plain cells."""
        if not self.path.exists():
            return ""
        known = self._known.why_whole
        if known is None or known[0] != self._state():
            self._known.why_whole = known = (self._state(), self._find_why())
        return known[1]

    def _find_why(self) -> str:
        with self.path.open("rb") as stream:
            if stream.read(len(OLE)) == OLE:
                return "protected"
        with open_book(self.path) as book:
            tables = [t for t in self.inventory() if not t.why_not_scanned]
            try:
                for table in tables:
                    check_plain(book, self._sheet_of(table, book))
            except SourceError as error:
                return error.message.partition(": ")[2]
        return ""

    def _scan(self) -> tuple[TableInfo, ...]:
        state = self._state()
        with open_book(self.path, self._password) as book:
            if self.spec.sheet and self.spec.sheet not in book.sheets:
                raise SourceError(
                    f"{self.path.name} has no sheet {self.spec.sheet}",
                    hint=f"Its sheets are: {', '.join(book.sheets)}.",
                    code=NOT_THERE,
                )
            strings = book.strings()
            return tuple(self._info(book, strings, sheet, state) for sheet in book.sheets)

    def _info(self, book: Book, strings: Strings, sheet: str, state: tuple[int, ...]) -> TableInfo:
        if self.spec.sheet and sheet != self.spec.sheet:
            return TableInfo(sheet, "", (), (), 0, why_not_scanned="sheet_not_declared")
        grid = self._grid(book, strings, sheet)
        XlsxFile._ready = (self._known, state, sheet, grid)
        name = self.name if self.spec.sheet or len(book.sheets) == 1 else sheet
        columns = tuple(ColumnInfo(c, "cell") for c in grid.columns)
        notes = ("no_declared_key", *grid.notes, *(("hidden_sheet",) if sheet in book.hidden else ()))
        why = "" if columns else "sheet_unusable"
        return TableInfo(name, "", columns, (), len(grid.data_rows), why_not_scanned=why, notes=notes)

    def _batches(self, table: TableInfo, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        with open_book(self.path, self._password) as book:
            sheet = self._sheet_of(table, book)
            grid = self._kept(sheet)
            if grid is None:
                state = self._state()
                grid = self._grid(book, book.strings(), sheet)
                XlsxFile._ready = (self._known, state, sheet, grid)
            if len(grid.sheet.cells) > KEPT_CELLS:
                XlsxFile._ready = None
            yield grid.frame(columns)

    def _kept(self, sheet: str) -> Grid | None:
        """The sheet as it was taken apart, where that was the last one and the file is still the same."""
        ready = XlsxFile._ready
        if ready is None or ready[0] is not self._known or ready[1:3] != (self._state(), sheet):
            return None
        return ready[3]

    def _write(self, table: TableInfo, edit: Edit, out: BinaryIO) -> None:
        with open_book(self.path) as book:
            name = self._sheet_of(table, book)
            check_plain(book, name)
            strings = book.strings()
            grid = self._kept(name) or self._grid(book, strings, name)
            decided = edit.decide(grid.frame(edit.needs()))
            at = grid.cells_of(list(decided.cells))
            cells = np.concatenate([*(at[c][mask] for c, mask in decided.cells.items()), _NO_CELLS])
            texts = pl.concat([pl.Series([], dtype=pl.String), *(decided.new(c) for c in decided.cells)])
            write_book(book, grid.sheet, strings, grid.data_rows[decided.gone], NewCells(cells, texts), out)

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
        width = int(cells[filled, 1].max()) + 1 if len(used) else 0
        looked = _first_rows(cells, texts, filled, used[: self.spec.header_row + LOOKED_AT], width)
        at = self.spec.header_row - 1 if self.spec.header_row else find_header(looked)
        rows = looked[at : at + self.spec.header_rows]
        columns = self._columns(name, cells, filled, rows)
        numbers = sheet.rows[used, 2]
        sums = _sums(cells, texts, filled, used[at + len(rows) :], width)
        notes = header_notes(at, len(rows), rows[0], list(columns)) if rows and columns else ()
        notes += ("footer_rows",) * bool(len(sums)) + ("formulas",) * sheet.has_formulas
        notes += ("blank_rows",) * bool(len(used) and int(numbers[-1] - numbers[0]) + 1 != len(used))
        notes += ("hidden_rows_or_columns",) * sheet.hides
        data_rows = np.setdiff1d(used[at + len(rows) :], sums)
        return Grid(sheet, texts.extend_constant(None, 1), columns, data_rows, notes)

    def _columns(self, sheet: str, cells: Ints, filled: Bools, rows: list[list[str]]) -> dict[str, int]:
        """Names from the header; a column that has values but no name there is called by its number."""
        if len(rows) < self.spec.header_rows and rows:
            raise SourceError(
                f"{self.path.name}, sheet {sheet}: has fewer rows than header_row and header_rows name",
                hint="header_row counts from 1, over rows that hold anything.",
                code=FORM,
            )
        check_names(f"{self.path.name}, sheet {sheet}", [cell for row in rows for cell in row])
        used = np.unique(cells[filled, 1]).tolist()
        names = column_names(rows, max(used, default=-1) + 1)
        return {names[column]: column for column in used}


def _first_rows(cells: Ints, texts: pl.Series, filled: Bools, rows: Ints, width: int) -> list[list[str]]:
    out = []
    row_of = np.ascontiguousarray(cells[:, 0])  # ascending
    for row in rows.tolist():
        first, last = np.searchsorted(row_of, [row, row + 1])
        here = first + np.flatnonzero(filled[first:last])
        line = [""] * width
        for column, text in zip(cells[here, 1].tolist(), texts.gather(here).str.strip_chars().to_list(), strict=True):
            line[column] = text
        out.append(line)
    return out


def _sums(cells: Ints, texts: pl.Series, filled: Bools, rows: Ints, width: int) -> Ints:
    """The rows of sums; few have a word for it in their first cell, and only these are looked at."""
    first = np.flatnonzero(filled & (cells[:, 1] == 0))
    words = texts.gather(first).str.strip_chars(" :：").str.to_lowercase().is_in(SUM_WORDS).to_numpy()
    likely = np.intersect1d(cells[first[words], 0], rows)
    found = [r for r in likely.tolist() if is_sum(_first_rows(cells, texts, filled, np.array([r]), width)[0])]
    return np.array(found, np.int64)


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
        texts = texts.scatter(numbers[plain], shown_numbers(raw.gather(plain)))
        if len(days):
            shown = _shown_dates(raw.gather(days), dated[days] == TIME, from_1904=book.from_1904)
            texts = texts.scatter(numbers[days], shown)
    return texts


def shown_numbers(raw: pl.Series) -> pl.Series:
    """Numbers with at most 15 significant digits and no exponent; each distinct one is worked out once."""
    is_plain = raw.str.contains(_PLAIN_NUMBER) & (raw.str.len_bytes() <= SHOWN_DIGITS + 1)
    odd = raw.filter(~is_plain).drop_nulls().unique()
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

"""Workbooks of the old binary kind (`.xls`), and what is left of one once it went: read as text, never rewritten.

No row can be cut out of such a file: it goes as a whole, or stays as a whole (`whole_file`).
"""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, NoReturn

import fastexcel
import polars as pl

from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.sources.codes import NOT_THERE, UNREADABLE
from bequest.sources.file_source import Edit, FileSource
from bequest.sources.header import LOOKED_AT, SUM_WORDS, check_names, column_names, find_header, header_notes, is_sum
from bequest.sources.protected import read_unlocked
from bequest.sources.source import ColumnInfo, TableInfo
from bequest.sources.xlsx import shown_numbers

_Read = tuple[TableInfo, pl.DataFrame]


class XlsFile(FileSource):
    """An XLS workbook; its sheets are tables as those of an XLSX workbook are."""

    def __init__(self, spec: Source, password: str = "") -> None:
        super().__init__(spec)
        self._password = password
        self._kept: tuple[tuple[int, ...], dict[str, _Read]] | None = None

    @property
    def why_whole(self) -> str:
        """Why no row can be cut out."""
        return "old_workbook"

    def _scan(self) -> tuple[TableInfo, ...]:
        return tuple(info for info, _ in self._sheets().values())

    def _batches(self, table: TableInfo, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        frame = self._sheets()[table.name][1]
        # without columns a frame has no height, but rows are counted all the same
        yield frame.select(columns) if columns else pl.DataFrame({"": pl.zeros(frame.height, pl.UInt8, eager=True)})

    def _write(self, table: TableInfo, edit: Edit, out: BinaryIO) -> NoReturn:  # noqa: ARG002
        raise SourceError(f"{self._where(table)} cannot be rewritten")

    def _sheets(self) -> dict[str, _Read]:
        """Every sheet as read, until the file changes."""
        state = self._state()
        if self._kept is None or self._kept[0] != state:
            self._kept = (state, {info.name: (info, frame) for info, frame in self._read_all()})
        return self._kept[1]

    def _read_all(self) -> Iterator[_Read]:
        try:
            book = fastexcel.read_excel(read_unlocked(self.path, self._password))
        except fastexcel.FastExcelError:
            raise self._unusable() from None
        names = book.sheet_names
        if self.spec.sheet and self.spec.sheet not in names:
            raise SourceError(
                f"{self.path.name} has no sheet {self.spec.sheet}",
                hint=f"Its sheets are: {', '.join(names)}.",
                code=NOT_THERE,
            )
        for name in names:
            if self.spec.sheet and name != self.spec.sheet:
                yield TableInfo(name, "", (), (), 0, why_not_scanned="sheet_not_declared"), pl.DataFrame()
            else:
                yield self._sheet(book, name, self.name if self.spec.sheet or len(names) == 1 else name)

    def _sheet(self, book: fastexcel.ExcelReader, sheet: str, name: str) -> _Read:
        try:
            loaded = book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
            cells = pl.DataFrame(loaded.to_arrow())
        except fastexcel.FastExcelError:
            cells, loaded = pl.DataFrame(), None
        cells = cells.with_columns(pl.all().replace("", None))
        cells = (
            cells.filter(pl.any_horizontal(pl.all().str.strip_chars().str.len_chars() > 0)) if cells.width else cells
        )
        if not cells.height:
            return TableInfo(name, "", (), (), 0, why_not_scanned="sheet_unusable"), pl.DataFrame()
        looked = [[c or "" for c in row] for row in cells.head(self.spec.header_row + LOOKED_AT).iter_rows()]
        at = self.spec.header_row - 1 if self.spec.header_row else find_header(looked)
        rows = looked[at : at + self.spec.header_rows]
        if len(rows) < self.spec.header_rows:
            raise self._unusable()
        where = f"{self.path.name}, sheet {sheet}"
        check_names(where, [cell for row in rows for cell in row])
        columns = column_names(rows, cells.width)
        frame = cells.slice(at + len(rows)).rename(dict(zip(cells.columns, columns, strict=True)))
        notes = ["no_declared_key", *header_notes(at, len(rows), rows[0], columns)]
        notes += ["hidden_sheet"] if loaded is not None and loaded.visible != "visible" else []
        first = frame[columns[0]].str.strip_chars(" :：").str.to_lowercase()
        sums = [i for i in _maybe_sums(first) if is_sum([c or "" for c in frame.row(i)])]
        if sums:
            notes.append("footer_rows")
            frame = frame.with_row_index("__n").filter(~pl.col("__n").is_in(sums)).drop("__n")
        frame = frame.with_columns(_rounded(frame[c]) for c in columns)
        infos = tuple(ColumnInfo(c, "cell") for c in columns)
        return TableInfo(name, "", infos, (), frame.height, notes=tuple(notes)), frame

    def _unusable(self) -> SourceError:
        return SourceError(
            f"{self.path.name} cannot be read as a workbook",
            hint="Open it in a spreadsheet program and save it as XLSX.",
            code=UNREADABLE,
        )


def _maybe_sums(first: pl.Series) -> list[int]:
    return [int(i) for i in first.is_in(SUM_WORDS).fill_null(False).arg_true()]


def _rounded(column: pl.Series) -> pl.Series:
    """Numbers of more digits than a spreadsheet keeps, with those alone that it kept: so that they are seen as damaged.

    The reader hands out texts only. Where each long run of digits in a column is one that a spreadsheet's number can
    hold exactly (every 16th at 18 digits), they are numbers and not texts.
    """
    long = column.filter(column.str.contains(r"^\d{16,19}$").fill_null(False))
    held = long.cast(pl.Float64).cast(pl.Int64, strict=False).cast(pl.String)
    if not len(long) or not (held == long).fill_null(False).all():
        return column
    return shown_numbers(column)

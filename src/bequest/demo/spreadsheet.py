"""One plain sheet as XLSX, in bulk: the rows are made column by column, the book around them by XlsxWriter.

XlsxWriter takes one cell at a time, which for half a million cells costs more than all the rest of the demo.
"""

import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

import polars as pl
import xlsxwriter

_SHEET_FILE = "xl/worksheets/sheet1.xml"
_CREATED = datetime(2026, 11, 2)  # noqa: DTZ001 - a spreadsheet's own date has no zone
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""Date of the parts inside the file: the earliest there is, so that equal content makes equal bytes."""
_SLICE = 20_000
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001
_MICROSECONDS_PER_DAY = 86_400_000_000
_DATE_STYLE = 1
"""Place of the date format among the book's styles: 0 is plain."""


def write_sheet(
    out: BinaryIO, frame: pl.DataFrame, *, sheet: str, author: str, as_number: Mapping[str, pl.Series]
) -> None:
    """Write `frame` with a header row; naive times become dates of the spreadsheet, null stays an empty cell.

    `as_number` says, for columns of text, in which rows the cell is a number (as spreadsheets do to long digits).
    """
    book = zipfile.ZipFile(BytesIO(_book(frame, sheet, author)))
    before, after = book.read(_SHEET_FILE).decode().split("</sheetData>")
    last = f"{_letter(frame.width - 1)}{frame.height + 1}"
    before = before.replace(f'ref="A1:{_letter(frame.width - 1)}1"', f'ref="A1:{last}"')
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as packed:
        for name in book.namelist():
            if name != _SHEET_FILE:
                packed.writestr(_part(name), book.read(name))
        with packed.open(_part(_SHEET_FILE), "w") as part:
            part.write(before.encode())
            for rows in _rows(frame, as_number):
                part.write(rows)
            part.write(f"</sheetData>{after}".encode())


def _part(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _LONG_AGO)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _book(frame: pl.DataFrame, sheet: str, author: str) -> bytes:
    """The book with the header row only."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": _CREATED, "author": author})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    page = book.add_worksheet(sheet)
    for x, dtype in enumerate(frame.dtypes):
        if dtype == pl.Datetime:
            page.set_column(x, x, 20, moment)
    page.write_row(0, 0, frame.columns)
    book.close()
    return buffer.getvalue()


def _rows(frame: pl.DataFrame, as_number: Mapping[str, pl.Series]) -> Iterator[bytes]:
    marks = pl.DataFrame([s.alias(f"#{c}") for c, s in as_number.items()])
    marked = frame.hstack(marks).with_row_index("#row", offset=2)
    row = pl.col("#row").cast(pl.Utf8)
    cells = [
        _cell(name, dtype, pl.concat_str(pl.lit(_letter(x)), row), name in as_number)
        for x, (name, dtype) in enumerate(frame.schema.items())
    ]
    whole = pl.concat_str(pl.lit('<row r="'), row, pl.lit('">'), *cells, pl.lit("</row>")).alias("xml")
    for start in range(0, marked.height, _SLICE):
        yield "".join(marked.slice(start, _SLICE).select(whole)["xml"].to_list()).encode()


def _cell(name: str, dtype: pl.DataType, place: pl.Expr, may_be_number: bool) -> pl.Expr:
    value = pl.col(name)
    if dtype == pl.Datetime:
        serial = (value - _DAY_ZERO).dt.total_microseconds() / _MICROSECONDS_PER_DAY
        cell = _number(place, serial.cast(pl.Utf8), f' s="{_DATE_STYLE}"')
    elif dtype == pl.Utf8:
        plain = value.str.replace_many({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
        head, tail = '" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"
        cell = pl.concat_str(pl.lit('<c r="'), place, pl.lit(head), plain, pl.lit(tail))
        if may_be_number:
            cell = pl.when(pl.col(f"#{name}")).then(_number(place, _fifteen_places(value))).otherwise(cell)
    else:
        cell = _number(place, value.cast(pl.Utf8))
    return pl.when(value.is_not_null()).then(cell).otherwise(pl.lit(""))


def _fifteen_places(digits: pl.Expr) -> pl.Expr:
    """Digits as a spreadsheet stores them: no more than fifteen, the rest as a power of ten."""
    power = (digits.str.len_chars() - 1).cast(pl.Utf8)
    long = pl.concat_str(digits.str.slice(0, 1), pl.lit("."), digits.str.slice(1, 14), pl.lit("E+"), power)
    return pl.when(digits.str.len_chars() > 15).then(long).otherwise(digits)


def _number(place: pl.Expr, text: pl.Expr, style: str = "") -> pl.Expr:
    return pl.concat_str(pl.lit('<c r="'), place, pl.lit(f'"{style}><v>'), text, pl.lit("</v></c>"))


def _letter(x: int) -> str:
    """The letter of a column; 26 are enough here."""
    return chr(ord("A") + x)

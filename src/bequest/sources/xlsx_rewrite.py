"""Rows and cells cut out of a workbook of plain cells; every other byte of its parts stays as it is.

Strings that no cell refers to any more are emptied in the shared strings: there the values really are. What is more
than plain cells (formulas, merged cells, pictures, tables, comments, links …) could keep copies or point at the wrong
rows: such a workbook is refused, its disposition is the whole file.
"""

import re
import zipfile
from dataclasses import dataclass
from typing import BinaryIO
from xml.etree import ElementTree

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bytes, Ints
from bequest.engine.kernels.slices import gather, splice
from bequest.kernel.errors import SourceError
from bequest.sources import xlsx_scan
from bequest.sources.codes import WHOLE
from bequest.sources.xlsx_book import Book, Sheet, Strings

_PLAIN_PARTS = re.compile(
    r"\[Content_Types\]\.xml|(.*/)?_rels/[^/]*\.rels|docProps/(core|app|custom)\.xml"
    r"|xl/(workbook|styles|sharedStrings)\.xml|xl/theme/[^/]*\.xml|xl/worksheets/[^/]*\.xml"
    r"|xl/printerSettings/[^/]*\.bin|.*/"
)
_PLAIN_ELEMENTS = frozenset(
    {
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "autoFilter", "phoneticPr",
        "printOptions", "pageMargins", "pageSetup", "headerFooter", "ignoredErrors",
    }
)  # fmt: skip
_LAST_ROW = re.compile(rb'(<(?:\w+:)?(?:dimension|autoFilter)\b[^>]*\bref="[A-Z]+\d+:[A-Z]+)(\d+)(")')


def check_plain(book: Book, name: str) -> None:
    """Refuse a workbook that is more than plain cells.

    Raises:
        SourceError: with the parts and elements that stand against a rewrite.
    """
    found = {i.filename for i in book.archive.infolist() if not _PLAIN_PARTS.fullmatch(i.filename)}
    for other in book.sheets:
        sheet = book.sheet(other)
        if sheet.has_formulas:
            found.add(f"formulas in sheet {other}")
        if other == name:
            found |= _odd_elements(sheet)
    found |= _odd_names(book)
    if found:
        raise SourceError(
            f"{book.path.name} is more than plain cells: {', '.join(sorted(found))}",
            hint="Rows cannot be cut out of it safely: decide on the whole file (keep or delete it), or save the sheet"
            " as a workbook of plain values.",
            code=WHOLE,
        )


@dataclass(frozen=True, slots=True)
class NewCells:
    """Cells that are written anew: their indices in the sheet, and the text of each, null where it is emptied."""

    at: Ints
    texts: pl.Series


def write_book(book: Book, sheet: Sheet, strings: Strings, gone: Ints, cells: NewCells, out: BinaryIO) -> None:
    """The workbook without the rows `gone` (indices in the sheet), and with the new contents of some cells."""
    new_sheet = _without(sheet, gone, cells)
    new_strings = _without_unused(book, sheet, strings, gone, cells.at)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = book.archive.comment
        for info in book.archive.infolist():
            content = book.archive.read(info)
            if info.filename == sheet.part:
                content = new_sheet
            elif info.filename == strings.part:
                content = new_strings
            archive.writestr(info, content, info.compress_type)


def _odd_elements(sheet: Sheet) -> set[str]:
    raw = sheet.data.tobytes()
    root = ElementTree.fromstring(raw[: sheet.begin] + raw[sheet.end :])  # noqa: S314 - checked when it was opened
    odd = {e.tag.rpartition("}")[2] for e in root} - _PLAIN_ELEMENTS
    filters = [e for e in root if e.tag.endswith("autoFilter") and len(e)]
    return odd | ({"an active filter"} if filters else set())


def _odd_names(book: Book) -> set[str]:
    workbook = next((i for i in book.archive.namelist() if i.endswith("xl/workbook.xml")), None)
    if workbook is None:
        return {"an unusual workbook part"}
    names = re.findall(rb'<(?:\w+:)?definedName\b[^>]*\bname="([^"]*)"', book.archive.read(workbook))
    return {"defined names"} if any(not n.startswith(b"_xlnm.") for n in names) else set()


def _without(sheet: Sheet, gone: Ints, new_cells: NewCells) -> bytes:
    """The sheet's XML: rows cut and the following ones renumbered, cells without their type, with their new text."""
    rows, cells = sheet.rows, sheet.cells
    stays = np.ones(len(rows), np.bool_)
    stays[gone] = False
    numbers = rows[:, 2] - np.cumsum(~stays)
    of_stays = stays[cells[new_cells.at, 0]]
    emptied, texts_of = new_cells.at[of_stays], new_cells.texts.filter(pl.Series(of_stays))
    typed = emptied[cells[emptied, 5] >= 0]
    moved_rows = np.flatnonzero(stays & (numbers != rows[:, 2]) & (rows[:, 3] >= 0))
    moved_cells = np.flatnonzero((stays & (numbers != rows[:, 2]))[cells[:, 0]] & (cells[:, 11] >= 0))
    has_value = cells[emptied, 9] >= 0
    filled, texts_of = emptied[has_value], texts_of.filter(pl.Series(has_value))
    edits = [
        (rows[gone, 0], rows[gone, 1], None),
        (rows[moved_rows, 3], rows[moved_rows, 4], numbers[moved_rows]),
        (cells[moved_cells, 11], cells[moved_cells, 12], numbers[cells[moved_cells, 0]]),
        (cells[typed, 5], cells[typed, 6], None),
        (cells[filled, 4], cells[filled, 3], _contents(sheet, texts_of)),
    ]
    texts = [_replacements(len(start), text) for start, _, text in edits]
    start, end = np.concatenate([e[0] for e in edits]), np.concatenate([e[1] for e in edits])
    order = np.argsort(start, kind="stable")
    new = splice(sheet.data, start[order], end[order], pl.concat(texts).gather(order)).tobytes()
    last = str(int(numbers[stays].max(initial=1))).encode()
    head, tail = new[: sheet.begin], new[sheet.begin :]
    at = tail.rfind(b"sheetData>")
    return (
        _LAST_ROW.sub(rb"\g<1>" + last + rb"\g<3>", head)
        + tail[:at]
        + _LAST_ROW.sub(rb"\g<1>" + last + rb"\g<3>", tail[at:])
    )


def _contents(sheet: Sheet, texts: pl.Series) -> pl.Series:
    """The ends of cells from their opening tag on: nothing, or a text of their own (ECMA-376 Part 1 §18.18.11)."""
    head = sheet.data[sheet.begin : sheet.begin + (1 << 16)].tobytes()
    found = re.search(rb"<((?:\w+:)?)c[ >]", head)
    p = found[1].decode() if found else ""
    value = pl.col("v").str.replace_all("&", "&amp;", literal=True).str.replace_all("<", "&lt;", literal=True)
    value = value.str.replace_all(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "")
    begin = f' t="inlineStr"><{p}is><{p}t xml:space="preserve">'
    made = pl.concat_str(pl.lit(begin), value, pl.lit(f"</{p}t></{p}is></{p}c>"))
    return texts.cast(pl.String).to_frame("v").select(made.fill_null("/>")).to_series()


def _replacements(n: int, text: Ints | pl.Series | str | None) -> pl.Series:
    if isinstance(text, pl.Series):
        return text
    if isinstance(text, np.ndarray):
        return pl.Series(text).cast(pl.String)
    return pl.Series([text], dtype=pl.String).new_from_index(0, n)


def _without_unused(book: Book, sheet: Sheet, strings: Strings, gone: Ints, emptied: Ints) -> bytes:
    """The shared strings with those emptied that no cell of any sheet refers to any more."""
    used = np.zeros(len(strings.starts), np.bool_)
    for name in book.sheets:
        other = book.sheet(name)
        cells = np.flatnonzero((other.cells[:, 7] == xlsx_scan.SHARED) & (other.cells[:, 9] >= 0))
        if other.part == sheet.part:
            cells = cells[~np.isin(cells, emptied) & ~np.isin(other.cells[cells, 0], gone)]
        used[_numbers(other.data, other.cells[cells, 9], other.cells[cells, 10])] = True
    unused = np.flatnonzero(~used)
    return splice(strings.data, strings.starts[unused], strings.ends[unused]).tobytes()


def _numbers(data: Bytes, starts: Ints, ends: Ints) -> Ints:
    return gather("", data, starts, ends).cast(pl.Int64).to_numpy()

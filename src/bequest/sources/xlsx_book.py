"""A workbook as its parts: sheets by name, shared strings, which styles are dates (ECMA-376)."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools, Bytes, Ints, frozen, text_series
from bequest.kernel.errors import SourceError
from bequest.sources import xlsx_scan
from bequest.sources.codes import UNREADABLE
from bequest.sources.protected import OLE, read_unlocked

_MOST_BYTES = 1 << 32  # uncompressed: beyond it lies no spreadsheet but a bomb
_DATE_FORMATS = frozenset({*range(14, 18), *range(27, 32), *range(34, 37), *range(50, 55), 57, 58})
_TIME_FORMATS = frozenset({*range(18, 23), 32, 33, *range(45, 48), 55, 56})
DATE, TIME = 1, 2
_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData\s*>")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*\bhidden=\"(?:1|true)\"")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\bhidden=\"(?:1|true)\"")
_NO_SHEET_DATA = re.compile(rb"<(?:\w+:)?sheetData\s*/>")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: its XML, the stretch with its rows, and rows and cells found there (`xlsx_scan.scan_sheet`)."""

    name: str
    part: str
    data: Bytes
    begin: int
    end: int
    rows: Ints
    cells: Ints
    has_formulas: bool

    @property
    def hides(self) -> bool:
        """Whether it hides rows or columns."""
        head = self.data[: self.begin].tobytes()
        if _HIDDEN_COLUMN.search(head):
            return True
        rows = self.data[self.begin : self.end].tobytes()
        return b"hidden" in rows and _HIDDEN_ROW.search(rows) is not None  # the word alone is found much faster


@dataclass(frozen=True, slots=True)
class Strings:
    """The shared strings: their part, where each stands, and their texts."""

    part: str
    data: Bytes
    starts: Ints
    ends: Ints
    texts: pl.Series


@dataclass(frozen=True, slots=True)
class Book:
    """An open workbook."""

    path: Path
    archive: zipfile.ZipFile
    sheets: dict[str, str]
    """Part of each worksheet, by the sheet's name, in the order of the tabs."""
    strings_part: str
    date_styles: Bytes
    """For each cell style: 0, or `DATE`, or `TIME` where a time of day is shown."""
    from_1904: bool
    hidden: frozenset[str] = frozenset()
    """Names of the sheets that a spreadsheet program does not show."""

    def sheet(self, name: str) -> Sheet:
        """The worksheet of that name."""
        part = self.sheets[name]
        raw = _part(self.path, self.archive, part)
        found = _SHEET_DATA.search(raw)
        if found is None and _NO_SHEET_DATA.search(raw) is None:
            raise _unusable(self.path, f"sheet {name} has no rows element")
        begin = found.end() if found else len(raw)
        end = raw.rfind(b"</", begin, raw.rfind(b"sheetData>")) if found else len(raw)
        data = frozen(np.frombuffer(raw, np.uint8))
        n_rows, n_cells, n_formulas, strange = xlsx_scan.count_tags(data, begin, end)
        if strange:
            raise _unusable(self.path, f"sheet {name} holds XML that no spreadsheet program writes")
        rows, cells = xlsx_scan.no_cells(n_rows, n_cells)
        xlsx_scan.scan_sheet(data, begin, end, rows, cells)
        return Sheet(name, part, data, begin, end, rows, cells, bool(n_formulas))

    def strings(self) -> Strings:
        """The shared strings of all sheets."""
        raw = _part(self.path, self.archive, self.strings_part) if self.strings_part else b""
        data = frozen(np.frombuffer(raw, np.uint8))
        item = _letters("si")
        none = np.empty(0, np.int64)
        n = 0 if not raw else raw.count(b"si>") + raw.count(b"si/>") + raw.count(b"si ")
        starts, ends = np.empty(n, np.int64), np.empty(n, np.int64)
        n = xlsx_scan.find_items(data, item, starts, ends) if raw else 0
        starts, ends = (starts[:n], ends[:n]) if n else (none, none)
        return Strings(self.strings_part, data, starts, ends, xml_texts(data, starts, ends, np.ones(n, np.bool_)))


@contextmanager
def open_book(path: Path, password: str = "") -> Iterator[Book]:
    """The workbook at a path; a protected one is decrypted into memory.

    Raises:
        SourceError: it is protected by another password, of the old binary kind, damaged or no workbook.
    """
    try:
        archive = zipfile.ZipFile(_content(path, password))
    except (zipfile.BadZipFile, OSError):
        raise _unusable(path, "it is no XLSX file, or damaged") from None
    with archive:
        if sum(i.file_size for i in archive.infolist()) > _MOST_BYTES:
            raise _unusable(path, "its parts are larger than any spreadsheet")
        yield _book(path, archive)


def xml_texts(data: Bytes, starts: Ints, ends: Ints, marked_up: Bools) -> pl.Series:
    """The plain texts of pieces of XML, null where a start is negative."""
    begin, end = frozen(starts), frozen(ends)
    offsets = np.zeros(len(begin) + 1, np.int64)
    out = np.empty(int((end - begin)[begin >= 0].sum()), np.uint8)
    size = xlsx_scan.write_texts(
        data, begin, end, frozen(marked_up), _letters("t"), _letters("rPh"), np.zeros(4, np.uint8), offsets, out
    )
    return text_series("", offsets, out[:size], begin >= 0)


def _content(path: Path, password: str) -> Path | io.BytesIO:
    with path.open("rb") as stream:
        head = stream.read(len(OLE))
    if not head:
        raise SourceError(f"{path.name} is empty", hint="Check the export.")
    if head != OLE:
        return path
    data = read_unlocked(path, password)
    if data.startswith(OLE):
        raise SourceError(
            f"{path.name} is a workbook of the old binary kind (.xls)",
            hint='Write kind = "xls" for this source; it can be read, and goes or stays as a whole.',
            code=UNREADABLE,
        )
    return io.BytesIO(data)


def _book(path: Path, archive: zipfile.ZipFile) -> Book:
    top = _relations(path, archive, "")
    workbook = next((target for kind, target in top.values() if kind == "officeDocument"), "")
    if not workbook:
        raise _unusable(path, "it has no workbook part")
    related = _relations(path, archive, workbook)
    root = _xml(path, archive, workbook)
    sheets: dict[str, str] = {}
    hidden: set[str] = set()
    from_1904 = False
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "sheet":
            relation = next(v for k, v in element.attrib.items() if k.endswith("}id"))
            kind, part = related[relation]
            if kind == "worksheet":
                sheets[element.attrib["name"]] = part
                if element.attrib.get("state", "visible") != "visible":
                    hidden.add(element.attrib["name"])
        elif tag == "workbookPr":
            from_1904 = element.attrib.get("date1904", "0") in {"1", "true"}
    by_kind = {kind: part for kind, part in related.values() if kind in {"sharedStrings", "styles"}}
    styles = _date_styles(_xml(path, archive, by_kind["styles"])) if "styles" in by_kind else np.zeros(1, np.uint8)
    return Book(path, archive, sheets, by_kind.get("sharedStrings", ""), styles, from_1904, frozenset(hidden))


def _relations(path: Path, archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    folder, name = posixpath.split(part)
    root = _xml(path, archive, posixpath.join(folder, "_rels", name + ".rels"))
    found = {}
    for relation in root:
        target = relation.attrib.get("Target", "")
        full = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[relation.attrib["Id"]] = (relation.attrib.get("Type", "").rpartition("/")[2], full)
    return found


def _date_styles(root: ElementTree.Element) -> Bytes:
    """For each cell style, whether it shows a date or time."""
    own: dict[int, str] = {}
    flags = []
    for element in root.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "numFmt":
            own[int(element.attrib["numFmtId"])] = element.attrib.get("formatCode", "")
        elif tag == "cellXfs":
            formats = [int(xf.attrib.get("numFmtId", "0")) for xf in element]
            flags = [_date_format(own[f]) if f in own else _built_in(f) for f in formats]
    return np.array(flags or [0], np.uint8)


def _built_in(number: int) -> int:
    return TIME if number in _TIME_FORMATS else DATE if number in _DATE_FORMATS else 0


def _date_format(code: str) -> int:
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[(?![hmsHMS]+\])[^\]]*\]', "", code.split(";")[0])
    if "General" in bare or not re.search(r"[ymdhsYMDHS]", bare):
        return 0
    return TIME if re.search(r"[hsHS]", bare) else DATE


def _xml(path: Path, archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    raw = _part(path, archive, part)
    if b"<!" in raw[:4096] and re.search(rb"<!(DOCTYPE|ENTITY)", raw):
        raise _unusable(path, "it holds XML that no spreadsheet program writes")
    try:
        return ElementTree.fromstring(raw)  # noqa: S314 - see above
    except ElementTree.ParseError:
        raise _unusable(path, f"its part {part} is damaged") from None


def _part(path: Path, archive: zipfile.ZipFile, part: str) -> bytes:
    try:
        return archive.read(part)
    except KeyError:
        raise _unusable(path, f"its part {part} is missing") from None
    except (zipfile.BadZipFile, RuntimeError, OSError):
        raise _unusable(path, f"its part {part} is damaged") from None


def _letters(name: str) -> Bytes:
    return frozen(np.frombuffer(name.encode(), np.uint8))


def _unusable(path: Path, why: str) -> SourceError:
    return SourceError(
        f"{path.name} cannot be read as a workbook: {why}",
        hint="Open it in a spreadsheet program and save it as XLSX.",
        code=UNREADABLE,
    )

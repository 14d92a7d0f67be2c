"""CSV files: any of the usual separators and encodings, quoted fields with line ends in them.

Rewriting cuts records and fields out of the text: encoding, separator, quoting and line ends of all else stay, and so
do titles above the header and rows of sums. A guard as spreadsheets write it (`="00123"`) is read as what it guards.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools, Bytes, Ints, frozen
from bequest.engine.kernels.slices import gather
from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.sources import csv_scan
from bequest.sources.codes import FORM
from bequest.sources.header import LOOKED_AT, SUM_WORDS, check_names, column_names, find_header, header_notes, is_sum
from bequest.sources.source import ColumnInfo, TableInfo
from bequest.sources.text_records import RecordFile

_SEPARATORS = b",\t;|"
_SUMS_BEGIN = np.unique(
    np.frombuffer(b"".join(word.encode()[:1] for w in SUM_WORDS for word in (w, w.upper())) + b' \t"', np.uint8)
)
"""First bytes of the words for sums, and of what may stand before them."""
_GUARD = r'^="([^"]*)"$'


@dataclass(frozen=True, slots=True)
class _Head:
    """Names of the columns, and codes of what was found around the header."""

    names: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvPiece:
    """Records of a CSV file; the cells of record i are row i of the n × columns arrays."""

    data: Bytes
    record_starts: Ints
    record_ends: Ints
    head: "_Head"
    cell_starts: Ints
    cell_ends: Ints
    forms: Bytes
    n_sums: int = 0
    has_guards: bool = False

    def column(self, name: str) -> pl.Series:
        """The values of a column: unquoted, null for nothing between two separators."""
        i = self.head.names.index(name)
        texts = _cell_texts(name, self.data, self.cell_starts[:, i], self.cell_ends[:, i], self.forms[:, i])
        return texts.str.replace(_GUARD, "$1") if self.has_guards else texts

    def cells(self, name: str) -> tuple[Ints, Ints]:
        """Where the fields of a column stand, with their quotes."""
        i = self.head.names.index(name)
        return self.cell_starts[:, i], self.cell_ends[:, i]

    def written(self, name: str, cells: Bools, texts: pl.Series) -> pl.Series:  # noqa: ARG002 - one shape for all
        """The texts, in quotes where anything in them would end the field."""
        value = pl.col("v")
        in_quotes = pl.concat_str(pl.lit('"'), value.str.replace_all('"', '""', literal=True), pl.lit('"'))
        ends = value.str.contains(r'[",;|\t\r\n]|^\s|\s$')
        return texts.to_frame("v").select(pl.when(ends).then(in_quotes).otherwise(value)).to_series()


@dataclass(frozen=True, slots=True)
class _Scanned:
    """What the walk found: records, and all their cells one after another."""

    data: Bytes
    starts: Ints
    ends: Ints
    n_fields: Ints
    cell_starts: Ints
    cell_ends: Ints
    forms: Bytes

    def texts(self, record: int) -> list[str]:
        """The cells of a record."""
        first = int(self.n_fields[:record].sum())
        here = slice(first, first + int(self.n_fields[record]))
        found = _cell_texts("", self.data, self.cell_starts[here], self.cell_ends[here], self.forms[here])
        return [text or "" for text in found.str.replace(_GUARD, "$1").to_list()]

    def sums(self, keep: Bools) -> Ints:
        """The records that hold sums; few have a word for it in their first cell, and only these are looked at."""
        if not len(self.starts):
            return np.empty(0, np.int64)
        first = np.cumsum(self.n_fields) - self.n_fields
        begin = np.minimum(self.cell_starts[first], len(self.data) - 1)
        worth = np.flatnonzero(keep & np.isin(self.data[begin], _SUMS_BEGIN))
        if not len(worth):
            return worth
        here = first[worth]
        words = _cell_texts("", self.data, self.cell_starts[here], self.cell_ends[here], self.forms[here])
        likely = words.str.strip_chars(" \t:：").str.to_lowercase().is_in(SUM_WORDS).fill_null(value=False).to_numpy()
        return np.array([i for i in worth[likely] if is_sum(self.texts(int(i)))], np.int64)

    def piece(self, consumed: int, keep: Bools, head: _Head, n_sums: int) -> CsvPiece:
        """The records that are kept, each as wide as the header; everything else is text between them."""
        n = int(keep.sum())
        at = len(keep) - n
        if keep[at:].all():  # nothing is left out but what stands above: the usual case costs no copy
            rows: Bools | slice = slice(at, None)
            cells: Bools | slice = slice(int(self.n_fields[:at].sum()), None)
        else:
            rows, cells = keep, np.repeat(keep, self.n_fields)
        shape = (n, len(head.names))
        return CsvPiece(
            self.data[:consumed], self.starts[rows], self.ends[rows], head,
            self.cell_starts[cells].reshape(shape), self.cell_ends[cells].reshape(shape),
            self.forms[cells].reshape(shape), n_sums, b'="' in self.data.tobytes(),
        )  # fmt: skip


class CsvFile(RecordFile):
    """A CSV file with a header line: one table, named as the source."""

    def __init__(self, spec: Source) -> None:
        super().__init__(spec)
        self.emptied = ""

    def _scan(self) -> tuple[TableInfo, ...]:
        n_rows, sums = 0, 0
        head = _Head((), ())
        for piece in self._pieces(self._text()):
            n_rows, sums, head = n_rows + len(piece.record_starts), sums + piece.n_sums, piece.head
        if not head.names:
            raise SourceError(
                f"{self.path.name} holds no header line",
                hint="The first line must name the columns. Check the export; remove the source if there is none.",
                code=FORM,
            )
        self.emptied = '""' if len(head.names) == 1 else ""  # an empty line would be no record
        columns = tuple(ColumnInfo(name, "text") for name in head.names)
        codec = self._encoding().codec
        notes = ["no_declared_key", *head.notes, *["footer_rows"] * bool(sums)]
        notes += [f"encoding_{codec}"] if codec != "utf-8" and not self.spec.encoding else []
        return (TableInfo(self.name, "", columns, (), n_rows, notes=tuple(notes)),)

    def _pieces(self, blocks: Iterator[bytes]) -> Iterator[CsvPiece]:
        head = _Head((), ())
        separator, line, rest = _declared_separator(self.spec), 1, b""
        block = next(blocks, b"")
        while block or rest:
            following = next(blocks, b"")
            data = frozen(np.frombuffer(rest + block, np.uint8))
            separator = separator or _separator(data)
            piece, consumed = self._piece(data, separator, head, line, final=not following)
            head = piece.head
            if consumed:
                yield piece
                line += int(np.count_nonzero(data[:consumed] == 10))
            rest = data[consumed:].tobytes()
            block = following
            if not block and not consumed:
                break

    def _piece(self, data: Bytes, separator: int, head: "_Head", line: int, *, final: bool) -> tuple[CsvPiece, int]:
        most = int(np.count_nonzero((data == separator) | (data == 10) | (data == 13))) + 2
        starts, ends, n_fields, cell_starts, cell_ends = (np.empty(most, np.int64) for _ in range(5))
        forms = np.empty(most, np.uint8)
        records, cells, consumed, fault, at = csv_scan.scan(
            data, separator, final, starts, ends, n_fields, cell_starts, cell_ends, forms
        )
        if fault:
            self._refuse(line + int(np.count_nonzero(data[:at] == 10)), _FAULTS[fault])
        if final:
            consumed = len(data)
        scanned = _Scanned(
            data, starts[:records], ends[:records], n_fields[:records],
            cell_starts[:cells], cell_ends[:cells], forms[:cells],
        )  # fmt: skip
        keep = np.ones(records, np.bool_)
        if not head.names:
            wanted = self.spec.header_row + self.spec.header_rows + LOOKED_AT
            if not records or (records < wanted and not final):  # too little to tell a title from a header
                consumed = len(data) if final else 0
                return CsvPiece(data[:consumed], starts[:0], ends[:0], head, *_no_cells(0)), consumed
            head, n_head = self._find_head(scanned)
            keep[:n_head] = False
        sums = scanned.sums(keep)
        keep[sums] = False
        wrong = np.flatnonzero(keep & (scanned.n_fields != len(head.names)))
        if len(wrong):
            first = int(wrong[0])
            where = line + int(np.count_nonzero(data[: starts[first]] == 10))
            self._refuse(where, f"{int(n_fields[first])} fields where the header has {len(head.names)}", len(wrong))
        return scanned.piece(consumed, keep, head, len(sums)), consumed

    def _find_head(self, scanned: "_Scanned") -> tuple["_Head", int]:
        """The header, and how many records it and what stands above it take."""
        looked = [scanned.texts(i) for i in range(min(len(scanned.starts), self.spec.header_row + LOOKED_AT))]
        at = self.spec.header_row - 1 if self.spec.header_row else find_header(looked)
        rows = looked[at : at + self.spec.header_rows]
        if len(rows) < self.spec.header_rows:
            raise SourceError(
                f"{self.path.name} has fewer rows than header_row and header_rows name",
                hint="header_row counts from 1, over rows that hold anything.",
                code=FORM,
            )
        check_names(self.path.name, [cell for row in rows for cell in row])
        names = column_names(rows, max(map(len, rows)))
        return _Head(names, header_notes(at, len(rows), rows[0], names)), at + len(rows)

    def _refuse(self, line: int, what: str, n: int = 1) -> None:
        more = f" (and {n - 1} more such records)" if n > 1 else ""
        raise SourceError(
            f"{self.path.name}, line {line}: {what}{more}",
            hint="Repair the record in the system that exports it, or quote the fields that hold separators.",
            code=FORM,
        )


_FAULTS = {
    csv_scan.UNCLOSED_QUOTE: "a quoted field is never closed",
    csv_scan.TEXT_AFTER_QUOTE: "text follows the closing quote of a field",
}


def _declared_separator(spec: Source) -> int:
    return ord(spec.separator) if spec.separator else 0


def _separator(data: Bytes) -> int:
    """The separator that the header uses most, outside quotes; a comma where it uses none."""
    head = data[:65536].tobytes()
    outside = b"".join(head.split(b'"')[::2])
    line = next((part for part in outside.replace(b"\r", b"\n").split(b"\n") if part), b"")
    return max(_SEPARATORS, key=lambda c: line.count(bytes([c])))


def _cell_texts(name: str, data: Bytes, starts: Ints, ends: Ints, forms: Bytes) -> pl.Series:
    quoted = forms != csv_scan.BARE
    begin = np.where((starts == ends) & ~quoted, -1, starts + quoted)
    texts = gather(name, data, begin, ends - quoted)
    doubled = np.flatnonzero(forms == csv_scan.DOUBLED)
    if len(doubled):
        texts = texts.scatter(doubled, texts.gather(doubled).str.replace_all('""', '"', literal=True))
    return texts


def _no_cells(width: int) -> tuple[Ints, Ints, Bytes]:
    return np.empty((0, width), np.int64), np.empty((0, width), np.int64), np.empty((0, width), np.uint8)

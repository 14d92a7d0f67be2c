"""CSV files: any of the usual separators and encodings, quoted fields with line ends in them.

Rewriting cuts records and fields out of the text: encoding, separator, quoting and line ends of all else stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bytes, Ints, frozen
from bequest.engine.kernels.slices import gather
from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.sources import csv_scan
from bequest.sources.source import ColumnInfo, TableInfo
from bequest.sources.text_records import RecordFile

_SEPARATORS = b",\t;|"


@dataclass(frozen=True, slots=True)
class CsvPiece:
    """Records of a CSV file; the cells of record i are row i of the n × columns arrays."""

    data: Bytes
    record_starts: Ints
    record_ends: Ints
    names: tuple[str, ...]
    cell_starts: Ints
    cell_ends: Ints
    forms: Bytes

    def column(self, name: str) -> pl.Series:
        """The values of a column: unquoted, null for nothing between two separators."""
        i = self.names.index(name)
        return _cell_texts(name, self.data, self.cell_starts[:, i], self.cell_ends[:, i], self.forms[:, i])

    def cells(self, name: str) -> tuple[Ints, Ints]:
        """Where the fields of a column stand, with their quotes."""
        i = self.names.index(name)
        return self.cell_starts[:, i], self.cell_ends[:, i]


class CsvFile(RecordFile):
    """A CSV file with a header line: one table, named as the source."""

    def __init__(self, spec: Source) -> None:
        super().__init__(spec)
        self.emptied = ""

    def _scan(self) -> tuple[TableInfo, ...]:
        n_rows = 0
        names: tuple[str, ...] = ()
        for piece in self._pieces(self._text()):
            n_rows, names = n_rows + len(piece.record_starts), piece.names
        if not names:
            raise SourceError(
                f"{self.path.name} holds no header line",
                hint="The first line must name the columns. Check the export; remove the source if there is none.",
                code="BQ-SOURCE-4",
            )
        self.emptied = '""' if len(names) == 1 else ""  # an empty line would be no record
        columns = tuple(ColumnInfo(name, "text") for name in names)
        return (TableInfo(self.name, "", columns, (), n_rows, notes=("no_declared_key",)),)

    def _pieces(self, blocks: Iterator[bytes]) -> Iterator[CsvPiece]:
        names: tuple[str, ...] = ()
        separator, line, rest = 0, 1, b""
        block = next(blocks, b"")
        while block or rest:
            following = next(blocks, b"")
            data = frozen(np.frombuffer(rest + block, np.uint8))
            separator = separator or _separator(data)
            piece, consumed = self._piece(data, separator, names, line, final=not following)
            names = names or piece.names
            if consumed:
                yield piece
                line += int(np.count_nonzero(data[:consumed] == 10))
            rest = data[consumed:].tobytes()
            block = following
            if not block and not consumed:
                break

    def _piece(
        self, data: Bytes, separator: int, names: tuple[str, ...], line: int, *, final: bool
    ) -> tuple[CsvPiece, int]:
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
        if not records:
            return CsvPiece(data[:consumed], starts[:0], ends[:0], names, *_no_cells(len(names))), consumed
        header = 0 if names else 1
        width = int(n_fields[0])
        names = names or self._header(data, cell_starts[:width], cell_ends[:width], forms[:width])
        wrong = np.flatnonzero(n_fields[:records] != len(names))
        if len(wrong):
            first = int(wrong[0])
            where = line + int(np.count_nonzero(data[: starts[first]] == 10))
            self._refuse(where, f"{int(n_fields[first])} fields where the header has {len(names)}", len(wrong))
        shape = (records, len(names))
        piece = CsvPiece(
            data[:consumed],
            starts[header:records],
            ends[header:records],
            names,
            cell_starts[:cells].reshape(shape)[header:],
            cell_ends[:cells].reshape(shape)[header:],
            forms[:cells].reshape(shape)[header:],
        )
        return piece, consumed

    def _header(self, data: Bytes, starts: Ints, ends: Ints, forms: Bytes) -> tuple[str, ...]:
        texts = _cell_texts("", data, starts, ends, forms).to_list()
        names = tuple((text or "").strip() or f"column_{i + 1}" for i, text in enumerate(texts))
        for i, name in enumerate(names):
            if name in names[:i]:  # told by position: a file without a header has values here
                raise SourceError(
                    f"{self.path.name}: columns {names.index(name) + 1} and {i + 1} have the same name",
                    hint="The first line must name each column once.",
                    code="BQ-SOURCE-4",
                )
        return names

    def _refuse(self, line: int, what: str, n: int = 1) -> None:
        more = f" (and {n - 1} more such records)" if n > 1 else ""
        raise SourceError(
            f"{self.path.name}, line {line}: {what}{more}",
            hint="Repair the record in the system that exports it, or quote the fields that hold separators.",
            code="BQ-SOURCE-4",
        )


_FAULTS = {
    csv_scan.UNCLOSED_QUOTE: "a quoted field is never closed",
    csv_scan.TEXT_AFTER_QUOTE: "text follows the closing quote of a field",
}


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

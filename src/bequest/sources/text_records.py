"""Text files of records, read in pieces and rewritten by cutting: what CSV and JSON Lines have in common."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import Bools, Bytes, Ints
from bequest.engine.kernels.slices import splice
from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.sources.encoding import Encoding, find_encoding, utf8_blocks
from bequest.sources.file_source import Decided, Edit, FileSource
from bequest.sources.source import TableInfo


class Piece(Protocol):
    """Whole records of a file, in UTF-8, with the positions of what is in them."""

    @property
    def data(self) -> Bytes:
        """The text, with what stands between records."""

    @property
    def record_starts(self) -> Ints:
        """Where each record begins."""

    @property
    def record_ends(self) -> Ints:
        """Where each record ends, after its line end."""

    def column(self, name: str) -> pl.Series:
        """The values of a column as text."""

    def cells(self, name: str) -> tuple[Ints, Ints]:
        """Where the values of a column stand; the start is -1 where a record has none."""

    def written(self, name: str, cells: Bools, texts: pl.Series) -> pl.Series:
        """How these texts, all of them values, are written in the place of these cells of a column."""


class RecordFile(FileSource):
    """A text file of records; the kind of file says how records are found and what an emptied cell looks like."""

    emptied: str

    def __init__(self, spec: Source) -> None:
        super().__init__(spec)
        if not self.path.stat().st_size and not self.columns_go_with_rows:
            raise SourceError(
                f"{self.path.name} is empty", hint="Check the export; remove the source if there is none."
            )

    @abstractmethod
    def _pieces(self, blocks: Iterator[bytes]) -> Iterator[Piece]:
        """The file's records, piece by piece; together the pieces' data are the whole text."""

    def _encoding(self) -> Encoding:
        return find_encoding(self.path, self.spec.encoding)

    def _text(self, *, exact: bool = False) -> Iterator[bytes]:
        return utf8_blocks(self.path, self._encoding(), exact=exact)

    def _batches(self, _table: TableInfo, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        for piece in self._pieces(self._text()):
            yield _frame(piece, columns)

    def _write(self, _table: TableInfo, edit: Edit, out: BinaryIO) -> None:
        encoding = self._encoding()
        out.write(encoding.mark)
        size = 0
        for piece in self._pieces(self._text(exact=True)):
            decided = edit.decide(_frame(piece, edit.needs()))
            size += out.write(encoding.encode(_cut(piece, decided, self.emptied).tobytes()))
        if not size:  # a file without any byte would be taken for a failed export
            out.write(encoding.encode(b"\n"))


def _frame(piece: Piece, columns: Sequence[str]) -> pl.DataFrame:
    frame = pl.DataFrame([piece.column(c) for c in columns])
    # without columns a frame has no height, but rows are counted all the same
    return frame if columns else pl.DataFrame({"": np.zeros(len(piece.record_starts), np.uint8)})


def _cut(piece: Piece, decided: Decided, empty: str) -> Bytes:
    starts, ends = [piece.record_starts[decided.gone]], [piece.record_ends[decided.gone]]
    texts = [pl.Series([""], dtype=pl.String).new_from_index(0, len(starts[0]))]
    for column, cells in decided.cells.items():
        begin, end = piece.cells(column)
        starts.append(begin[cells])
        ends.append(end[cells])
        texts.append(_new(piece, column, cells, decided.new(column), empty))
    start, end = np.concatenate(starts), np.concatenate(ends)
    order = np.argsort(start, kind="stable")
    return splice(piece.data, start[order], end[order], pl.concat(texts).gather(order))


def _new(piece: Piece, column: str, cells: Bools, texts: pl.Series, empty: str) -> pl.Series:
    """What stands in the place of these cells; `empty` for those without a value."""
    given = texts.is_not_null()
    if not given.any():
        return pl.Series([empty], dtype=pl.String).new_from_index(0, len(texts))
    at = np.flatnonzero(cells)[given.to_numpy()]
    mine = np.zeros(len(cells), np.bool_)
    mine[at] = True
    whole = pl.Series([empty], dtype=pl.String).new_from_index(0, len(texts))
    return whole.scatter(given.arg_true(), piece.written(column, mine, texts.drop_nulls()))

"""JSON Lines: nested objects become columns with dotted names, arrays are JSON text.

A dot or backslash inside a key is escaped with a backslash. Rewriting sets a value to null or cuts a line; all other
bytes stay. A line that repeats a key is refused: one of the two values would be invisible.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.buffers import Bools, Bytes, Ints, frozen, text_series
from bequest.kernel.errors import SourceError
from bequest.model.case import Source
from bequest.sources import json_scan
from bequest.sources.codes import FORM
from bequest.sources.source import ColumnInfo, TableInfo
from bequest.sources.text_records import RecordFile

Paths = npt.NDArray[np.uint64]

_WORDS = frozen(np.frombuffer(b"truefalsenull", np.uint8))
_TYPE_NAMES = ("null", "boolean", "number", "string", "array")
_FAULTS = {
    json_scan.NOT_OBJECT: "is not a JSON object",
    json_scan.NOT_JSON: "is not valid JSON",
    json_scan.TOO_DEEP: f"is nested deeper than {json_scan.DEPTH} levels",
}
_MASK = (1 << 64) - 1
_NONE = np.empty(0, np.int32)
MOST_COLUMNS = 1 << 11
"""Different paths in a file; more means that keys are used as values, which would put values into the data map."""
_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Leaves:
    """The values found: row, number of the column, position and type of each."""

    rows: Ints
    columns: npt.NDArray[np.int32]
    starts: Ints
    ends: Ints
    types: Bytes


@dataclass(frozen=True, slots=True)
class JsonPiece:
    """Lines of a JSON Lines file; `columns` numbers the columns met in them, in order of appearance."""

    data: Bytes
    record_starts: Ints
    record_ends: Ints
    leaves: Leaves
    columns: dict[str, int]

    def column(self, name: str) -> pl.Series:
        """The values of a path as text; null where a line has none or null."""
        begin, end = self.cells(name)
        n = len(begin)
        kinds = np.zeros(n, np.uint8)
        here = self._at(name)
        kinds[self.leaves.rows[here]] = self.leaves.types[here]
        begin[kinds == json_scan.NULL] = -1
        offsets = np.zeros(n + 1, np.int64)
        out = np.empty(int((end - begin)[begin >= 0].sum()), np.uint8)
        size = json_scan.write_texts(self.data, begin, end, kinds, np.zeros(4, np.uint8), offsets, out)
        return text_series(name, offsets, out[:size], begin >= 0)

    def cells(self, name: str) -> tuple[Ints, Ints]:
        """Where the values of a path stand."""
        n = len(self.record_starts)
        begin, end = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
        here = self._at(name)
        rows = self.leaves.rows[here]
        begin[rows], end[rows] = self.leaves.starts[here], self.leaves.ends[here]
        return begin, end

    def written(self, name: str, cells: Bools, texts: pl.Series) -> pl.Series:
        """As JSON: a number where a number stood and one is to stand, else a string."""
        kinds = np.zeros(len(self.record_starts), np.uint8)
        here = self._at(name)
        kinds[self.leaves.rows[here]] = self.leaves.types[here]
        made = {t: json.dumps(t, ensure_ascii=False) for t in texts.unique().to_list()}
        strings = texts.replace_strict(made, return_dtype=pl.String)
        numbers = pl.Series(kinds[cells] == json_scan.NUMBER) & texts.str.contains(r"^-?(?:0|[1-9]\d*)(?:\.\d+)?$")
        return texts.zip_with(numbers, strings)

    def types(self, name: str) -> Bytes:
        """The JSON types of a path's values."""
        return self.leaves.types[self._at(name)]

    def _at(self, name: str) -> Ints:
        return np.flatnonzero(self.leaves.columns == self.columns.get(name, -1))


class JsonLinesFile(RecordFile):
    """A JSON Lines file: one table, named as the source."""

    columns_go_with_rows = True

    def __init__(self, spec: Source) -> None:
        super().__init__(spec)
        self.emptied = "null"
        self._names: dict[int, str] = {}

    def _scan(self) -> tuple[TableInfo, ...]:
        n_rows = 0
        types: dict[str, int] = {}
        for piece in self._pieces(self._text()):
            n_rows += len(piece.record_starts)
            for name in piece.columns:
                kinds = piece.types(name)
                types[name] = types.get(name, 0) | int(np.bitwise_or.reduce(1 << kinds.astype(np.int64), initial=0))
        columns = tuple(ColumnInfo(name, _type_name(seen)) for name, seen in types.items())
        mixed = any("|" in c.declared_type for c in columns)
        notes = ("no_declared_key", "mixed_types") if mixed else ("no_declared_key",)
        return (TableInfo(self.name, "", columns, (), n_rows, notes=notes),)

    def _pieces(self, blocks: Iterator[bytes]) -> Iterator[JsonPiece]:
        line, rest = 1, b""
        block = next(blocks, b"")
        while block or rest:
            following = next(blocks, b"")
            data = frozen(np.frombuffer(rest + block, np.uint8))
            piece, consumed = self._piece(data, line, final=not following)
            if consumed:
                yield piece
                line += int(np.count_nonzero(data[:consumed] == 10))
            rest = data[consumed:].tobytes()
            block = following
            if not block and not consumed:
                break

    def _piece(self, data: Bytes, line: int, *, final: bool) -> tuple[JsonPiece, int]:
        most = int(np.count_nonzero(data == 10)) + 1
        room = max(64, int(np.count_nonzero(data == 58)))  # a leaf has a colon before it
        starts, ends = np.empty(most, np.int64), np.empty(most, np.int64)
        rows, begins, stops = (np.empty(room, np.int64) for _ in range(3))
        paths, types = np.empty(room, np.uint64), np.empty(room, np.uint8)
        records, n, consumed, fault, at = json_scan.scan(
            data, final, _WORDS, starts, ends, rows, paths, begins, stops, types
        )
        if fault:
            self._refuse(line + int(np.count_nonzero(data[:at] == 10)), _FAULTS[fault])
        leaves, columns = self._placed(
            data, starts, ends, line, Leaves(rows[:n], _NONE, begins[:n], stops[:n], types[:n]), paths[:n]
        )
        return JsonPiece(data[:consumed], starts[:records], ends[:records], leaves, columns), consumed

    def _placed(
        self, data: Bytes, starts: Ints, ends: Ints, line: int, leaves: Leaves, paths: Paths
    ) -> tuple[Leaves, dict[str, int]]:
        """The leaves with their columns; a new path is named from the first line that has it."""
        slots, owners = np.zeros(4 * MOST_COLUMNS, np.uint64), np.full(4 * MOST_COLUMNS, -1, np.int32)
        firsts, scratch = np.empty(MOST_COLUMNS, np.int64), np.empty(MOST_COLUMNS, np.int64)
        numbers = np.empty(len(paths), np.int32)
        n, repeated = json_scan.place(leaves.rows, paths, slots, owners, firsts, numbers, scratch)
        if n < 0:
            raise SourceError(
                f"{self.path.name} has more than {MOST_COLUMNS} different keys",
                hint="Its keys look like values. Export the records with fixed keys.",
                code=FORM,
            )
        if repeated >= 0:
            at = starts[leaves.rows[repeated]]
            self._refuse(line + int(np.count_nonzero(data[:at] == 10)), "repeats a key")
        columns = {}
        for number, leaf in enumerate(firsts[:n]):
            path, row = int(paths[leaf]), leaves.rows[leaf]
            if path not in self._names:
                self._names.update(_paths(json.loads(data[starts[row] : ends[row]].tobytes()), json_scan.SEED, ""))
            columns[self._names[path]] = number
        return replace(leaves, columns=numbers), columns

    def _refuse(self, line: int, what: str) -> None:
        raise SourceError(
            f"{self.path.name}, line {line} {what}",
            hint="Each line must be one JSON object; repair the line in the system that exports it.",
            code=FORM,
        )


def _paths(value: object, path: int, name: str) -> Iterator[tuple[int, str]]:
    """Hash and column name of every leaf of an object, as the walk computes them."""
    if not isinstance(value, dict):
        yield path, name
        return
    for key, inner in value.items():
        below = path
        key = _HALF_PAIR.sub("\ufffd", key)
        for byte in (*key.encode(), json_scan.KEY_END):
            below = ((below ^ byte) * json_scan.PRIME) & _MASK
        escaped = key.replace("\\", "\\\\").replace(".", "\\.")
        yield from _paths(inner, below, f"{name}.{escaped}" if name else escaped)


def _type_name(seen: int) -> str:
    names = [n for i, n in enumerate(_TYPE_NAMES) if seen >> i & 1 and n != "null"]
    return "|".join(names) or "null"

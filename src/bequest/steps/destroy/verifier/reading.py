"""The verifier's own reading of a source: every table, every row, every cell as text, with plain library readers.

Nothing is left out because it is odd: a row with too many fields, a line that is no JSON, a sheet nobody declared are
read as well. What cannot be read at all is said (`UnreadableError`), never passed over.
"""

import csv
import datetime as dt
import importlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import fastexcel
import pyarrow as pa
import pyarrow.parquet as pq

from bequest.kernel.errors import InputError
from bequest.kernel.secret import Secrets
from bequest.model.case import SERVERS, Source, SourceKind

BATCH = 50_000
SEPARATOR = "\x1f"
Column = list[str | None]


class UnreadableError(Exception):
    """A table or file that the verifier cannot read; `code` says why, without a value."""

    def __init__(self, what: str, code: str) -> None:
        super().__init__(f"{what}: {code}")
        self.what = what
        self.code = code


_UNREADABLE = (
    OSError,
    sqlite3.Error,
    UnicodeError,
    pa.ArrowException,
    csv.Error,
    fastexcel.FastExcelError,
    KeyError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table. `names`: what the store itself calls each row (number, rowid or declared key)."""

    table: str
    columns: dict[str, Column]
    names: list[str]

    def keys(self, key: Sequence[str]) -> list[str]:
        """Row keys: the key columns as text, else the store's names."""
        if not key:
            return self.names
        parts = [self.columns.get(k) or [None] * len(self.names) for k in key]
        return [SEPARATOR.join(p or "" for p in row) for row in zip(*parts, strict=True)]


def read_rows(source: Source, table: str, secrets: Secrets | None = None) -> Iterator[Rows]:
    """Every row of every table in a source. `table`: the name under which the case knows the table of a file.

    `secrets` follows the reference to a server's address.

    Raises:
        UnreadableError: where the store cannot be read.
    """
    if source.kind in SERVERS:
        yield from _read_server(source, secrets or Secrets())
        return
    try:
        if source.kind is SourceKind.SQLITE:
            yield from _read_sqlite(source.path)
        elif source.kind is SourceKind.CSV:
            yield from _read_csv(source.path, source.encoding, table)
        elif source.kind is SourceKind.JSONL:
            yield from _read_jsonl(source.path, source.encoding, table)
        elif source.kind is SourceKind.PARQUET:
            yield from read_parquet(source.path, table)
        else:
            yield from _read_xlsx(source.path, source.sheet, table)
    except _UNREADABLE as error:
        raise UnreadableError(source.name, type(error).__name__) from error


def _read_server(source: Source, secrets: Secrets) -> Iterator[Rows]:
    """Read by the module of that kind; its driver is there only where servers are read."""
    try:
        module = importlib.import_module(f"bequest.steps.destroy.verifier.read_{source.kind.value}")
        read = getattr(module, f"read_{source.kind.value}")
        for table, frame, names in read(source, secrets):
            yield Rows(table, {c: frame[c].to_list() for c in frame.columns}, names.to_list())
    except InputError:
        raise  # the reference to its address leads nowhere
    except Exception as error:  # whatever its driver raises
        raise UnreadableError(source.name, type(error).__name__) from error


def _read_sqlite(path: Path) -> Iterator[Rows]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.text_factory = lambda data: data.decode("utf-8", "replace")
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        for table in names:
            if not table.startswith("sqlite_"):
                yield from _read_sqlite_table(db, table)


def _read_sqlite_table(db: sqlite3.Connection, table: str) -> Iterator[Rows]:
    name = '"' + table.replace('"', '""') + '"'
    info = db.execute(f"PRAGMA table_info({name})").fetchall()
    declared = [c for _, c in sorted((pk, column) for _, column, _, _, _, pk in info if pk)]
    columns = [column for _, column, *_ in info]
    row_name = "NULL"
    if not declared:
        taken = {c.lower() for c in columns}
        row_name = next(n for n in ("rowid", "_rowid_", "oid") if n not in taken)
    cursor = db.execute(f"SELECT {row_name}, * FROM {name}")  # noqa: S608 - quoted above
    while rows := cursor.fetchmany(BATCH):
        turned = [[as_text(v) for v in column] for column in zip(*rows, strict=True)]
        cells = dict(zip(columns, turned[1:], strict=True))
        part = Rows(table, cells, [v or "" for v in turned[0]])
        yield Rows(table, cells, part.keys(declared)) if declared else part


def _read_csv(path: Path, encoding: str, table: str) -> Iterator[Rows]:
    with path.open(encoding=_codec(path, encoding), newline="", errors="replace") as file:
        head = file.readline()
        file.seek(0)
        separator = max(",\t;|", key=head.count)
        old_limit = csv.field_size_limit(1 << 30)
        try:
            lines = (line for line in csv.reader(file, delimiter=separator) if line)
            header = [h.strip().removeprefix("\ufeff") or f"column_{i + 1}" for i, h in enumerate(next(lines, []))]
            yield _names_only(table, header)
            first = 0
            while batch := list(islice(lines, BATCH)):
                width = max(len(header), *map(len, batch))
                columns = [*header, *(f"beyond_{i}" for i in range(len(header), width))]
                filled = [[*line, *[None] * (width - len(line))] for line in batch]
                cells = {c: list(v) for c, v in zip(columns, zip(*filled, strict=True), strict=True)}
                yield Rows(table, cells, [str(first + i) for i in range(len(batch))])
                first += len(batch)
        finally:
            csv.field_size_limit(old_limit)


def _names_only(table: str, names: Sequence[str]) -> Rows:
    """The columns of a table, also where no row follows."""
    return Rows(table, {name: [] for name in names}, [])


def _read_jsonl(path: Path, encoding: str, table: str) -> Iterator[Rows]:
    with path.open(encoding=_codec(path, encoding), errors="replace") as file:
        lines = (line for line in file if line.strip())
        first = 0
        while batch := list(islice(lines, BATCH)):
            cells: dict[str, Column] = {}
            for i, line in enumerate(batch):
                for name, value in _leaves(line):
                    column = cells.setdefault(name, [None] * len(batch))
                    # a key met twice hides nothing: both values are looked at
                    column[i] = value if column[i] is None or value is None else f"{column[i]}\n{value}"
            yield Rows(table, cells, [str(first + i) for i in range(len(batch))])
            first += len(batch)


def _leaves(line: str) -> Iterator[tuple[str, str | None]]:
    try:
        value = json.loads(line, parse_int=str, parse_float=str, object_pairs_hook=_Pairs)
    except ValueError:
        yield "", line
        return
    yield from _walk("", value)


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, also those whose key stands there twice."""


def _walk(name: str, value: Any) -> Iterator[tuple[str, str | None]]:
    if isinstance(value, _Pairs):
        for key, inner in value:
            below = key.replace("\\", "\\\\").replace(".", "\\.")
            yield from _walk(f"{name}.{below}" if name else below, inner)
    elif isinstance(value, list):
        yield name, json.dumps(_undone(value), ensure_ascii=False)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    else:
        yield name, value


def _undone(value: Any) -> Any:
    if isinstance(value, _Pairs):
        return {f"{k}#{i}" if i else k: _undone(v) for i, (k, v) in enumerate(value)}
    return [_undone(v) for v in value] if isinstance(value, list) else value


def read_parquet(path: Path, table: str) -> Iterator[Rows]:
    """Every row of a Parquet file."""
    with pq.ParquetFile(path) as file:
        yield _names_only(table, file.schema_arrow.names)
        first = 0
        for batch in file.iter_batches(BATCH):
            cells = {n: _arrow_texts(batch.column(i)) for i, n in enumerate(batch.schema.names)}
            yield Rows(table, cells, [str(first + i) for i in range(batch.num_rows)])
            first += batch.num_rows


def _arrow_texts(array: pa.Array) -> Column:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return list(array.to_pylist())
    return [as_text(v) for v in array.to_pylist()]


def _read_xlsx(path: Path, sheet: str, table: str) -> Iterator[Rows]:
    book = fastexcel.read_excel(str(path))
    declared = sheet or (book.sheet_names[0] if len(book.sheet_names) == 1 else "")
    for name in book.sheet_names:
        cells = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_arrow()
        yield from _sheet([column.to_pylist() for column in cells.columns], table if name == declared else name)


def _sheet(columns: list[Column], table: str) -> Iterator[Rows]:
    """The first row that holds anything names the columns; rows that hold nothing are none."""
    filled = [i for i, row in enumerate(zip(*columns, strict=True)) if any(v is not None and v.strip() for v in row)]
    if not filled:
        return
    names = [(column[filled[0]] or "").strip() or f"column_{i + 1}" for i, column in enumerate(columns)]
    yield _names_only(table, names)
    for start in range(1, len(filled), BATCH):
        part = filled[start : start + BATCH]
        cells = {n: [column[i] for i in part] for n, column in zip(names, columns, strict=True)}
        yield Rows(table, cells, [str(start - 1 + i) for i in range(len(part))])


def as_text(value: object) -> str | None:
    """A value as a person sees it: whole numbers without a fraction, dates in ISO form, bytes in hex."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _codec(path: Path, declared: str) -> str:
    with path.open("rb") as stream:
        head = stream.read(4)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    name = (declared or "utf-8").strip().lower()
    if name in {"gbk", "gb2312", "cp936"}:
        return "gb18030"
    return "utf-8-sig" if name in {"utf-8", "utf8", "utf-8-sig"} else name

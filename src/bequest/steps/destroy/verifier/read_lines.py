"""The verifier's readers of text files: CSV with rows of any width, JSON Lines with lines that are no JSON."""

import csv
import json
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import polars as pl

from bequest.model.case import Source
from bequest.steps.destroy.verifier.head import codec_of, find_head, is_sum, n_looked_at, unguarded
from bequest.steps.destroy.verifier.rows import ASIDE, BATCH, Rows, distinct_names, names_only, numbered, text_column
from bequest.steps.destroy.verifier.task import Task

Columns = dict[str, list[str | None]]

# numbers as they stand, members as a tuple of pairs: also those whose key stands there twice
_DECODE = json.JSONDecoder(parse_int=str, parse_float=str, object_pairs_hook=tuple).decode


def read_csv(source: Source, task: Task) -> Iterator[Rows]:
    """Every row; fields beyond the header are columns of their own."""
    path, table = source.path, task.table_of(source)
    with path.open(encoding=codec_of(path, source.encoding), newline="", errors="replace") as file:
        separator = source.separator or _separator(file.read(1 << 16))
        file.seek(0)
        old_limit = csv.field_size_limit(1 << 30)
        try:
            lines = ([unguarded(c) for c in line] for line in csv.reader(file, delimiter=separator) if line)
            looked = list(islice(lines, n_looked_at(source)))
            head = find_head(looked, source)
            yield names_only(table, head.names)
            aside = list(head.titles)
            rest = (line for line in chain(looked[head.n_rows :], lines) if not _put_aside(line, aside))
            first = 0
            while batch := list(islice(rest, BATCH)):
                yield numbered(table, _squared(head.names, batch), first, len(batch))
                first += len(batch)
            if aside:
                yield numbered(f"{table} {ASIDE}", _squared([], aside), 0, len(aside))
        finally:
            csv.field_size_limit(old_limit)


def _put_aside(line: list[str], aside: list[list[str]]) -> bool:
    """Rows of sums are no records, but are looked at as well."""
    if not is_sum(line):
        return False
    aside.append(line)
    return True


def _separator(text: str) -> str:
    """The sign that the first line with text uses most, outside quotes."""
    outside = "".join(text.split('"')[::2])
    line = next((part for part in outside.splitlines() if part.strip()), "")
    return max(",\t;|", key=line.count)


def _squared(header: list[str], batch: list[list[str]]) -> pl.DataFrame:
    """Rows of any width as columns, filled up with nothing."""
    width = max(len(header), *map(len, batch))
    names = distinct_names([*header, *(f"beyond_{i}" for i in range(len(header), width))])
    filled = (line if len(line) == width else [*line, *[None] * (width - len(line))] for line in batch)
    return pl.DataFrame([text_column(n, v) for n, v in zip(names, zip(*filled, strict=True), strict=True)])


def read_jsonl(source: Source, task: Task) -> Iterator[Rows]:
    """Every line; the leaves of an object are its columns, a line that is no JSON stands in a column without name."""
    path, table = source.path, task.table_of(source)
    with path.open(encoding=codec_of(path, source.encoding), errors="replace") as file:
        lines = (line for line in file if line.strip())
        first = 0
        while batch := list(islice(lines, BATCH)):
            columns: Columns = {}
            for i, line in enumerate(batch):
                _take_line(columns, len(batch), i, line)
            cells = pl.DataFrame([text_column(n, v) for n, v in columns.items()])
            yield numbered(table, cells, first, len(batch))
            first += len(batch)


def _take_line(columns: Columns, n: int, i: int, line: str) -> None:
    try:
        value = _DECODE(line)
    except ValueError:
        _put(columns, n, i, "", line)
    else:
        _take(columns, n, i, "", value)


def _take(columns: Columns, n: int, i: int, name: str, value: Any) -> None:
    kind = type(value)
    if kind is tuple:
        for key, inner in value:
            below = key.replace("\\", "\\\\").replace(".", "\\.") if "." in key or "\\" in key else key
            below = f"{name}.{below}" if name else below
            if type(inner) is str and (column := columns.get(below)) is not None and column[i] is None:
                column[i] = inner  # the short way for most members
            else:
                _take(columns, n, i, below, inner)
    elif kind is list:
        _put(columns, n, i, name, json.dumps(_undone(value), ensure_ascii=False))
    elif kind is bool:
        _put(columns, n, i, name, "true" if value else "false")
    else:
        _put(columns, n, i, name, value)


def _put(columns: Columns, n: int, i: int, name: str, value: str | None) -> None:
    column = columns.get(name)
    if column is None:
        column = columns[name] = [None] * n
    # a key met twice hides nothing: both values are looked at
    column[i] = value if column[i] is None or value is None else f"{column[i]}\n{value}"


def _undone(value: Any) -> Any:
    if isinstance(value, tuple):
        return {f"{k}#{i}" if i else k: _undone(v) for i, (k, v) in enumerate(value)}
    return [_undone(v) for v in value] if isinstance(value, list) else value

"""The verifier's look at whole stores on database servers: by their rows, with its own reader of the server.

Before the deletion it tokens every row of the store under its own key. Afterwards the store's tables must be empty, and
no row of them may have come up in any other table of the database, as a copy or under another name; where a store
stays, every row must be there. A row is its cells in their order: a copy with other columns is not recognised, and
values are not searched one by one, which the result says.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import aes_ecb, derive
from bequest.model.case import Source
from bequest.model.destruction import Finding, Level, SearchResult
from bequest.steps.destroy.verifier.buffers import Bytes, text_buffers
from bequest.steps.destroy.verifier.reading import read_rows
from bequest.steps.destroy.verifier.rows import Rows, UnreadableError
from bequest.steps.destroy.verifier.task import Task
from bequest.steps.destroy.verifier.tokens import SIZE, TokenSet, cmac

METHOD = "rows"
FEWEST_CELLS = 3
"""Rows with fewer filled cells are alike by chance too often: they are counted, but not looked for elsewhere."""
NOT_SEARCHABLE = ("(contents)",)


@dataclass(frozen=True, slots=True)
class ExpectedTables:
    """What the plan says of a store: rows by table, and whether they go."""

    rows: Mapping[str, int]
    goes: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    """One reading of the database: rows of the store, tokens of its rows, tokens of all rows elsewhere."""

    rows: dict[str, int]
    columns: int
    tokens: Bytes
    elsewhere: Bytes
    searched: int


def first_look(folder: Path, sources: Sequence[Source], task: Task, expected: Mapping[str, ExpectedTables]) -> None:
    """Note what is there, once: a look after the deletion began would see less.

    Raises:
        UnreadableError: where a database cannot be read.
    """
    for source in sources:
        note = folder / f"whole-{source.name}.json"
        if note.is_file():
            continue
        seen = _look(source, task, expected[source.name])
        wanted = TokenSet(seen.tokens)
        write_file(folder / f"whole-{source.name}.bin", wanted.to_bytes())
        said = {"rows": seen.rows, "elsewhere": int(wanted.holds(seen.elsewhere).sum())}
        write_file(note, json.dumps(said).encode())  # last: where it is there, all is there


def second_look(
    folder: Path, sources: Sequence[Source], task: Task, expected: Mapping[str, ExpectedTables]
) -> tuple[SearchResult, ...]:
    """One result per store."""
    return tuple(_result(folder, s, task, expected[s.name]) for s in sources)


def _result(folder: Path, source: Source, task: Task, expected: ExpectedTables) -> SearchResult:
    before = json.loads((folder / f"whole-{source.name}.json").read_text("utf-8"))
    wanted = TokenSet.from_bytes((folder / f"whole-{source.name}.bin").read_bytes())
    n_expected, n_before = sum(expected.rows.values()), sum(before["rows"].values())
    try:
        now = _look(source, task, expected)
    except UnreadableError:
        nothing = np.empty((0, SIZE), np.uint8)
        now, finding = _Seen({}, 0, nothing, nothing, 0), Finding.NOT_SEARCHED
    else:
        finding = Finding.CLEAR if expected.goes else Finding.AS_PLANNED
    there = sum(now.rows.values())
    copies = max(int(wanted.holds(now.elsewhere).sum()) - before["elsewhere"], 0)
    residue, planned = (there + copies, 0) if expected.goes else (copies, there)
    same = np.array_equal(TokenSet(now.tokens).array(), wanted.array())
    if before["rows"] != dict(expected.rows) or (not expected.goes and (now.rows != before["rows"] or not same)):
        finding = Finding.NOT_SEARCHED
    if residue:
        finding = Finding.RESIDUE
    return SearchResult(
        source.name, METHOD, Level.LOGICAL, now.columns, now.searched, n_before, n_expected, residue, planned, 0,
        finding, NOT_SEARCHABLE,
    )  # fmt: skip


def _look(source: Source, task: Task, expected: ExpectedTables) -> _Seen:
    ecb = aes_ecb(derive(task.key, "verifier", "rows"))
    rows = dict.fromkeys(expected.rows, 0)
    columns: dict[str, int] = {}
    mine, others = [np.empty((0, SIZE), np.uint8)], [np.empty((0, SIZE), np.uint8)]
    searched = 0
    for part in _parts(source, task):
        searched += part.cells.height
        texts = text_buffers(_telling(part.cells))
        tokens = cmac(b"row\0", texts, np.arange(len(texts)), ecb)
        if part.table in rows:
            rows[part.table] += part.cells.height
            columns[part.table] = part.cells.width
            mine.append(tokens)
        else:
            others.append(tokens)
    return _Seen(rows, sum(columns.values()), np.concatenate(mine), np.concatenate(others), searched)


def _parts(source: Source, task: Task) -> Iterator[Rows]:
    return (part for part in read_rows(source, task) if part.cells.width)


def _telling(cells: pl.DataFrame) -> pl.Series:
    """Each row that says enough, as one text: whether a cell is filled, its length, what is in it."""
    filled = cells.select(pl.sum_horizontal(pl.all().fill_null("").str.len_bytes() > 0).alias("n"))["n"]
    parts = [
        pl.when(pl.col(c).is_null()).then(pl.lit("-")).otherwise(
            pl.concat_str(pl.col(c).str.len_bytes().cast(pl.String), pl.lit(":"), pl.col(c))
        )
        for c in cells.columns
    ]  # fmt: skip
    return cells.filter(filled >= FEWEST_CELLS).select(pl.concat_str(parts).alias("row"))["row"]

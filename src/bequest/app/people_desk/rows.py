"""Rows of a source as staff may see them: found again by key and content, every value masked by its class.

A row that is no longer as it was when people were linked shows nothing: at its place could be somebody else's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from bequest.app.console.samples import masked_column
from bequest.app.context import Context
from bequest.app.reading import read_table
from bequest.app.run_discover import data_map
from bequest.crypto.cipher import aes_ecb
from bequest.engine.rows import identify
from bequest.model.datamap import ColumnMap, TableMap
from bequest.model.facts import RowRole
from bequest.sources.opening import open_source
from bequest.steps.link.features import one_person

Place = tuple[str, str, int]
"""Source, table, number of the row in reading order when it was linked."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value, masked or in clear; empty where there is none."""

    column: ColumnMap
    shown: str


def rows_at(
    ctx: Context, case_id: str, places: Iterable[Place], *, clear: bool = False
) -> Mapping[Place, tuple[Cell, ...]]:
    """The cells of rows; a row that changed or went is left out.

    Raises:
        SourceError: where a source cannot be read.
    """
    wanted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for source, table, number in places:
        wanted[source, table].append(number)
    datamap, found = data_map(ctx, case_id), {}
    for (source, table), numbers in wanted.items():
        for number, cells in _rows(ctx, case_id, datamap.table(source, table), numbers, clear=clear).items():
            found[source, table, number] = cells
    return found


def _rows(
    ctx: Context, case_id: str, table: TableMap, numbers: list[int], *, clear: bool
) -> dict[int, tuple[Cell, ...]]:
    path = ctx.workspace(case_id).table_file("index", table.source, table.name)
    index = pl.read_parquet(path, columns=["row_no", "row_tag", "row_digest"])
    wanted = index.filter(pl.col("row_no").is_in(numbers))
    ecb = aes_ecb(ctx.keys(case_id).get("link"))
    columns = [c.name for c in table.columns]
    source = open_source(ctx.case(case_id).case.source(table.source), ctx.secrets, may_be_gone=True)
    parts: list[pl.DataFrame] = []
    for batch in read_table(ctx, source, table, "look", allow_duplicates=True):
        known = identify(batch, table.source, table.name, columns, ecb).with_row_index("at")
        hit = known.join(wanted, on=["row_tag", "row_digest"], how="inner")
        if hit.height:
            parts.append(batch.select(columns)[hit["at"].to_list()].with_columns(hit["row_no"]))
        if sum(p.height for p in parts) >= wanted.height:
            break
    if not parts:
        return {}
    rows = pl.concat(parts).unique("row_no", keep="first", maintain_order=True)
    shown = {c.name: rows[c.name] if clear else masked_column(rows[c.name], c.cls) for c in table.columns}
    return {
        int(number): tuple(Cell(c, shown[c.name][i] or "") for c in table.columns)
        for i, number in enumerate(rows["row_no"].to_list())
    }


def own_cells(table: TableMap, role: RowRole, cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """The cells of this person: of the role in the row and what goes with it, and of the record."""
    roles = {*one_person(table, role), RowRole.RECORD}
    return tuple(c for c in cells if c.column.role in roles)

"""The restore guard: who of the erased is back in a restored store or an import, and what is to be erased again.

A row is *the same* where its key was erased and its content is what was erased; it is *an older state* where its key
was erased, its content is another, and an identifier of somebody erased stands in it. Both go again, as they went:
whole, or the same cells; a row that had been anonymised in place goes whole. Everything else is for people: a key that
was given anew, an identifier in a row we never knew (an import), one that somebody else shares lawfully.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from bequest.engine.rows import KEY, Ecb, identify
from bequest.engine.text import non_empty
from bequest.model.datamap import ColumnMap
from bequest.sources.source import Changes
from bequest.steps.destroy.ledger import (
    ANONYMISED,
    CELL_MARK,
    STRONG,
    WHOLE_ROW,
    Ledger,
    replay_hits,
    row_kind,
    row_tokens,
)

SAME, OLDER = "same", "older"
IMPORTED, KEY_ANEW, SHARED = "imported", "key_anew", "shared"
TO_PEOPLE = (IMPORTED, KEY_ANEW, SHARED)


@dataclass(frozen=True, slots=True)
class ReplayTable:
    """A table as it lies there: what is known of its columns, and by which its rows are known."""

    source: str
    name: str
    columns: tuple[ColumnMap, ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of one table that came back: `key`, `what` (see above), `cells` (empty: the whole row; null: not known)."""

    table: ReplayTable
    rows: pl.DataFrame
    n_looked_at: int

    def count(self, what: str) -> int:
        """Rows of one kind."""
        return int((self.rows["what"] == what).sum())

    def changes(self, taken_from: str, *, also: frozenset[str]) -> Changes:
        """What is to go again; `also`: kinds that people said are to go, whole."""
        known = self.rows.filter(pl.col("what").is_in([SAME, OLDER]) & pl.col("cells").is_not_null())
        is_whole = (pl.col("cells") == WHOLE_ROW) | pl.col("cells").str.starts_with(ANONYMISED)
        whole = known.filter(is_whole)["key"].to_list()
        whole += self.rows.filter(pl.col("what").is_in(list(also)))["key"].to_list()
        cells = (
            known.filter(~is_whole)
            .select("key", pl.col("cells").str.split(CELL_MARK))
            .explode("cells", keep_nulls=False, empty_as_null=False)
        )
        empty = {str(c): g["key"] for (c,), g in cells.group_by("cells", maintain_order=True)}
        delete = pl.Series(KEY, list(dict.fromkeys(whole)), dtype=pl.Utf8)
        return Changes(delete, empty, self.table.key, "" if self.table.key else taken_from)


def look(ledger: Ledger, table: ReplayTable, batches: Iterable[pl.DataFrame], ecb: Ecb) -> Found:
    """Who of the erased stands in the table."""
    parts = [pl.DataFrame(schema={"key": pl.Utf8, "what": pl.Utf8, "cells": pl.Utf8})]
    n = 0
    for batch in batches:
        n += batch.height
        parts.append(_batch(ledger, table, batch, ecb))
    return Found(table, pl.concat(parts), n)


def _batch(ledger: Ledger, table: ReplayTable, batch: pl.DataFrame, ecb: Ecb) -> pl.DataFrame:
    names = [c.name for c in table.columns]
    token = row_tokens(batch, table.source, table.name, table.key, names, ecb).alias("token")
    content = identify(batch, table.source, table.name, names, ecb)["row_digest"].alias("now")
    rows = pl.DataFrame([batch[KEY].alias("key"), token, content]).with_row_index("row")
    gone = ledger.tokens.filter(pl.col("kind") == row_kind(table.source, table.name)).select(
        "token", "content", "cells"
    )
    rows = rows.join(gone.with_columns(was=pl.lit(True)), on="token", how="left", maintain_order="left")
    hits = replay_hits(
        ledger, batch, source=table.source, table=table.name, columns=[c for c in table.columns if c.cls in STRONG],
        key=table.key, replay_ecb=ecb,
    ).filter(pl.col("column") != "") if any(c.cls in STRONG for c in table.columns) else None  # fmt: skip
    named = (
        pl.DataFrame(schema={"row": pl.UInt32, "named": pl.Boolean})
        if hits is None
        else hits.group_by("row")
        .agg((~pl.col("shared")).any().alias("named"))
        .with_columns(pl.col("row").cast(pl.UInt32))
    )
    rows = rows.join(named, on="row", how="left", maintain_order="left")
    was = pl.col("was").fill_null(False) & ~_still_empty(rows, batch)
    is_named, is_shared = pl.col("named").fill_null(False), ~pl.col("named")
    what = (
        pl.when(was & (pl.col("now") == pl.col("content")).fill_null(False)).then(pl.lit(SAME))
        .when(was & pl.col("cells").is_not_null() & is_named).then(pl.lit(OLDER))
        .when(was).then(pl.lit(KEY_ANEW))
        .when(is_named).then(pl.lit(IMPORTED))
        .when(is_shared.fill_null(False)).then(pl.lit(SHARED))
    )  # fmt: skip
    return rows.with_columns(what.alias("what")).drop_nulls("what").select("key", "what", "cells")


def _still_empty(rows: pl.DataFrame, batch: pl.DataFrame) -> pl.Series:
    """Rows that stay and whose cells are as empty as the erasing (or anonymising) left them: nobody is back there."""
    out = pl.Series([False], dtype=pl.Boolean).new_from_index(0, rows.height)
    for cells in rows["cells"].drop_nulls().unique().to_list():
        names = [c for c in cells.removeprefix(ANONYMISED).split(CELL_MARK) if c in batch.columns]
        if cells == WHOLE_ROW or not names:
            continue
        filled = batch.select(pl.any_horizontal(non_empty(pl.col(n)) for n in names).alias("f"))["f"]
        out |= (rows["cells"] == cells).fill_null(False) & ~filled
    return out

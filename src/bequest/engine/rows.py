"""Rows of a source matched to what was decided for them at the mark: by row key, and then by content.

A row that is not the one decided on is never delivered, sealed or erased (decision D9): it is `changed` where its key
was there at the mark with other content, `late` where its key was not there.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from bequest.engine.kernels.buffers import tag_array, tag_series
from bequest.engine.kernels.cmac import row_digests, tokens
from bequest.engine.lookup import Lookup
from bequest.engine.tableplan import TablePlan

KEY = "__key"
"""First column of every batch that is read: the row key as text."""

DECIDED = "decided"
CHANGED = "changed"
LATE = "late"

Ecb = Callable[[bytes], bytes]


def row_tag_prefix(source: str, table: str) -> str:
    """Prefix under which row keys of a table are tokenised."""
    return f"row\x1f{source}\x1f{table}\x1f"


def content_prefix(source: str, table: str) -> str:
    """Prefix under which the whole content of rows of a table is digested."""
    return f"content\x1f{source}\x1f{table}\x1f"


def identify(batch: pl.DataFrame, source: str, table: str, columns: list[str], ecb: Ecb) -> pl.DataFrame:
    """`row_tag` and `row_digest` of every row of a batch; `columns` in the order of the data map."""
    tags = tokens(batch[KEY], ecb, row_tag_prefix(source, table)).alias("row_tag")
    digests = row_digests(batch.select(columns), ecb, content_prefix(source, table)).alias("row_digest")
    return pl.DataFrame([tags, digests])


class RowMatcher:
    """Finds the decision of each row of a stream of batches.

    Batches that come in the order of the mark are matched by position, which costs nothing; all others by row tag and
    digest together, so that two rows under one key are told apart by their content. Where rows came or went, the order
    is taken up again behind the last row that was found.
    """

    def __init__(self, plan: TablePlan, ecb: Ecb) -> None:
        self._plan = plan
        self._ecb = ecb
        self._columns = [c.name for c in plan.columns]
        self._at = 0
        self._pairs: Lookup | None = None
        self._tags: Lookup | None = None

    def match(self, batch: pl.DataFrame) -> pl.DataFrame:
        """`row_tag`, `row_digest`, `state` (decided, changed, late) and `pos` (row of the plan, null if undecided)."""
        found = identify(batch, self._plan.source, self._plan.table, self._columns, self._ecb)
        found = found.with_columns(self._by_position(found))
        if found["pos"].null_count():
            found = self._by_content(found)
        state = (
            pl.when(pl.col("pos").is_not_null())
            .then(pl.lit(DECIDED))
            .when(pl.col("seen"))
            .then(pl.lit(CHANGED))
            .otherwise(pl.lit(LATE))
        )
        return found.with_columns(state.alias("state")).select("row_tag", "row_digest", "state", "pos")

    def _by_position(self, found: pl.DataFrame) -> list[pl.Series]:
        mark = self._plan.rows.slice(self._at, found.height)
        n = mark.height
        same = np.zeros(found.height, dtype=bool)
        if n:
            head = found.head(n)
            equal = (head["row_tag"] == mark["row_tag"]) & (head["row_digest"] == mark["row_digest"])
            same[:n] = equal.fill_null(False).to_numpy()
        pos = np.arange(self._at, self._at + found.height, dtype=np.int64)
        self._at += found.height
        return [
            pl.Series("pos", np.where(same, pos, -1)).cast(pl.Int64).replace(-1, None).cast(pl.UInt32),
            pl.Series("seen", same),
        ]

    def _by_content(self, found: pl.DataFrame) -> pl.DataFrame:
        """The rows that do not stand where the mark had them; which of equal ones nobody can tell: the first."""
        rows = self._plan.rows
        if self._pairs is None or self._tags is None:
            self._pairs, self._tags = Lookup(_pairs(rows)), Lookup(rows["row_tag"])
        there, known = self._pairs.first(_pairs(found)), self._tags.holds(found["row_tag"])
        pos = found["pos"].fill_null(pl.Series(there).replace(-1, None).cast(pl.UInt32))
        if (last := pos.item(-1)) is not None:
            self._at = last + 1
        return found.with_columns(pos.alias("pos"), found["seen"] | pl.Series(known))


def _pairs(rows: pl.DataFrame) -> pl.Series:
    """Row tag and digest as one: both are tokens, and so is the one XOR the other."""
    (tags, _), (digests, _) = tag_array(rows["row_tag"]), tag_array(rows["row_digest"])
    return tag_series("pair", tags ^ digests, np.ones(rows.height, np.bool_))

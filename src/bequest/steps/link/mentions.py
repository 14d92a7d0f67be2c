"""All mentions of a case as columns, taken from the indexes kind by kind: never all tokens at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.union_find import Codes, codes
from bequest.model.facts import RowRole

TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Block:
    """The mentions in one role of one table: `rows` of its index."""

    key: TableKey
    role: RowRole
    rows: np.ndarray
    index: pl.DataFrame


class Mentions:
    """The mentions of all blocks, one after the other."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self.height = sum(len(b.rows) for b in blocks)

    def column(self, name: str, dtype: type[pl.DataType] = pl.Binary) -> pl.Series:
        """A column of the indexes over all mentions; `{role}` in its name is the role's; null where it is missing."""
        parts = []
        for b in self._blocks:
            here = name.format(role=b.role)
            if here in b.index.columns:
                column = b.index[here]
                parts.append(column if len(b.rows) == b.index.height else column.gather(b.rows))
            else:
                parts.append(pl.Series([None], dtype=dtype).new_from_index(0, len(b.rows)))
        return pl.concat([p.alias("v") for p in parts])

    def tokens(self) -> pl.Series:
        """The token of each mention, the same in every run."""
        return self.column("m:{role}")

    def references(self) -> list[Codes]:
        """Codes of references, one column per way of pointing, all in one numbering."""
        met = {c.rpartition(":")[2] for b in self._blocks for c in b.index.columns if c.startswith(f"k:{b.role}:")}
        return codes([self.column(f"k:{{role}}:{kind}") for kind in sorted(met)])

    def codes(self, kinds: Sequence[str]) -> Mapping[str, Codes]:
        """Codes of features (-1 for nothing), and `ge` as it is (0 for nothing)."""
        made: dict[str, Codes] = {}
        made["ph"], made["ph2"] = codes([self.column("x:{role}:ph"), self.column("x:{role}:ph2")])
        for kind in kinds:
            if kind not in made:
                made[kind] = codes([self.column(f"x:{{role}}:{kind}")])[0]
        made["ge"] = self.column("x:{role}:ge", pl.UInt8).fill_null(0).cast(pl.Int32).to_numpy()
        return made

    def pairs(self, decisions: pl.DataFrame) -> "Said":
        """What people said, as pairs of mentions that are there today."""
        if not decisions.height:
            return Said(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64))
        wanted = pl.concat([decisions["left"], decisions["right"]]).unique()
        tokens = self.tokens().alias("mention").to_frame().with_row_index("row")
        at = tokens.filter(pl.col("mention").is_in(wanted.implode()))
        t = decisions.join(at, left_on="left", right_on="mention").join(
            at, left_on="right", right_on="mention", suffix="_right"
        )
        t = t.sort("left", "right")

        def rows(same: bool) -> npt.NDArray[np.int64]:
            return t.filter(pl.col("same") == same).select("row", "row_right").cast(pl.Int64).to_numpy()

        return Said(rows(True), rows(False))


@dataclass(frozen=True, slots=True)
class Said:
    """Pairs of mentions (m × 2) of which people said that they are the same person, or different people."""

    same: npt.NDArray[np.int64]
    different: npt.NDArray[np.int64]

"""All mentions of a case as columns, taken from the indexes kind by kind: never all tokens at once."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.buffers import detached
from bequest.engine.kernels.union_find import Codes, codes
from bequest.model.facts import RowRole

TableKey = tuple[str, str]


class Columns(Protocol):
    """The columns of an index: a frame, or a file of which each column is read when it is asked for."""

    @property
    def columns(self) -> list[str]:
        """Their names."""
        ...

    @property
    def height(self) -> int:
        """How many rows they have."""
        ...

    def __getitem__(self, name: str, /) -> pl.Series:
        """One of them."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """The mentions in one role of one table: `rows` of its index."""

    key: TableKey
    role: RowRole
    rows: np.ndarray
    index: Columns


MANY = 500_000
"""From so many mentions on their codes lie in a file, not in memory."""


class LaidDown(MutableMapping[str, Codes]):
    """Columns of codes in a file without a name, each read when asked for: numbers that say nothing by themselves.

    A dozen columns of many millions of rows would be most of what lies in memory, and few are looked at together.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "link-codes"
        self._file = path.open("w+b")
        path.unlink()  # gone with the process, however that ends
        self._at: dict[str, tuple[int, int]] = {}

    def __setitem__(self, kind: str, column: Codes) -> None:
        self._at[kind] = self._file.seek(0, SEEK_END), len(column)
        self._file.write(np.ascontiguousarray(column, np.int32).data)
        self._file.flush()

    def __getitem__(self, kind: str) -> Codes:
        start, n = self._at[kind]
        self._file.seek(start)
        return np.fromfile(self._file, np.int32, n)

    def __delitem__(self, kind: str) -> None:
        del self._at[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


STRANGERS = 0.5
"""Where more of the pairs of two columns of references than this bear other names, one of them is no reference."""
_ENOUGH = 12


def believed(columns: Sequence[Codes], block: np.ndarray, known: Mapping[str, Codes]) -> list[Codes]:
    """The columns of references, emptied (-1) in blocks where what they lead to contradicts them.

    Each column of a block is held against every other that shares its values: who is met there should sound or be
    reached the same. One that has such a neighbour only in strangers is emptied; without names nothing is known.
    """
    parts = [
        pl.DataFrame({"code": c, "block": block, "py": known["py"], "ph": known["ph"], "id": known["id"]})
        .filter(pl.col("code") >= 0)
        .with_columns(pl.lit(i).alias("way"))
        for i, c in enumerate(columns)
    ]
    if not parts:
        return []
    ends = pl.concat(parts).filter(pl.col("py") >= 0).unique(["code", "block", "way", "py"], maintain_order=True)
    first = ends.unique(["code", "block", "way"], keep="first", maintain_order=True)
    pairs = first.join(first, on="code", suffix="_b").filter(
        (pl.col("block") != pl.col("block_b")) | (pl.col("way") != pl.col("way_b"))
    )
    alike = (
        (pl.col("py") == pl.col("py_b"))
        | ((pl.col("ph") >= 0) & (pl.col("ph") == pl.col("ph_b")))
        | ((pl.col("id") >= 0) & (pl.col("id") == pl.col("id_b")))
    )
    judged = (
        pairs.group_by("block", "way", "block_b", "way_b")
        .agg(pl.len().alias("n"), alike.not_().mean().alias("strangers"))
        .filter(pl.col("n") >= _ENOUGH)
        .group_by("block", "way")
        .agg(pl.col("strangers").min())
        .filter(pl.col("strangers") > STRANGERS)
    )
    out = [c.copy() for c in columns]
    for at, way in judged.select("block", "way").iter_rows():
        out[way][block == at] = -1
    return out


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

    def tokens_at(self, rows: pl.Series) -> pl.Series:
        """The tokens of a few mentions."""
        return detached(self.tokens().gather(rows).to_frame("v"))["v"]

    def references(self, known: Mapping[str, Codes]) -> list[Codes]:
        """Codes of references, one column per way of pointing, all in one numbering.

        A way of pointing that mostly leads to other people, as serial numbers of two systems do, is none (`believed`).
        """
        met = {c.rpartition(":")[2] for b in self._blocks for c in b.index.columns if c.startswith(f"k:{b.role}:")}
        columns = codes([self.column(f"k:{{role}}:{kind}") for kind in sorted(met)])
        return believed(columns, np.repeat(np.arange(len(self._blocks)), [len(b.rows) for b in self._blocks]), known)

    def codes(self, kinds: Sequence[str], beside: Path | None = None) -> Mapping[str, Codes]:
        """Codes of features and `sn` (-1 for nothing), and `ge` as it is (0 for nothing).

        `beside`: a private folder in which they are laid down where there are very many of them.
        """
        made: MutableMapping[str, Codes] = {} if beside is None or self.height < MANY else LaidDown(beside)
        made["ph"], made["ph2"] = codes([self.column("x:{role}:ph"), self.column("x:{role}:ph2")])
        for kind in kinds:
            if kind not in made:
                made[kind] = codes([self.column(f"x:{{role}}:{kind}")])[0]
        made["sn"] = self.column("x:{role}:sn", pl.UInt32).cast(pl.Int32).fill_null(-1).to_numpy()
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

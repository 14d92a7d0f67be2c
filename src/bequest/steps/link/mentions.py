"""All mentions of a case as columns, taken from the indexes kind by kind and part by part: never all tokens at once."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.kernels.buffers import detached
from bequest.engine.kernels.coding import Codes, Tags, tag_codes
from bequest.model.facts import RowRole

TableKey = tuple[str, str]


class Columns(Protocol):
    """The columns of an index in a file, each read when it is asked for."""

    @property
    def columns(self) -> list[str]:
        """Their names."""
        ...

    @property
    def height(self) -> int:
        """How many rows they have."""
        ...

    def parts(self, name: str, /) -> Iterator[pl.Series]:
        """One of them, from its first row to its last, a bounded number of rows at a time."""
        ...


Index = pl.DataFrame | Columns


def column_parts(index: Index, name: str) -> Iterator[pl.Series]:
    """A column of an index part by part; of a frame it is one part."""
    if isinstance(index, pl.DataFrame):
        yield index[name]
    else:
        yield from index.parts(name)


@dataclass(frozen=True, slots=True)
class Block:
    """The mentions in one role of one table: `rows` of its index."""

    key: TableKey
    role: RowRole
    rows: np.ndarray
    index: Index


MANY = 500_000
"""From so many mentions on their codes lie in a file, not in memory."""


class LaidDown(MutableMapping[str, Codes]):
    """Columns of codes in a file, each read when asked for: numbers that say nothing by themselves.

    A dozen columns of many millions of rows would be most of what lies in memory, and few are looked at together.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
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


@contextmanager
def _nameless(folder: Path) -> Iterator[BinaryIO]:
    """A file in the folder that is gone with the process, however that ends."""
    path = folder / "link-codes"
    with path.open("w+b") as file:
        path.unlink()
        yield file


STRANGERS = 0.5
"""Where more of the pairs of two columns of references than this bear other names, one of them is no reference."""
_ENOUGH = 12
_ROWS_AT_ONCE = 2_000_000


def believed(columns: Sequence[Codes], block: np.ndarray, known: Mapping[str, Codes]) -> list[Codes]:
    """The columns of references, emptied (-1) in blocks where what they lead to contradicts them.

    Each column of a block is held against every other that shares its values: who is met there should sound or be
    reached the same. One that has such a neighbour only in strangers is emptied; without names nothing is known.
    """
    if not columns:
        return []
    n_parts = 1 + sum(int(np.count_nonzero(c >= 0)) for c in columns) // _ROWS_AT_ONCE
    met = pl.concat([_neighbours(columns, block, known, (part, n_parts)) for part in range(n_parts)])
    judged = (
        met.group_by("block", "way", "block_b", "way_b")
        .sum()
        .filter(pl.col("n") >= _ENOUGH)
        .group_by("block", "way")
        .agg((pl.col("strangers") / pl.col("n")).min().alias("strangers"))
        .filter(pl.col("strangers") > STRANGERS)
    )
    out = list(columns)
    for at, way in judged.select("block", "way").iter_rows():
        out[way] = np.where(block == at, np.int32(-1), out[way])
    return out


def _neighbours(
    columns: Sequence[Codes], block: np.ndarray, known: Mapping[str, Codes], which: tuple[int, int]
) -> pl.DataFrame:
    """How many are met in two columns of blocks (`n`) and how many of them differ (`strangers`), of one part of codes.

    Each code lies in one part whole, so that what is counted in the parts can be added up.
    """
    part, n_parts = which
    names = known["py"]
    parts = []
    for way, column in enumerate(columns):
        at = np.flatnonzero((column >= 0) & (names >= 0) & (column % n_parts == part))
        told = {k: known[k][at] for k in ("py", "ph", "id")}
        frame = pl.DataFrame({"code": column[at], "block": block[at], **told})
        parts.append(frame.with_columns(pl.lit(way).alias("way")))
    first = pl.concat(parts).unique(["code", "block", "way"], keep="first", maintain_order=True)
    pairs = first.join(first, on="code", suffix="_b").filter(
        (pl.col("block") != pl.col("block_b")) | (pl.col("way") != pl.col("way_b"))
    )
    alike = (
        (pl.col("py") == pl.col("py_b"))
        | ((pl.col("ph") >= 0) & (pl.col("ph") == pl.col("ph_b")))
        | ((pl.col("id") >= 0) & (pl.col("id") == pl.col("id_b")))
    )
    return pairs.group_by("block", "way", "block_b", "way_b").agg(
        pl.len().alias("n"), alike.not_().sum().alias("strangers")
    )


class Mentions:
    """The mentions of all blocks, one after the other."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._blocks = blocks
        self.height = sum(len(b.rows) for b in blocks)

    def _parts(self, name: str) -> Iterator[tuple[int, pl.Series]]:
        """A column of the indexes over all mentions that have it, and where each part of it begins.

        `{role}` in its name is the role's.
        """
        first = 0
        for b in self._blocks:
            here = name.format(role=b.role)
            row = 0
            for part in column_parts(b.index, here) if here in b.index.columns else ():
                begin, end = np.searchsorted(b.rows, [row, row + len(part)]).tolist()
                whole = end - begin == len(part)
                yield first + begin, part if whole else part.gather(b.rows[begin:end].astype(np.int64) - row)
                row += len(part)
            first += len(b.rows)

    def _tags(self, name: str) -> Tags:
        made = Tags.none(self.height)
        for at, part in self._parts(name):
            made.put(at, part)
        return made

    def _numbers(self, name: str, missing: int) -> Codes:
        made = np.full(self.height, missing, np.int32)
        for at, part in self._parts(name):
            made[at : at + len(part)] = part.cast(pl.Int32).fill_null(missing).to_numpy()
        return made

    def tokens(self) -> Iterator[pl.Series]:
        """The token of each mention, the same in every run, part by part."""
        return (part for _, part in self._parts("m:{role}"))

    def tokens_at(self, rows: np.ndarray) -> pl.Series:
        """The tokens of some mentions."""
        order = np.argsort(rows, kind="stable")
        wanted = rows[order].astype(np.int64)
        found = [pl.Series([], dtype=pl.Binary)]
        for at, part in self._parts("m:{role}"):
            begin, end = np.searchsorted(wanted, [at, at + len(part)]).tolist()
            if end > begin:
                found.append(detached(part.gather(wanted[begin:end] - at).to_frame("v"))["v"])
        place = np.empty(len(rows), np.int64)
        place[order] = np.arange(len(rows))
        return pl.concat([f.alias("v") for f in found]).gather(place)

    def references(self, known: Mapping[str, Codes]) -> list[Codes]:
        """Codes of references, one column per way of pointing, all in one numbering.

        A way of pointing that mostly leads to other people, as serial numbers of two systems do, is none (`believed`).
        """
        met = {c.rpartition(":")[2] for b in self._blocks for c in b.index.columns if c.startswith(f"k:{b.role}:")}
        columns = tag_codes([self._tags(f"k:{{role}}:{kind}") for kind in sorted(met)])
        heights = [len(b.rows) for b in self._blocks]
        return believed(columns, np.repeat(np.arange(len(heights), dtype=np.int32), heights), known)

    @contextmanager
    def codes(self, kinds: Sequence[str], beside: Path | None = None) -> Iterator[Mapping[str, Codes]]:
        """Codes of features and `sn` (-1 for nothing), and `ge` as it is (0 for nothing).

        `beside`: a private folder in which they are laid down where there are very many of them.
        """
        if beside is None or self.height < MANY:
            yield self._coded(kinds, {})
        else:
            with _nameless(beside) as file:
                yield self._coded(kinds, LaidDown(file))

    def _coded(self, kinds: Sequence[str], made: MutableMapping[str, Codes]) -> Mapping[str, Codes]:
        made["ph"], made["ph2"] = tag_codes([self._tags("x:{role}:ph"), self._tags("x:{role}:ph2")])
        for kind in kinds:
            if kind not in made:
                made[kind] = tag_codes([self._tags(f"x:{{role}}:{kind}")])[0]
        made["sn"] = self._numbers("x:{role}:sn", -1)
        made["ge"] = self._numbers("x:{role}:ge", 0)
        return made

    def pairs(self, decisions: pl.DataFrame) -> "Said":
        """What people said, as pairs of mentions that are there today."""
        if not decisions.height:
            return Said(np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64))
        wanted = pl.concat([decisions["left"], decisions["right"]]).unique()
        found = [pl.DataFrame(schema={"mention": pl.Binary, "row": pl.Int64})]
        for first, part in self._parts("m:{role}"):
            met = part.is_in(wanted.implode()).arg_true()
            if len(met):
                here = pl.DataFrame({"mention": part.gather(met), "row": met.cast(pl.Int64) + first})
                found.append(detached(here))
        at = pl.concat(found)
        t = decisions.join(at, left_on="left", right_on="mention").join(
            at, left_on="right", right_on="mention", suffix="_right"
        )
        t = t.sort("left", "right")

        def rows(same: bool) -> npt.NDArray[np.int64]:
            return t.filter(pl.col("same") == same).select("row", "row_right").to_numpy()

        return Said(rows(True), rows(False))


@dataclass(frozen=True, slots=True)
class Said:
    """Pairs of mentions (m × 2) of which people said that they are the same person, or different people."""

    same: npt.NDArray[np.int64]
    different: npt.NDArray[np.int64]

"""Which lots every row lies in, and whether the business outside uses it too (decision D5).

A table with scope columns of its own goes by them. A customer's profile, or a row that other tables point to, is also
in use by them: it lies in every lot in which it or a row of the same subject lies, and is `shared` where another lies
outside. A table without a scope column follows the row it points to, first by a person's number, else by a record's, as
the lines of an order follow the order; also through several tables. What follows nothing lies outside every lot.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bequest.model.datamap import Relation, TableMap
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole

TableKey = tuple[str, str]
BETWEEN = "\x1f"
"""Between the lots of a row in `own_lot` of an index."""

_REFERENCE = re.compile(r"k:\w+:ref\d*")
"""Columns of an index that hold references to people, or what others refer to them by."""
_IN_LOT, _SHARED, _OUTSIDE = (FACT_VALUES[Fact.SCOPE].index(w) for w in ("in_lot", "shared", "outside"))


@dataclass(frozen=True, slots=True)
class TableScope:
    """The rows of a table: a bit per lot in `mask`, in the order of `lots`; `outside` where the rest uses the row."""

    lots: tuple[str, ...]
    mask: np.ndarray
    outside: np.ndarray

    @property
    def lot(self) -> pl.Series:
        """The first lot of each row, empty outside every lot."""
        names = np.zeros(len(self.mask), dtype=np.uint32)
        for n, bit in reversed(list(_bits(self.lots))):
            names[self.mask & bit != 0] = n + 1
        return pl.Series(["", *self.lots], dtype=pl.Utf8).gather(pl.Series(names))

    @property
    def codes(self) -> np.ndarray:
        """The fact `scope` of each row."""
        inside = np.where(self.outside, np.uint8(_SHARED), np.uint8(_IN_LOT))
        return np.where(self.mask == 0, np.uint8(_OUTSIDE), inside).astype(np.uint8)

    def further(self) -> Iterator[tuple[str, np.ndarray]]:
        """For each lot the rows that lie in it and in an earlier lot too."""
        for n, bit in _bits(self.lots):
            rows = np.flatnonzero((self.mask & bit != 0) & (self.mask & (bit - np.uint64(1)) != 0))
            if len(rows):
                yield self.lots[n], rows


def _bits(lots: tuple[str, ...]) -> list[tuple[int, np.uint64]]:
    return [(n, np.uint64(1 << n)) for n in range(len(lots))]


def scopes(
    tables: Sequence[TableMap],
    indexes: Mapping[TableKey, pl.DataFrame],
    primary: Mapping[TableKey, np.ndarray],
    lots: tuple[str, ...],
) -> dict[TableKey, TableScope]:
    """Lots and scope of every row of every table."""
    own = {(t.source, t.name): _own(indexes[(t.source, t.name)]["own_lot"], lots) for t in tables}
    uses = _uses(tables, own, primary)
    targets = {(r.to_source, r.to_table) for t in tables for r in t.relations if r.role is not RowRole.RECORD}
    done: dict[TableKey, TableScope] = {}
    followers = []
    for table in tables:
        key = (table.source, table.name)
        scoped = own[key].null_count() < len(own[key])
        if key in targets or (scoped and table.record_class is RecordClass.CUSTOMER_PROFILE):
            done[key] = _parent(own[key], primary[key], uses, lots)
        elif scoped:
            mask = own[key].fill_null(0).to_numpy()
            done[key] = TableScope(lots, mask, mask == 0)
        else:
            followers.append(table)
    _follow_all(followers, indexes, done, lots)
    return done


def _own(names: pl.Series, lots: tuple[str, ...]) -> pl.Series:
    """`own_lot` as bits; null where the table has no scope column."""
    bit = {lot: 1 << n for n, lot in enumerate(lots)}
    met = [v for v in names.unique().to_list() if v is not None]
    masks = {v: sum(bit[lot] for lot in v.split(BETWEEN) if lot) for v in met}
    return names.replace_strict(masks, default=None, return_dtype=pl.UInt64)


def _uses(
    tables: Sequence[TableMap], own: Mapping[TableKey, pl.Series], primary: Mapping[TableKey, np.ndarray]
) -> pl.DataFrame:
    """Per subject: the lots of its child rows as bits, and whether any child row lies outside."""
    parts = [pl.DataFrame(schema={"subject": pl.Int64, "mask": pl.UInt64})]
    for table in tables:
        key = (table.source, table.name)
        if table.record_class is not RecordClass.CUSTOMER_PROFILE and own[key].null_count() < len(own[key]):
            parts.append(pl.DataFrame([pl.Series("subject", primary[key]), own[key].alias("mask")]))
    return (
        pl.concat(parts)
        .filter(pl.col("subject") >= 0)
        .group_by("subject")
        .agg(pl.col("mask").bitwise_or().alias("child_mask"), (pl.col("mask") == 0).any().alias("child_outside"))
    )


def _parent(own: pl.Series, subjects: np.ndarray, uses: pl.DataFrame, lots: tuple[str, ...]) -> TableScope:
    frame = pl.DataFrame([own.alias("own"), pl.Series("subject", subjects)]).join(
        uses, on="subject", how="left", maintain_order="left"
    )
    outside = (pl.col("own") == 0).fill_null(False) | pl.col("child_outside").fill_null(False)
    out = frame.select(
        (pl.col("own").fill_null(0) | pl.col("child_mask").fill_null(0)).alias("mask"), outside.alias("o")
    )
    return TableScope(lots, out["mask"].to_numpy(), out["o"].to_numpy())


def _follow_all(
    followers: list[TableMap],
    indexes: Mapping[TableKey, pl.DataFrame],
    done: dict[TableKey, TableScope],
    lots: tuple[str, ...],
) -> None:
    """Tables without scope columns, in the order in which what they point to is known."""
    left = followers
    while left:
        waiting = []
        for table in left:
            relation = _followed(table, done)
            if relation is None:
                waiting.append(table)
            else:
                key = (table.source, table.name)
                done[key] = _follow(indexes[key], relation, indexes, done)
        if len(waiting) == len(left):
            break
        left = waiting
    for table in left:
        n = indexes[(table.source, table.name)].height
        if (table.source, table.name) not in done:
            done[(table.source, table.name)] = TableScope(lots, np.zeros(n, np.uint64), np.ones(n, np.bool_))


def _followed(table: TableMap, done: Mapping[TableKey, TableScope]) -> Relation | None:
    """The relation along which scope comes: to a person's row where there is one, else to a record's."""
    known = [r for r in table.relations if (r.to_source, r.to_table) in done and r.role is not RowRole.STAFF]
    people = [r for r in known if r.role is not RowRole.RECORD]
    return next(iter(people or known), None)


def _follow(
    child: pl.DataFrame,
    relation: Relation,
    indexes: Mapping[TableKey, pl.DataFrame],
    done: Mapping[TableKey, TableScope],
) -> TableScope:
    """Scope of the parent row; a parent that is shared makes its child shared too. Without a parent: outside.

    Where several parents bear one number, nobody can say whose the child is: it lies in the lots of all of them.
    """
    key = (relation.to_source, relation.to_table)
    parent, scope = indexes[key], done[key]
    if relation.role is RowRole.RECORD:
        pointed, pointing = [f"s:at:{relation.to_column}"], [f"s:of:{relation.column}"]
    else:
        pointed = [c for c in parent.columns if _REFERENCE.fullmatch(c)]
        pointing = [c for c in child.columns if _REFERENCE.fullmatch(c) and c.split(":")[1] == relation.role]
    sides = [pl.Series("mask", scope.mask), pl.Series("outside", scope.outside)]
    parents = pl.concat(
        [
            pl.DataFrame(schema={"ref": pl.Binary, "mask": pl.UInt64, "outside": pl.Boolean}),
            *(pl.DataFrame([parent[c].alias("ref"), *sides]) for c in pointed if c in parent.columns),
        ]
    )
    parents = parents.group_by("ref").agg(pl.col("mask").bitwise_or(), pl.col("outside").any())
    mask = pl.Series([None] * child.height, dtype=pl.UInt64)
    outside = pl.Series([None] * child.height, dtype=pl.Boolean)
    for column in (c for c in pointing if c in child.columns):
        met = child.select(pl.col(column).alias("ref")).join(parents, on="ref", how="left", maintain_order="left")
        known = met["mask"].is_not_null()
        mask, outside = met["mask"].zip_with(known, mask), met["outside"].zip_with(known, outside)
    return TableScope(scope.lots, mask.fill_null(0).to_numpy(), outside.fill_null(True).to_numpy())

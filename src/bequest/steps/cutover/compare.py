"""What changed since the mark. Late and changed rows block the certificate and go to a delta cutover (decision D8)."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bequest.steps.cutover.mark import IDENTITY, FileMark, Inventory, TableMark

TableKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class TableDrift:
    """How one table differs from its mark, in rows and columns. All zero and empty: it is as it was."""

    source: str
    table: str
    late: int
    """Rows whose key was not there at the mark."""
    changed: int
    """Rows whose key was there with other content."""
    gone: int
    """Rows of the mark whose key is no longer there."""
    new_columns: tuple[str, ...] = ()
    lost_columns: tuple[str, ...] = ()
    is_new: bool = False
    is_missing: bool = False

    @property
    def is_clean(self) -> bool:
        """Whether nothing differs."""
        return not (
            self.late
            or self.changed
            or self.gone
            or self.new_columns
            or self.lost_columns
            or self.is_new
            or self.is_missing
        )


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences: tables that differ, and files whose bytes differ (which alone blocks nothing)."""

    tables: tuple[TableDrift, ...]
    files: tuple[tuple[str, str], ...]
    """(source, file name) of files that are new, gone or have other bytes."""

    @property
    def late_rows(self) -> int:
        """Rows after the mark and rows changed after it: each is for the next delta, none for this one."""
        return sum(t.late + t.changed for t in self.tables)

    @property
    def schema_changed(self) -> bool:
        """Whether a table or column came or went: a new approval is needed."""
        return any(t.new_columns or t.lost_columns or t.is_new or t.is_missing for t in self.tables)

    @property
    def blocks(self) -> bool:
        """Whether the destruction certificate must wait."""
        return bool(self.late_rows) or self.schema_changed or any(t.gone for t in self.tables)


def compare(
    before: Inventory,
    after: Inventory,
    rows_before: Mapping[TableKey, pl.DataFrame],
    rows_after: Mapping[TableKey, pl.DataFrame],
) -> Drift:
    """Differences of two inventories; rows are compared only in tables whose digests differ. Pure."""
    old = {(t.source, t.table): t for t in before.tables}
    new = {(t.source, t.table): t for t in after.tables}
    drifts = []
    for key in sorted(old.keys() | new.keys()):
        drift = _table(key, old.get(key), new.get(key), rows_before, rows_after)
        if not drift.is_clean:
            drifts.append(drift)
    return Drift(tuple(drifts), _files(before.files, after.files))


def row_drift(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Tags of rows that differ: frame (`row_tag`, `what` in late, changed, gone), one line per row.

    Rows are taken as a multiset of (tag, digest): a row that was there once and is there twice is late once.
    """
    counted = ["row_tag", "row_digest", "copy"]
    was, now = (_with_copy(frame).select(counted) for frame in (before, after))
    extra = now.join(was, on=counted, how="anti")
    missing = was.join(now, on=counted, how="anti")
    late_or_changed = extra.select(
        "row_tag",
        pl.when(pl.col("row_tag").is_in(missing["row_tag"].implode()))
        .then(pl.lit("changed"))
        .otherwise(pl.lit("late"))
        .alias("what"),
    )
    gone = missing.join(extra, on="row_tag", how="anti").select("row_tag", pl.lit("gone").alias("what"))
    return pl.concat([late_or_changed, gone]).sort("what", "row_tag")


def _with_copy(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(IDENTITY).with_columns(pl.int_range(pl.len()).over(IDENTITY).alias("copy"))


def _table(
    key: TableKey,
    old: TableMark | None,
    new: TableMark | None,
    rows_before: Mapping[TableKey, pl.DataFrame],
    rows_after: Mapping[TableKey, pl.DataFrame],
) -> TableDrift:
    if old is None or new is None:
        late = new.n_rows if new else 0
        gone = old.n_rows if old else 0
        return TableDrift(*key, late, 0, gone, is_new=old is None, is_missing=new is None)
    lost = tuple(c for c in old.columns if c not in new.columns)
    added = tuple(c for c in new.columns if c not in old.columns)
    if old.digest == new.digest:
        return TableDrift(*key, 0, 0, 0, added, lost)
    what = row_drift(rows_before[key], rows_after[key])["what"]
    n = {word: int((what == word).sum()) for word in ("late", "changed", "gone")}
    return TableDrift(*key, n["late"], n["changed"], n["gone"], added, lost)


def _files(before: tuple[FileMark, ...], after: tuple[FileMark, ...]) -> tuple[tuple[str, str], ...]:
    old = {(f.source, f.name): f.sha256 for f in before}
    new = {(f.source, f.name): f.sha256 for f in after}
    return tuple(sorted(k for k in old.keys() | new.keys() if old.get(k) != new.get(k)))

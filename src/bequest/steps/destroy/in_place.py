"""Rows that stay without their person: their new values, and how many people look alike afterwards. Pure.

k is counted over what is left of the row (`keep`, `generalise`; not over `keep:measure`): so many different people, not
rows, share the same values. Rows of nobody known count as one person. Where a column bears tokens all rows of a person
can be put together again: there people look alike only if all their rows of the table do. k is counted within a table:
columns that would join it to another table of the case are never kept.
"""

from collections.abc import Callable
from typing import Final

import polars as pl

from bequest.engine.kernels import generalise
from bequest.engine.kernels.cmac import row_digests, tokens
from bequest.engine.rows import Ecb
from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.engine.text import non_empty
from bequest.model.anonymising import Chosen, Way, chosen, is_date, is_number
from bequest.model.datamap import ColumnMap, FieldClass
from bequest.model.reduction import DATE_LEVELS, PLACE_LEVELS, step_of
from bequest.steps.destroy.journal import CLASS, after_digests

_MIDNIGHT: Final = r"[ T]00:00:00(?:\.0+)?(?:Z|[+-]\d\d(?::?\d\d)?)?$"


class InPlace:
    """The anonymised form of the rows of one table. `ecb`: the cipher of the tokens, whose key is destroyed."""

    def __init__(self, plan: TablePlan, ecb: Ecb) -> None:
        self._plan = plan
        self._ecb = ecb
        self._ways = {c.name: chosen(c) for c in plan.columns}
        law = self._deleted_by_law()
        self.written = tuple(
            c for c in plan.columns if c.name not in plan.key and (self._ways[c.name].writes or c.name in law)
        )
        self.counted = tuple(c for c in plan.columns if self._ways[c.name].counts and c.name not in plan.key)
        self._joins = any(self._ways[c.name].way is Way.TOKEN for c in self.written)

    def _deleted_by_law(self) -> frozenset[str]:
        """Columns that lose cells in rows that are anonymised, whatever the data map makes of them."""
        rows, gone = self._plan.rows.filter(self._plan.anonymises()), self._plan.indices(residue=LEAVES)
        names = (c.name for c in self._plan.columns)
        return frozenset(n for n in names if bool(rows[DECISION_PREFIX + n].is_in(gone).any()))

    def changed(self, batch: pl.DataFrame) -> pl.DataFrame:
        """The new text of every column that is written, in a batch of the source; null where it is emptied."""
        return pl.DataFrame([self._value(batch[c.name], c) for c in self.written])

    def looks(self, after: pl.DataFrame) -> pl.Series:
        """`class`: what tells the rows of a batch apart once they are anonymised."""
        names = [c.name for c in self.counted]
        if not names:
            return pl.Series(CLASS, [b""] * after.height, dtype=pl.Binary)
        prefix = f"look\x1f{self._plan.source}\x1f{self._plan.table}\x1f"
        return row_digests(self.plain(after).select(names), self._ecb, prefix).alias(CLASS)

    def after(self, batch: pl.DataFrame, ecb: Ecb) -> pl.Series:
        """`after`: what a row is known by once it is anonymised, however the store writes its new values."""
        names = [c.name for c in self._plan.columns]
        return after_digests(self.plain(batch).select(names), self._plan.source, self._plan.table, ecb)

    def plain(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The written columns in one form: a store may add a fraction to a number or an hour to a date."""
        return frame.with_columns(_plain(c) for c in self.written if c.name in frame.columns)

    def too_few(self, rows: pl.DataFrame) -> pl.Series:
        """For each row (`pos`, `class`, `subject`), whether fewer than k people look like it."""
        sized = self._people_alike(rows)
        return sized["alike"] < self._plan.anonymise_k

    def least(self, rows: pl.DataFrame) -> int:
        """The fewest people that look alike; 0 where there is no row."""
        return int(self._people_alike(rows)["alike"].min() or 0) if rows.height else 0  # type: ignore[arg-type]

    def _people_alike(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with `alike`: how many people look as the one in it."""
        rows = rows.with_columns(pl.col("subject").cast(pl.Int64).fill_null(-1).alias("who"))
        look = pl.col(CLASS)
        if self._joins:
            whole = rows.group_by("who").agg(look.sort().bin.encode("hex").str.join(".").alias("whole"))
            rows = rows.join(whole, on="who", how="left", maintain_order="left")
            look = pl.col("whole")
        return rows.with_columns(pl.col("who").n_unique().over(look).alias("alike"))

    def _value(self, values: pl.Series, column: ColumnMap) -> pl.Series:
        way = self._ways[column.name]
        made = _WAYS[way.way](values, column, way, self)
        filled = values.to_frame("v").select(non_empty(pl.col("v")).alias("f"))["f"]
        nothing = pl.Series(column.name, [None], dtype=pl.String).new_from_index(0, len(values))
        return made.cast(pl.String).zip_with(filled, nothing).alias(column.name)

    def token(self, values: pl.Series, column: ColumnMap) -> pl.Series:
        """A token that joins within this column alone."""
        domain = f"anonymise\x1f{self._plan.source}\x1f{self._plan.table}\x1f{column.name}\x1f"
        return tokens(values.str.strip_chars(), self._ecb, domain).bin.encode("hex")


def _kept(values: pl.Series, _c: ColumnMap, _w: Chosen, _i: InPlace) -> pl.Series:
    return values


def _dropped(values: pl.Series, _c: ColumnMap, _w: Chosen, _i: InPlace) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, len(values))


def _fixed(values: pl.Series, _c: ColumnMap, way: Chosen, _i: InPlace) -> pl.Series:
    return pl.Series([way.setting], dtype=pl.String).new_from_index(0, len(values))


def _token(values: pl.Series, column: ColumnMap, _w: Chosen, table: InPlace) -> pl.Series:
    return table.token(values, column)


def _coarser(values: pl.Series, column: ColumnMap, way: Chosen, _i: InPlace) -> pl.Series:
    """The coarser value, in the type of the column; a value without the form of its class is emptied."""
    if way.setting in DATE_LEVELS:
        made = generalise.generalise_date(values, way.setting)
        return _first_day(made) if is_date(column.declared_type) else made
    if way.setting in PLACE_LEVELS:
        return generalise.generalise_place(values, way.setting)
    if column.cls is FieldClass.POSTCODE:
        return generalise.leading(values, step_of(way.setting))
    banded = generalise.band(values, step_of(way.setting))
    return _low_end(banded) if is_number(column.declared_type) else banded


def _first_day(made: pl.Series) -> pl.Series:
    """1990-1999, 1990 and 1990-02 as 1990-01-01, 1990-01-01 and 1990-02-01."""
    month = pl.col("m").str.extract(r"^\d{4}-(\d\d)$").fill_null("01")
    return (
        made.to_frame("m")
        .select(pl.concat_str(pl.col("m").str.head(4), month, pl.lit("01"), separator="-"))
        .to_series()
    )


def _low_end(made: pl.Series) -> pl.Series:
    """30-39 and [30, 40) as 30."""
    return made.str.extract(r"^\[?(-?\d+)")


def _plain(column: ColumnMap) -> pl.Expr:
    value = pl.col(column.name)
    if is_date(column.declared_type):
        return value.str.replace(_MIDNIGHT, "")
    return value.str.replace(r"\.0+$", "") if is_number(column.declared_type) else value


_WAYS: Final[dict[Way, Callable[[pl.Series, ColumnMap, Chosen, InPlace], pl.Series]]] = {
    Way.KEEP: _kept,
    Way.DROP: _dropped,
    Way.FIXED: _fixed,
    Way.TOKEN: _token,
    Way.GENERALISE: _coarser,
}

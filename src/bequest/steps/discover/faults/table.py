"""A table as the finders look at it: its map, its sample, and masks over the sampled rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from bequest.engine.text import non_empty
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, TableMap, TableState
from bequest.steps.discover.faults.fault import Fault
from bequest.steps.discover.sample import ColumnInfo, TableSample


@dataclass(frozen=True, slots=True)
class Table:
    """One table that was read. Columns are text, as sampled."""

    map: TableMap
    sample: TableSample

    @property
    def rows(self) -> int:
        """How many rows were looked at."""
        return self.sample.frame.height

    @property
    def whole(self) -> bool:
        """Whether those are all."""
        return self.sample.n_rows <= self.rows

    @property
    def personal(self) -> tuple[ColumnMap, ...]:
        """Its columns that concern a person."""
        return tuple(c for c in self.map.columns if c.personal)

    def of_class(self, *classes: FieldClass) -> tuple[ColumnMap, ...]:
        """Personal columns of these classes."""
        return tuple(c for c in self.personal if c.cls in classes)

    def info(self, name: str) -> ColumnInfo:
        """The column as its source declares it."""
        return next(c for c in self.sample.columns if c.name == name)

    def values(self, name: str) -> pl.Series:
        """The filled values of a column, trimmed."""
        series = self.sample.values(name)
        frame = series.alias("v").to_frame().filter(non_empty(pl.col("v")))
        return frame.get_column("v").str.strip_chars()

    def mask(self, name: str) -> pl.Series:
        """Which of the rows have a value in the column."""
        return self.sample.values(name).alias("v").to_frame().select(non_empty(pl.col("v"))).to_series()

    def holds_somebody(self) -> pl.Series:
        """Which of the rows have a value in any personal column."""
        names = [c.name for c in self.personal if c.name in self.sample.frame.columns]
        if not names:
            return pl.Series([False] * self.rows, dtype=pl.Boolean)
        return self.sample.frame.select(pl.any_horizontal(non_empty(pl.col(n)) for n in names)).to_series()

    def dates(self, name: str) -> pl.Series:
        """The values of a column as dates, null where they are none (`as_dates`)."""
        return as_dates(self.sample.values(name))

    def fault(self, rule: str, column: str, n: int, of: int | None = None, about: str = "") -> Fault:
        """A finding in this table, of its rows where nothing else is said."""
        rows = self.rows if of is None else of
        return Fault(rule, self.map.source, self.map.name, column, n, rows, self.whole, about)


_LEAST_SECONDS, _MOST_SECONDS = 315_532_800, 4_102_444_800
"""1980 and 2100: what lies between is a moment in seconds."""


def as_dates(values: pl.Series) -> pl.Series:
    """Text as dates: year, month and day in the usual forms, else seconds or milliseconds since 1970."""
    text = values.cast(pl.Utf8).str.strip_chars().str.replace_all(r"[/.年月]", "-")
    iso = text.str.extract(r"^(\d{4}-\d{1,2}-\d{1,2})").str.to_date("%Y-%m-%d", strict=False)
    compact = text.str.extract(r"^((?:19|20)\d{6})(?:\D|$|\d{6}$)").str.to_date("%Y%m%d", strict=False)
    number = text.str.extract(r"^(\d{9,13})$").cast(pl.Int64, strict=False)
    frame = pl.DataFrame({"iso": iso, "compact": compact, "n": number})
    seconds = pl.when(pl.col("n") > _MOST_SECONDS).then(pl.col("n") // 1000).otherwise(pl.col("n"))
    moment = (
        pl.when(seconds.is_between(_LEAST_SECONDS, _MOST_SECONDS))
        .then(pl.from_epoch(seconds, time_unit="s").dt.date())
        .otherwise(None)
    )
    return frame.select(pl.coalesce("iso", "compact", moment)).to_series()


def years_before(day: date, years: int) -> date:
    """The same day so many years ago; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def months_before(day: date, months: int) -> date:
    """So many months ago, at the latest on the 28th."""
    whole = day.year * 12 + day.month - 1 - months
    return date(whole // 12, whole % 12 + 1, min(day.day, 28))


def tables_of(data_map: DataMap, samples: Sequence[TableSample]) -> tuple[Table, ...]:
    """The tables of the map that were read, each with its sample."""
    by_name = {(s.source, s.table): s for s in samples}
    read = [t for t in data_map.tables if t.state is TableState.SCANNED and (t.source, t.name) in by_name]
    return tuple(Table(t, replace(by_name[t.source, t.name])) for t in read)

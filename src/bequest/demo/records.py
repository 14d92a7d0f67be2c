"""Records as they are made: the columns that are written, and beside them who each row is about.

Column names: plain ones are written; `@<role>` holds the person in that role (null: nobody); `#<word>` holds typed
values that other parts need (dates, places of people), never written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from bequest.demo.draws import Draws, Ints, days
from bequest.demo.schema import Table

LAST_DAY = date(2026, 11, 1)
"""Day before the case opens: nothing is recorded later."""
STALE_LAST_DAY = date(2023, 9, 30)
"""Stale people have no contact after this day."""
_EDGE = (days(date(2023, 12, 28)), days(date(2024, 1, 3)))
"""36 months before the law date, a few days on both sides: no contact falls there, so that zones do not matter."""


@dataclass(frozen=True, slots=True)
class Records:
    """The rows of one table; see the module's text for the column names."""

    table: Table
    frame: pl.DataFrame

    @property
    def written(self) -> pl.DataFrame:
        """The columns that are written, in file order."""
        return self.frame.select(self.table.names)

    @property
    def row_key(self) -> pl.Series:
        """What identifies each row: its key as text, else its 0-based number."""
        if self.table.key:
            return self.frame[self.table.key[0]].cast(pl.Utf8).alias("row_key")
        return pl.Series("row_key", np.arange(self.frame.height)).cast(pl.Utf8)

    def roles(self) -> Mapping[str, pl.Series]:
        """Role → person per row."""
        return {c[1:]: self.frame[c] for c in self.frame.columns if c.startswith("@")}


def is_filled(column: str, dtype: pl.DataType) -> pl.Expr:
    """What counts as a value: not null and, for text, not only white space."""
    if dtype == pl.Utf8:
        return pl.col(column).is_not_null() & (pl.col(column).str.strip_chars() != "")
    return pl.col(column).is_not_null()


def off_the_edge(day_numbers: Ints) -> Ints:
    """The days, moved where they fall on the edge of staleness."""
    on_edge = (day_numbers >= _EDGE[0]) & (day_numbers <= _EDGE[1])
    return np.where(on_edge, day_numbers + 9, day_numbers)


def recent(draws: Draws, low: Ints, high: Ints) -> Ints:
    """A day between each low and high, more of them late."""
    return off_the_edge(low + np.floor(draws.rng.random(len(low)) ** 0.65 * (high - low + 1)).astype(np.int64))


def fill(template: pl.Series, **values: pl.Series) -> pl.Series:
    """Templates with each `{word}` replaced by the value of its row; a null value leaves nothing."""
    expr = pl.col("t")
    for word in values:
        expr = expr.str.replace_all("{" + word + "}", pl.col(word).fill_null(""), literal=True)
    return pl.DataFrame([template.alias("t"), *(s.alias(w) for w, s in values.items())]).select(expr)["t"]


def where(condition: pl.Series, values: pl.Series) -> pl.Series:
    """The values where the condition holds, else null."""
    return values.set(~condition, None)

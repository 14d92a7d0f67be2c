"""The shape of an operator: one file, one `OPERATOR`; it turns a whole column into what a receiver may see."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from bequest.engine.rows import Ecb
from bequest.model.datamap import ColumnMap
from bequest.model.disposition import Operator


@dataclass(frozen=True, slots=True)
class ColumnContext:
    """What an operator may know: the column, the recipient's token cipher, the name space of the column's tokens."""

    column: ColumnMap
    ecb: Ecb
    domain: str
    row: pl.Series | None = None
    """What names each row, for draws that differ from row to row."""

    is_of_class: bool = False
    """Whether `domain` is that of the class: the column is no reference, and equal values join in all tables."""

    @property
    def setting(self) -> str:
        """What the data map says behind the colon of `reduced_by`; empty where the law chose the operator."""
        return self.column.reduced_by.partition(":")[2]


@dataclass(frozen=True, slots=True)
class OperatorSpec:
    """An operator with the words for it. `apply` keeps null null and never shows more because a value is odd."""

    id: Operator
    zh: str
    en: str
    apply: Callable[[pl.Series, ColumnContext], pl.Series]


def nothing(series: pl.Series) -> pl.Series:
    """Nulls of the same length: what an operator gives that does not know how."""
    return pl.Series(series.name, [None], dtype=pl.Utf8).new_from_index(0, len(series))

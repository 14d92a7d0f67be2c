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


@dataclass(frozen=True, slots=True)
class OperatorSpec:
    """An operator with the words for it. `apply` keeps null null and never shows more because a value is odd."""

    id: Operator
    zh: str
    en: str
    apply: Callable[[pl.Series, ColumnContext], pl.Series]

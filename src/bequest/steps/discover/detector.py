"""A detector: what one identifier is called, which types can hold it, and how its values look.

Evidence of three independent kinds hangs on it: hints (names and comments), types, and values. A detector never
decides alone: `judge` adds the points up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import polars as pl

from bequest.model.datamap import FieldClass


class TypeFamily(StrEnum):
    """Declared types by what they can hold. `unknown` (no declared type, as in CSV) is compatible with everything."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    FLAG = "flag"
    BINARY = "binary"
    JSON = "json"
    UNKNOWN = "unknown"


T, I, N, D, F, B, J = (  # noqa: E741 - one letter each, so that detector files read as a table
    TypeFamily.TEXT,
    TypeFamily.INTEGER,
    TypeFamily.DECIMAL,
    TypeFamily.DATE,
    TypeFamily.FLAG,
    TypeFamily.BINARY,
    TypeFamily.JSON,
)

_FAMILIES: tuple[tuple[str, TypeFamily], ...] = (
    ("tinyint(1)", TypeFamily.FLAG),
    ("interval", TypeFamily.TIME),
    ("bool", TypeFamily.FLAG),
    ("bit", TypeFamily.FLAG),
    ("json", TypeFamily.JSON),
    ("varbinary", TypeFamily.BINARY),
    ("binary", TypeFamily.BINARY),
    ("blob", TypeFamily.BINARY),
    ("bytea", TypeFamily.BINARY),
    ("image", TypeFamily.BINARY),
    ("date", TypeFamily.DATE),
    ("timestamp", TypeFamily.DATE),
    ("time", TypeFamily.TIME),
    ("year", TypeFamily.INTEGER),
    ("int", TypeFamily.INTEGER),
    ("serial", TypeFamily.INTEGER),
    ("decimal", TypeFamily.DECIMAL),
    ("numeric", TypeFamily.DECIMAL),
    ("number", TypeFamily.DECIMAL),
    ("float", TypeFamily.DECIMAL),
    ("double", TypeFamily.DECIMAL),
    ("real", TypeFamily.DECIMAL),
    ("money", TypeFamily.DECIMAL),
    ("char", TypeFamily.TEXT),
    ("text", TypeFamily.TEXT),
    ("string", TypeFamily.TEXT),
    ("utf8", TypeFamily.TEXT),
    ("clob", TypeFamily.TEXT),
    ("enum", TypeFamily.TEXT),
    ("set(", TypeFamily.TEXT),
    ("uuid", TypeFamily.TEXT),
    ("inet", TypeFamily.TEXT),
    ("u8", TypeFamily.INTEGER),
    ("i64", TypeFamily.INTEGER),
)


def type_family(declared: str) -> TypeFamily:
    """The family of a declared SQL, Arrow or Polars type; `unknown` where none was declared."""
    text = declared.strip().lower()
    for word, family in _FAMILIES:
        if word in text:
            return family
    return TypeFamily.UNKNOWN


def is_narrow_integer(declared: str) -> bool:
    """Whether a declared integer is a code or flag of few digits, too narrow for an identifier."""
    text = declared.strip().lower().replace(" ", "")
    return text.startswith(("tinyint", "smallint", "int(1)", "int(2)", "int(3)", "bigint(1)"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the values of a class look: an anchored pattern on the whole value, then perhaps a check.

    `pattern` is a Rust regular expression without look-arounds, so linear in time. `check` answers, for the values that
    match, which bear the check digits or other arithmetic; where it is given, only those count in full, and the rest
    count as damaged by `unchecked` per mille. `compact` values have spaces, dashes, dots, brackets and +86 removed.
    """

    pattern: str
    check: Callable[[pl.Series], pl.Series] | None = None
    unchecked: int = 0
    compact: bool = False
    points: int = 20
    """What full coverage adds; 40 or more is enough to find a column by its values alone."""


@dataclass(frozen=True, kw_only=True)
class Detector:
    """One identifier of one class. `id` is `<country or intl>.<identifier>`; `reference` names who defines it.

    `hints` say the class by name; `weak_hints` only in a table about individual people. `blockers` are words before the
    head that make it something else (图片 before 地址). `whole_hints` count only as the whole name (`xm`, `name`).
    """

    id: str
    cls: FieldClass
    reference: str
    hints: tuple[str, ...] = ()
    weak_hints: tuple[str, ...] = ()
    whole_hints: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    types: frozenset[TypeFamily] = field(default=frozenset({T}))
    shape: Shape | None = None
    in_text: str = ""
    """The same identifier inside running text; its one group is the value, digits on either side shut out."""
    refuses_narrow: bool = True
    """Whether a declared integer of a few digits cannot hold it."""

    @cached_property
    def all_hints(self) -> tuple[str, ...]:
        """Hints of every strength."""
        return self.hints + self.weak_hints + self.whole_hints

    def can_be(self, declared: str) -> bool:
        """Whether a column of that declared type can hold the identifier."""
        family = type_family(declared)
        if family is TypeFamily.UNKNOWN:
            return True
        if self.refuses_narrow and family is TypeFamily.INTEGER and is_narrow_integer(declared):
            return False
        return family in self.types or (family is TypeFamily.JSON and TypeFamily.TEXT in self.types)

    def bearing(self, text: pl.Series, compact: pl.Series) -> int:
        """How many of the distinct values bear it, in per mille of them; damaged ones count in part."""
        return bearings([self], text, compact)[0]


def bearings(detectors: Sequence[Detector], text: pl.Series, compact: pl.Series) -> list[int]:
    """`Detector.bearing` of several detectors, all patterns in one pass over the values."""
    shapes = [d.shape for d in detectors]
    values = pl.DataFrame([text.alias("text"), compact.alias("compact")])
    matches = values.select(
        pl.col("compact" if s.compact else "text").str.contains(s.pattern).alias(str(i))
        for i, s in enumerate(shapes)
        if s is not None
    )
    counts = matches.sum().row(0, named=True) if values.height else {}
    shares = []
    for i, shape in enumerate(shapes):
        matching = counts.get(str(i)) or 0
        if shape is None or not matching:
            shares.append(0)
            continue
        checked = matching
        if shape.check is not None:
            checked = int(shape.check(values.to_series(shape.compact).filter(matches[str(i)])).sum())
        shares.append((1000 * checked + shape.unchecked * (matching - checked)) // values.height)
    return shares


def digit_value(position: int) -> pl.Expr:
    """The digit at a position of the column `v`, null where there is none."""
    return pl.col("v").str.slice(position, 1).cast(pl.Int32, strict=False)


def luhn(values: pl.Series) -> pl.Series:
    """True where a run of digits passes the Luhn check (ISO/IEC 7812-1 Annex B)."""
    frame = values.alias("v").to_frame().with_columns(pl.col("v").str.reverse())
    longest = 19
    total = pl.lit(0)
    for i in range(longest):
        digit = digit_value(i).fill_null(0)
        doubled = digit * 2
        total = total + (digit if i % 2 == 0 else doubled - 9 * (doubled > 9).cast(pl.Int32))
    return frame.select((total % 10 == 0).fill_null(False)).to_series()

"""SQL text for MariaDB and MySQL: names, values as text, row keys, conditions that meet exactly the rows named.

What the bulk driver or the text protocol would garble (dates, times, decimals, bits, bytes, sets, years) is made text
by the server; texts, whole numbers and floats reach the driver as they are. Keys are compared twice: once in the
column's own way, so that an index serves, and once byte by byte, since 'a' equals 'A' and 'a ' in most collations.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import polars as pl
from pymysql.converters import escape_string

from bequest.sources.source import KEY_SEPARATOR

_TEXTS = frozenset({"char", "varchar", "tinytext", "text", "mediumtext", "longtext"})
_WHOLE = frozenset({"tinyint", "smallint", "mediumint", "int", "bigint"})
_BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"})
_SHAPES = frozenset(
    {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"}
    | {"geometrycollection", "geomcollection"}
)
_WHOLE_NUMBER = r"^-?[0-9]{1,20}$"
_DECIMAL = r"^-?[0-9]{1,65}(?:\.[0-9]{1,38})?$"
_HEX = r"^(?:[0-9A-F]{2})*$"
_ESCAPES = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\0": "\\0", "\n": "\\n", "\r": "\\r", "\x1a": "\\Z"}


class Kind(Enum):
    """How a column becomes text."""

    TEXT = auto()
    WHOLE = auto()
    FLOAT = auto()
    DECIMAL = auto()
    BYTES = auto()
    BITS = auto()
    SHAPE = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Column:
    """What the text view needs to know of a column."""

    name: str
    kind: Kind
    bits: int = 0


def column(name: str, data_type: str, declared: str, charset: str | None) -> Column:
    """A column by its definition, never by what is in it."""
    if data_type in _TEXTS:
        return Column(name, Kind.BYTES if charset == "binary" else Kind.TEXT)
    if data_type in _WHOLE:
        return Column(name, Kind.OTHER if "zerofill" in declared else Kind.WHOLE)
    if data_type == "float":
        return Column(name, Kind.OTHER if "," in declared or "zerofill" in declared else Kind.FLOAT)
    if data_type == "decimal":
        return Column(name, Kind.OTHER if "zerofill" in declared else Kind.DECIMAL)
    if data_type == "bit":
        found = re.search(r"\d+", declared)
        return Column(name, Kind.BITS, int(found[0]) if found else 1)
    kind = Kind.BYTES if data_type in _BYTES else Kind.SHAPE if data_type in _SHAPES else Kind.OTHER
    return Column(name, kind)


def quoted(name: str) -> str:
    """An identifier as SQL text."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """A text as an SQL literal, in the mode of our sessions."""
    return f"'{escape_string(text)}'"


def sent(c: Column) -> str:
    """A column as it is sent to the driver: text, a whole number or a double."""
    name = quoted(c.name)
    if c.kind in {Kind.TEXT, Kind.WHOLE}:
        return name
    return f"{name} + 0e0" if c.kind is Kind.FLOAT else text_expression(c)


def text_expression(c: Column) -> str:
    """A column as text in SQL, as it is shown; a float as the double it equals."""
    name = quoted(c.name)
    if c.kind is Kind.TEXT:
        return f"CONVERT({name} USING utf8mb4)"
    if c.kind is Kind.BYTES:
        return f"HEX({name})"
    if c.kind is Kind.BITS:
        return f"LPAD(BIN({name} + 0), {c.bits}, '0')"
    if c.kind is Kind.SHAPE:
        return f"ST_AsText({name})"
    return f"CAST({name + ' + 0e0' if c.kind is Kind.FLOAT else name} AS CHAR)"


def shown(c: Column, arrived: pl.Expr) -> pl.Expr:
    """What arrived from the driver as text: a float with the fewest digits that mean it, without `.0`."""
    if c.kind is Kind.FLOAT:
        short = arrived.cast(pl.Float64).cast(pl.Float32).cast(pl.String)
        return short.str.strip_suffix(".0")
    return arrived.cast(pl.String)


def content_expression(columns: Sequence[Column]) -> str:
    """SHA-256 over the whole row as text: what names a row that has no key. No long text is put together for it."""
    parts = (f"IFNULL(SHA2({text_expression(c)}, 256), '-')" for c in columns)
    return f"SHA2(CONCAT_WS(',', {', '.join(parts)}), 256)"


def blank_expression(c: Column) -> str:
    """Whether a value is null or only white space."""
    name = quoted(c.name)
    if c.kind is not Kind.TEXT:
        return f"({name} IS NULL)"
    return f"({name} IS NULL OR CONVERT({name} USING utf8mb4) NOT REGEXP '[^[:space:]\u00a0\u3000\u0085]')"


def having_keys(columns: Sequence[Column], keys: pl.Series) -> str:
    """A condition that holds for exactly the rows with these keys; one that never holds where no key can be met."""
    parts = _parts(keys, len(columns))
    own = pl.DataFrame({str(i): _literals(c, parts[str(i)]) for i, c in enumerate(columns)})
    usable = own.select(pl.all_horizontal(pl.all().is_not_null()).alias("u"))["u"]
    if not usable.any():
        return "FALSE"
    own, parts = own.filter(usable), parts.filter(usable)
    left = [_left(c) for c in columns]
    exact = [
        x if c.kind in _EXACT else f"CAST({text_expression(c)} AS BINARY)" for c, x in zip(columns, left, strict=True)
    ]
    same = [own[str(i)] if c.kind in _EXACT else quoted_values(parts[str(i)]) for i, c in enumerate(columns)]
    said = [_among(exact, pl.DataFrame({str(i): s for i, s in enumerate(same)}))]
    if not all(c.kind in _EXACT for c in columns):
        if all(c.kind in _INDEXED for c in columns):
            said.insert(0, _among(left, own))
        else:
            at = [i for i, c in enumerate(columns) if c.kind in _INDEXED]
            said[:0] = [_among([left[i]], own.select(str(i)).unique(maintain_order=True)) for i in at]
    return " AND ".join(said)


_EXACT = frozenset({Kind.WHOLE, Kind.FLOAT, Kind.DECIMAL, Kind.BYTES})
"""Compared in their own type no two of their values are equal that look different."""
_INDEXED = frozenset({Kind.TEXT, Kind.WHOLE, Kind.DECIMAL, Kind.BYTES})
"""Compared in their own type an index serves."""


def _left(c: Column) -> str:
    """The side of the column in a comparison in its own type."""
    if c.kind in {Kind.SHAPE, Kind.OTHER, Kind.BITS}:
        return text_expression(c)
    return f"{quoted(c.name)} + 0e0" if c.kind is Kind.FLOAT else quoted(c.name)


def _among(left: Sequence[str], literals: pl.DataFrame) -> str:
    if len(left) == 1:
        return f"{left[0]} IN ({','.join(literals.to_series().to_list())})"
    joined = literals.select(pl.concat_str(pl.all(), separator=",").alias("t"))["t"]
    return f"({','.join(left)}) IN (({'),('.join(joined.to_list())}))"


def _parts(keys: pl.Series, n: int) -> pl.DataFrame:
    """The parts of each key; a key with another number of parts names no row."""
    if n == 1:
        return pl.DataFrame({"0": keys})
    split = pl.DataFrame({"k": keys.str.split(KEY_SEPARATOR)}).filter(pl.col("k").list.len() == n)
    return split.select(pl.col("k").list.get(i).alias(str(i)) for i in range(n))


def _literals(c: Column, values: pl.Series) -> pl.Series:
    """Literals of the column's own type, null where a text cannot be a value of it."""
    v = pl.col("v")
    if c.kind in {Kind.WHOLE, Kind.DECIMAL}:
        made = pl.when(v.str.contains(_WHOLE_NUMBER if c.kind is Kind.WHOLE else _DECIMAL)).then(v)
    elif c.kind is Kind.BYTES:
        made = pl.when(v.str.contains(_HEX)).then(pl.concat_str(pl.lit("x'"), v, pl.lit("'")))
    elif c.kind is Kind.FLOAT:
        double = v.cast(pl.Float32, strict=False).cast(pl.Float64)
        made = pl.when(double.is_finite()).then(double.cast(pl.String))
    else:
        return quoted_values(values)
    return pl.DataFrame({"v": values}).select(made.alias("v"))["v"]


def quoted_values(values: pl.Series) -> pl.Series:
    """As `literal`, for all at once."""
    escaped = pl.col("v").str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))
    return pl.DataFrame({"v": values}).select(pl.concat_str(pl.lit("'"), escaped, pl.lit("'")).alias("v"))["v"]

"""What every reader of the verifier yields: rows of a table, every cell as text, and what the store calls each row."""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

BATCH = 50_000
SEPARATOR = "\x1f"
ASIDE = "(title and sums)"
"""Behind the name of a table: rows of its sheet or file that are no records."""


class UnreadableError(Exception):
    """A table or file that the verifier cannot read; `code` says why, without a value."""

    def __init__(self, what: str, code: str) -> None:
        super().__init__(f"{what}: {code}")
        self.what = what
        self.code = code


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table. `cells`: text columns only; `names`: what the store itself calls each row.

    The name is a number, a rowid or the declared key, as text.
    """

    table: str
    cells: pl.DataFrame
    names: pl.Series

    def keys(self, key: Sequence[str]) -> pl.Series:
        """Row keys: the key columns as text, else the store's names."""
        if not key:
            return self.names
        empty = pl.repeat("", len(self.names), eager=True)
        parts = [self.cells[k].fill_null("") if k in self.cells.columns else empty for k in key]
        return pl.select(pl.concat_str([pl.lit(p) for p in parts], separator=SEPARATOR)).to_series()


def numbered(table: str, cells: pl.DataFrame, first: int, n: int) -> Rows:
    """Rows that the store knows by their number only."""
    return Rows(table, cells, pl.int_range(first, first + n, eager=True).cast(pl.String))


def names_only(table: str, names: Sequence[str]) -> Rows:
    """The columns of a table, also where no row follows."""
    cells = pl.DataFrame(schema=dict.fromkeys(distinct_names(names), pl.String))
    return Rows(table, cells, pl.Series([], dtype=pl.String))


def distinct_names(names: Iterable[str]) -> list[str]:
    """The names, a second column of the same name with a number behind it: none hides another."""
    out: dict[str, None] = {}
    for name in names:
        own, n = name, 1
        while own in out:
            n += 1
            own = f"{name}#{n}"
        out[own] = None
    return list(out)


def text_column(name: str, values: Sequence[object]) -> pl.Series:
    """Values of any type as a text column."""
    try:
        array = pa.array(values)
    except (pa.ArrowException, OverflowError, UnicodeError):  # types that do not go together, or no text at all
        return pl.Series(name, [_encodable(as_text(v)) for v in values], dtype=pl.String)
    return arrow_column(name, array, values)


def arrow_column(name: str, array: pa.Array, values: Sequence[object] | None = None) -> pl.Series:
    """An Arrow array as a text column; `values`: the same as Python values, where they are at hand."""
    if pa.types.is_dictionary(array.type):
        array, values = array.dictionary_decode(), None
    plain = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_null, pa.types.is_boolean)
    if any(is_type(array.type) for is_type in plain):
        return pl.Series(name, array.cast(pa.large_string()), dtype=pl.String)
    if pa.types.is_timestamp(array.type) and array.type.unit != "ns":
        return _moments(pl.Series(name, array), "%:z" if array.type.tz else "")
    return pl.Series(name, [as_text(v) for v in (array.to_pylist() if values is None else values)], dtype=pl.String)


def _moments(at: pl.Series, zone: str) -> pl.Series:
    """What `as_text` says of moments, all at once; `zone` is how their distance from UTC is written."""
    day = at.dt.to_string("%Y-%m-%d")
    second, fine = (at.dt.to_string(f"%Y-%m-%dT%H:%M:%S{part}{zone}") for part in ("", "%.6f"))
    moment = second.zip_with(at.dt.truncate("1s") == at, fine)
    return day.zip_with(at.dt.time() == dt.time(), moment)


def as_text(value: object) -> str | None:
    """A value as a person sees it: whole numbers without a fraction, dates in ISO form, bytes in hex."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _encodable(value: str | None) -> str | None:
    """Half a surrogate pair is no character: what stands around it is looked at all the same."""
    return value if value is None else value.encode("utf-8", "replace").decode()

"""Row keys: made from key columns, checked for use, and positions of a sample."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from bequest.kernel.errors import SourceError
from bequest.sources.codes import UNUSABLE_KEY
from bequest.sources.source import KEY, KEY_SEPARATOR, Changes


def row_keys(frame: pl.DataFrame, key: Sequence[str], first_row: int) -> pl.Series:
    """The row keys of a batch: the key columns as text, an empty part as empty text, or the row numbers."""
    if not key:
        return pl.Series(KEY, np.arange(first_row, first_row + frame.height)).cast(pl.String)
    parts = [pl.col(c).fill_null("") for c in key]
    return frame.select(pl.concat_str(parts, separator=KEY_SEPARATOR).alias(KEY)).to_series()


def check_keys(where: str, keys: pl.Series, n_empty: int) -> None:
    """Refuse a key that does not name each row.

    Raises:
        SourceError: with the number of rows concerned, never their values.
    """
    n_repeated = len(keys) - keys.n_unique()
    if n_empty or n_repeated:
        raise unusable_key(where, n_empty, n_repeated)


def unusable_key(where: str, n_empty: int, n_repeated: int) -> SourceError:
    """A key that does not name each row."""
    return SourceError(
        f"the key of {where} does not name each row: {n_empty} rows with an empty key, {n_repeated} repeated keys",
        hint="Name other key columns in the data map, or none: then rows are known by their number.",
        code=UNUSABLE_KEY,
    )


def empty_parts(frame: pl.DataFrame, key: Sequence[str]) -> int:
    """How many rows have an empty part in their key."""
    blank = pl.any_horizontal(pl.col(c).is_null() | (pl.col(c).str.strip_chars() == "") for c in key)
    return int(frame.select(blank.sum()).item())


def check_changes(where: str, changes: Changes, columns: Sequence[str], key: Sequence[str], *, numbered: bool) -> None:
    """Refuse changes that name no column, empty a key column, or speak of row numbers of an unknown state.

    Raises:
        SourceError: with the columns concerned.
    """
    unknown = [c for c in (*changes.empty, *changes.put_columns, *key) if c not in columns]
    if unknown:
        raise SourceError(
            f"{where} has no column {', '.join(unknown)}", hint="Run discovery again: the schema changed."
        )
    keyed = [c for c in (*changes.empty, *changes.put_columns) if c in key]
    if keyed:
        raise SourceError(
            f"{where}: the key column {', '.join(keyed)} cannot be emptied", hint="Only whole rows lose their key."
        )
    if numbered and not changes.taken_from:
        raise SourceError(
            f"the rows of {where} are known by their number only",
            hint="Pass the fingerprint of the source at the moment the row numbers were read.",
        )


_POSITIONS_AT_ONCE = 1 << 20


def sample_positions(n_rows: int, n: int) -> np.ndarray:
    """At most n of the positions 0 … n_rows-1, in order: those with the smallest fixed hash (splitmix64)."""
    if n >= n_rows:
        return np.arange(n_rows)
    at, kept = np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    for first in range(0, n_rows if n > 0 else 0, _POSITIONS_AT_ONCE):
        more = np.arange(first, min(first + _POSITIONS_AT_ONCE, n_rows), dtype=np.uint64)
        at, kept = np.concatenate([at, more]), np.concatenate([kept, _splitmix(more)])
        if len(at) > n:
            best = np.argpartition(kept, n)[:n]
            at, kept = at[best], kept[best]
    return np.sort(at).astype(np.int64)


def _splitmix(numbers: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        h = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))

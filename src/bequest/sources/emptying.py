"""What a cell becomes when it is emptied in a database server's table, and where that cannot be done."""

from collections.abc import Iterable, Mapping

import polars as pl

from bequest.kernel.errors import SourceError
from bequest.sources.codes import CONSTRAINT
from bequest.sources.source import KEY, ColumnInfo, TableInfo

_TEXTS = ("text", "character", "varchar", "char", "citext", "tinytext", "mediumtext", "longtext", "bpchar", "name")


def refused_columns(info: TableInfo, columns: Iterable[str]) -> dict[str, str]:
    """Columns whose cells cannot be emptied while their row stays, and why: codes.

    `identity`: numbered by the store. `referred_to`: other rows hang on the value. `not_null`: it may not be null, and
    an empty text is no way out: it holds no text, must be unique, or refers to another row. A nullable column is set
    to null, any other text to the empty text. A generated column follows those it is computed from.
    """
    by_name = {c.name: c for c in info.columns}
    reasons = {c: _why(by_name[c]) for c in columns if c in by_name}
    return {c: why for c, why in reasons.items() if why}


def check_emptying(where: str, info: TableInfo, columns: Iterable[str]) -> None:
    """Refuse to empty what cannot be emptied, before anything is changed.

    Raises:
        SourceError: naming columns and reasons.
    """
    refused = refused_columns(info, columns)
    if refused:
        said = ", ".join(f"{c} ({why})" for c, why in refused.items())
        raise SourceError(
            f"{where}: cells of {said} cannot be emptied while their rows stay; nothing was changed",
            hint="Let the owner of the schema allow NULL there (ALTER TABLE … DROP NOT NULL), or decide the same for"
            " all columns of these rows so that whole rows go.",
            code=CONSTRAINT,
        )


def check_putting(where: str, info: TableInfo, put: pl.DataFrame | None) -> None:
    """Refuse to write values that a column cannot take, before anything is changed. `put` as in `Changes`.

    Raises:
        SourceError: naming columns and reasons.
    """
    if put is None:
        return
    by_name = {c.name: c for c in info.columns}
    written = [c for c in put.columns if c != KEY]
    refused = refused_columns(info, [c for c in written if put[c].null_count()])
    for c in written:
        values, notes = put[c].drop_nulls(), by_name[c].notes
        if len(values) and (reason := {"generated", "identity", "referred_to"} & set(notes)):
            refused[c] = min(reason)
        elif "unique" in notes and values.n_unique() < len(values):
            refused[c] = "unique"
    if refused:
        raise cannot_change(where, refused)


def cannot_change(where: str, refused: Mapping[str, str]) -> SourceError:
    """Values that a column cannot take, by column and code."""
    said = ", ".join(f"{c} ({why})" for c, why in refused.items())
    return SourceError(
        f"{where}: {said} cannot be anonymised while their rows stay; nothing was changed",
        hint="Choose another way in the data map (fixed for a column that is never null, token for a unique one), let"
        " the owner of the schema allow it, or take `anonymise` off the table: then its rows are deleted.",
        code=CONSTRAINT,
    )


def is_text(column: ColumnInfo) -> bool:
    """Whether it may hold the empty text."""
    return column.declared_type.lower().startswith(_TEXTS)


def _why(column: ColumnInfo) -> str:
    notes = column.notes
    if "generated" in notes:
        return ""
    if "identity" in notes:
        return "identity"
    if "referred_to" in notes:
        return "referred_to"
    if column.nullable:
        return ""
    return "" if is_text(column) and not {"unique", "refers"} & set(notes) else "not_null"

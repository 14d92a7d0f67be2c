"""What a user wants of an anonymous table, and the table made of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from bequest.engine.kernels.diversity import sensitive_column
from bequest.kernel.errors import InputError
from bequest.steps.anonymise.columns import quasi_column
from bequest.steps.anonymise.measure import Wanted
from bequest.steps.anonymise.search import Search, search

QUASI, SENSITIVE = "quasi", "sensitive"
_KEYS = frozenset({"input", "table", "k", "l", "t", "suppression", "columns"})
_COLUMN_KEYS = frozenset({"name", "role", "levels"})
FEW = 20
"""Rows below which it says nothing that most values differ."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column that is shown: generalised with the others (`quasi`), or as it is (`sensitive`)."""

    name: str
    role: str
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table to be made; columns that are not named are left out."""

    columns: tuple[ColumnSpec, ...]
    wanted: Wanted
    file: str = ""
    table: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, in order."""
        return tuple(c.name for c in self.columns)


@dataclass(frozen=True, slots=True)
class AnonymousTable:
    """The table, its rows in an order that says nothing, and how it was found."""

    frame: pl.DataFrame
    search: Search


def read_spec(document: Mapping[str, object]) -> TableSpec:
    """The description of a table, checked.

    Raises:
        InputError: for an unknown key, a value of the wrong kind, or a column named twice.
    """
    _known(document, _KEYS, "the description")
    items = document.get("columns", [])
    if not isinstance(items, list) or not all(isinstance(i, dict) for i in items):
        raise InputError(
            "'columns' must be a list of tables", hint='Write [[columns]] with name = "…", role = "quasi".'
        )
    columns = tuple(_column(i) for i in items)
    names = [c.name for c in columns]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise InputError(f"column {', '.join(twice)} stands twice", hint="Name each column once.")
    wanted = Wanted(
        int(_number(document, "k", 10, 2, 1_000_000)),
        int(_number(document, "l", 1, 1, 1_000_000)),
        _number(document, "t", 1.0, 0, 1),
        _number(document, "suppression", 0.05, 0, 1),
    )
    return TableSpec(columns, wanted, str(document.get("input", "")), str(document.get("table", "")))


def anonymous_table(frame: pl.DataFrame, spec: TableSpec) -> AnonymousTable:
    """The table of the combination with the least loss.

    Raises:
        InputError: where a sensitive column names people one by one, or nothing holds what is wanted.
    """
    for c in spec.columns:
        values = frame[c.name]
        if c.role == SENSITIVE and len(values) > FEW and 2 * values.n_unique() > len(values) and not _is_number(values):
            raise InputError(
                f"column {c.name} has a value of its own for most rows: it would name people",
                hint='Leave it out, or make it role = "quasi" with levels.',
            )
    quasi = [quasi_column(c.name, frame[c.name], c.levels) for c in spec.columns if c.role == QUASI]
    sensitive = [sensitive_column(c.name, frame[c.name]) for c in spec.columns if c.role == SENSITIVE]
    found = search(quasi, sensitive, spec.wanted)
    if found.chosen is None:
        raise InputError(
            f"no combination of levels holds k = {spec.wanted.k}, l = {spec.wanted.l}, t = {spec.wanted.t:g}"
            f" with at most {spec.wanted.suppression:.0%} of the rows left out",
            hint="Ask for less, allow more rows to be left out, or leave a column out.",
        )
    shown = {
        q.name: q.levels[i].names.gather(q.levels[i].of_value[q.rows])
        for q, i in zip(quasi, found.chosen.levels, strict=True)
    }
    out = pl.DataFrame([shown.get(c.name, frame[c.name]).alias(c.name) for c in spec.columns])
    return AnonymousTable(out.filter(pl.Series(found.kept)).sort(pl.all()), found)


def _column(item: Mapping[str, object]) -> ColumnSpec:
    name, role, levels = item.get("name"), item.get("role", QUASI), item.get("levels", [])
    _known(item, _COLUMN_KEYS, f"column {name}")
    if not isinstance(name, str) or not name:
        raise InputError("a column has no name", hint='Write name = "…" under [[columns]].')
    if role not in {QUASI, SENSITIVE}:
        raise InputError(f"column {name} has the role {role!r}", hint=f"Roles: {QUASI}, {SENSITIVE}.")
    if not isinstance(levels, list) or not all(isinstance(x, str) for x in levels):
        raise InputError(
            f"the levels of column {name} must be a list of texts", hint='Write levels = ["month", "year"].'
        )
    if levels and role == SENSITIVE:
        raise InputError(f"column {name} is sensitive and has levels", hint="Levels are for quasi-identifiers.")
    return ColumnSpec(name, str(role), tuple(levels))


def _number(document: Mapping[str, object], key: str, default: float, least: float, most: float) -> float:
    value = document.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InputError(f"'{key}' must be a number from {least:g} to {most:g}", hint=f"Write {key} = {default:g}.")
    return value


def _known(item: Mapping[str, object], known: frozenset[str], where: str) -> None:
    if unknown := sorted(item.keys() - known):
        raise InputError(f"{where} has an unknown key {unknown[0]!r}", hint=f"Known: {', '.join(sorted(known))}.")


def _is_number(values: pl.Series) -> bool:
    return values.cast(pl.Float64, strict=False).null_count() == values.null_count()

"""Reads the quasi-identifiers of a case, as they are and as they would be delivered, and measures them lot by lot."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from bequest.app.context import Context
from bequest.app.reading import check_markers, open_sources, read_table
from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels.cmac import tokens
from bequest.engine.rows import KEY, Ecb, row_tag_prefix
from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Case
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, TableMap
from bequest.model.disposition import Release
from bequest.model.facts import RowRole
from bequest.sources.source import OpenSource
from bequest.steps.assess.catalogue import Catalogue
from bequest.steps.assess.cells import TableInput
from bequest.steps.assess.reidentify import Exposure, Shown, exposure
from bequest.steps.transform.operator import ColumnContext
from bequest.steps.transform.shape import ReleasedColumn, is_released
from bequest.steps.transform.transform import as_released

TableKey = tuple[str, str]


class Place(NamedTuple):
    """A column of the case."""

    source: str
    table: str
    column: str


def named_places(datamap: DataMap, named: Sequence[str]) -> tuple[Place, ...]:
    """The columns that somebody chose as quasi-identifiers, `source.table.column` each.

    Raises:
        InputError: for a column that the case does not have.
    """
    known = {
        f"{t.source}.{t.name}.{c.name}": Place(t.source, t.name, c.name)
        for t in datamap.tables
        if t.in_case
        for c in t.columns
    }
    for name in named:
        if name not in known:
            raise InputError(
                f"the case has no column {name!r}",
                hint="Write source.table.column as `bequest map export` has them.",
            )
    return tuple(known[n] for n in dict.fromkeys(named))


def quasi_columns(
    catalogue: Catalogue, datamap: DataMap, chosen: Sequence[Place]
) -> dict[TableKey, tuple[ColumnMap, ...]]:
    """The quasi-identifiers of each table: those chosen, else all columns of the catalogue's classes about a person."""
    wanted = set(chosen)
    out = {}
    for t in (t for t in datamap.tables if t.in_case):
        columns = tuple(
            c
            for c in t.columns
            if (
                Place(t.source, t.name, c.name) in wanted
                if wanted
                else c.cls in catalogue.quasi and c.role not in {RowRole.STAFF, RowRole.RECORD}
            )
        )
        if columns:
            out[(t.source, t.name)] = columns
    return out


def sensitive_columns(
    catalogue: Catalogue, datamap: DataMap, chosen: Sequence[Place], quasi: Mapping[TableKey, tuple[ColumnMap, ...]]
) -> dict[TableKey, tuple[ColumnMap, ...]]:
    """The sensitive columns of each table that has quasi-identifiers: those chosen, else those that the data map marks.

    What names people, and what is a quasi-identifier itself, has no diversity to be measured.
    """
    wanted = set(chosen)
    out = {}
    for t in (t for t in datamap.tables if (t.source, t.name) in quasi):
        alike = {c.name for c in quasi[(t.source, t.name)]}
        out[(t.source, t.name)] = tuple(
            c
            for c in t.columns
            if c.name not in alike
            and (
                Place(t.source, t.name, c.name) in wanted
                if wanted
                else c.sensitive and c.cls not in catalogue.direct and c.role not in {RowRole.STAFF, RowRole.RECORD}
            )
        )
    return out


def exposures(
    ctx: Context, case: Case, tables: Sequence[TableInput],
    columns: tuple[Mapping[TableKey, tuple[ColumnMap, ...]], Mapping[TableKey, tuple[ColumnMap, ...]]],
    direct: frozenset[FieldClass],
) -> dict[str, dict[str, Exposure]]:  # fmt: skip
    """By lot and table what its quasi-identifiers come to. Values are read, counted and forgotten.

    `columns`: quasi-identifiers, and the sensitive columns in which l and t are measured.

    Raises:
        StateError: where a table has other rows than when it was linked.
    """
    sources = open_sources(case, ctx.secrets)
    check_markers(case, sources, ctx.secrets)
    ecb = aes_ecb(ctx.keys(case.id).get("link"))
    out: dict[str, dict[str, Exposure]] = {lot.id: {} for lot in case.lots}
    for given in tables:
        t = given.table
        key = (t.source, t.name)
        quasi, sensitive = columns[0].get(key, ()), columns[1].get(key, ())
        if not quasi:
            continue
        values = _read(ctx, sources[t.source], t, [*quasi, *sensitive])
        if values.height != given.index.height:
            raise StateError(
                f"{t.source}.{t.name} has {values.height:,} rows now and had {given.index.height:,} when linked",
                hint=f"Run `bequest link {case.id}` again, then assess.",
            )
        row = tokens(values[KEY], ecb, row_tag_prefix(t.source, t.name)).bin.encode("hex")
        for lot in case.lots:
            plan = given.plan.for_lot(lot.id)
            named = _named(given.index, plan, direct)
            for shown in _shown(t, plan, lot.id, (quasi, sensitive), values, ecb, row, named):
                found = exposure(shown)
                if found is not None:
                    out[lot.id][shown.table] = found
    return out


def _read(ctx: Context, source: OpenSource, table: TableMap, columns: Sequence[ColumnMap]) -> pl.DataFrame:
    names = [c.name for c in columns]
    batches = list(read_table(ctx, source, table, "assess", names))
    return pl.concat(batches) if batches else pl.DataFrame(schema=dict.fromkeys((KEY, *names), pl.Utf8))


def _shown(
    table: TableMap, plan: TablePlan, lot: str, columns: tuple[Sequence[ColumnMap], Sequence[ColumnMap]],
    values: pl.DataFrame, ecb: Ecb, row: pl.Series, named: np.ndarray,
) -> Iterator[Shown]:  # fmt: skip
    mine = (plan.rows["lot"] == lot).to_numpy()
    given = mine & plan.rows.select(is_released(plan).alias("g"))["g"].to_numpy()
    if not given.any():
        return
    quasi, sensitive = ([(c, _as_delivered(plan, c, given, values, ecb, row)) for c in part] for part in columns)
    told = [(c, d) for c, d in sensitive if d is not None]
    yield Shown(
        table=f"{table.source}.{table.name}",
        found=values.filter(pl.Series(mine)).select(c.name for c, _ in quasi),
        population=pl.DataFrame({c.name: d for c, d in quasi if d is not None}),
        given=given,
        named=named,
        sensitive_found=values.filter(pl.Series(mine)).select(c.name for c, _ in told),
        sensitive=pl.DataFrame({c.name: d for c, d in told}),
    )


def _as_delivered(
    plan: TablePlan, c: ColumnMap, given: np.ndarray, values: pl.DataFrame, ecb: Ecb, row: pl.Series
) -> pl.Series | None:
    """The column of all rows in the form that the delivered ones have; None where nobody's value is given."""
    decided = plan.rows[DECISION_PREFIX + c.name]
    usual = _usual(plan, decided.filter(pl.Series(given)))
    if usual is None:  # the receiver does not see the column
        return None
    as_usual = pl.Series(decided.name, np.where(given, decided.to_numpy(), np.uint8(usual)))
    context = ColumnContext(c, ecb, f"class\x1f{c.cls.value}", row, is_of_class=True)
    return as_released(values[c.name], as_usual, plan, context, ReleasedColumn(c, ""))


def _named(index: pl.DataFrame, plan: TablePlan, direct: frozenset[FieldClass]) -> np.ndarray:
    """Rows with which a direct identifier goes as it is."""
    as_is = [i for i, d in enumerate(plan.dispositions) if d.release is Release.AS_IS]
    found = np.zeros(index.height, np.bool_)
    for c in plan.columns:
        if c.cls in direct and c.role is not RowRole.STAFF:
            goes = plan.rows[DECISION_PREFIX + c.name].is_in(as_is).to_numpy()
            found |= goes & index[f"v:{c.name}"].fill_null(False).to_numpy()
    return found


def _usual(plan: TablePlan, decided: pl.Series) -> int | None:
    """How most of the given values are given; None where none is."""
    counted = decided.value_counts(sort=True)
    for index, _ in counted.iter_rows():
        if plan.dispositions[index].release in {Release.AS_IS, Release.MASKED}:
            return int(index)
    return None

"""From facts to the decision table and, row by row, to what is carried out. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import polars as pl

from bequest.engine.counts import filled_by_situation
from bequest.engine.tableplan import DECISION_PREFIX, LEAVES, TablePlan
from bequest.kernel.errors import LawError
from bequest.model.datamap import TableMap
from bequest.model.disposition import CellDecision, Disposition, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import ColumnCount, PolicyField, PolicyRow, SituationKey, policy_field
from bequest.steps.plan.tree import Decide, DecisionTree, grow

TableKey = tuple[str, str]
DecideFor = Callable[[RecordClass, str], Decide]
"""How the law is asked: for a record class and a lot id (empty: outside every lot)."""

MAX_SITUATIONS = 20_000


@dataclass(frozen=True, slots=True)
class Planned:
    """The decided table: per row a situation, per situation and column a disposition after the row rule."""

    table: TableMap
    primary: RowRole
    situation: np.ndarray
    keys: tuple[SituationKey, ...]
    decisions: tuple[tuple[CellDecision, ...], ...]
    """Per situation, per column: what the law said, before the row rule."""
    after: tuple[tuple[Disposition, ...], ...]
    """Per situation, per column: what is carried out."""


class Planner:
    """Grows decision trees once per record class, lot and set of columns, and applies them to tables."""

    def __init__(self, decide_for: DecideFor, lots: tuple[str, ...], max_situations: int = MAX_SITUATIONS) -> None:
        self._decide_for = decide_for
        self._lots = (*lots, "")
        self._max = max_situations
        self._fields: dict[PolicyField, int] = {}
        self._rows: dict[SituationKey, dict[int, CellDecision]] = {}

    def plan_table(
        self, table: TableMap, primary: RowRole, codes: Mapping[Fact, np.ndarray], lots: pl.Series
    ) -> Planned:
        """Decide every row of a table.

        Raises:
            LawError: where the situations of the case are more than the limit, naming the fact that multiplies most.
        """
        columns = [policy_field(c) for c in table.columns]
        distinct = list(dict.fromkeys(columns))
        place = {c: i for i, c in enumerate(distinct)}
        situation = np.zeros(len(lots), dtype=np.uint32)
        keys: list[SituationKey] = []
        said: list[tuple[CellDecision, ...]] = []
        numbers = [self._fields.setdefault(c, len(self._fields)) for c in distinct]
        lot_names = lots.to_numpy()
        for lot in self._lots:
            possible = tuple(sorted(possible_values(table).items()))
            tree = _grown(self._decide_for, table.record_class, lot, tuple(distinct), possible)
            rows = np.flatnonzero(lot_names == lot)
            if len(rows):
                situation[rows] = tree.assign({f: c[rows] for f, c in codes.items()}) + len(keys)
            for leaf in tree.leaves:
                key = SituationKey(table.record_class, primary, lot, tuple((f.value, v) for f, v in leaf.facts))
                self._rows.setdefault(key, {}).update(zip(numbers, leaf.decisions, strict=True))
                keys.append(key)
                said.append(tuple(leaf.decisions[place[c]] for c in columns))
        if len(self._rows) > self._max:
            raise LawError(
                f"{len(self._rows)} situations exceed {self._max}: fact {_busiest_fact(self._rows)} multiplies most",
                hint="Bind fewer values to that fact in the data map, or raise max_situations.",
            )
        return Planned(table, primary, situation, tuple(keys), tuple(said), _after_row_rule(table, said))

    def policy_rows(self) -> tuple[tuple[PolicyField, ...], tuple[CellDecision, ...], tuple[PolicyRow, ...]]:
        """Fields, distinct decisions and rows of the decision table met so far, in a fixed order."""
        fields = sorted(self._fields, key=str)
        place_f = {self._fields[f]: i for i, f in enumerate(fields)}
        objects = {id(d): d for cells in self._rows.values() for d in cells.values()}  # few: hashed once each
        decisions = {d: i for i, d in enumerate(dict.fromkeys(objects.values()))}
        place_d = {this: decisions[d] for this, d in objects.items()}
        rows = tuple(
            PolicyRow(key, tuple(sorted((place_f[f], place_d[id(d)]) for f, d in cells.items())))
            for key, cells in self._rows.items()
        )
        return tuple(fields), tuple(decisions), rows


@lru_cache(maxsize=256)
def _grown(
    decide_for: DecideFor, record_class: RecordClass, lot: str, columns: tuple[PolicyField, ...],
    possible: tuple[tuple[Fact, tuple[str, ...]], ...],
) -> DecisionTree:  # fmt: skip
    """The tree, kept: steps of one case ask the same law (the same object) about the same columns again."""
    return grow(decide_for(record_class, lot), columns, dict(possible))


def possible_values(table: TableMap) -> Mapping[Fact, tuple[str, ...]]:
    """Facts of records that only some tables can have: what this table's bindings can say, and the default."""
    bound = {b.fact: b for b in table.facts}
    out: dict[Fact, tuple[str, ...]] = {Fact.RETENTION: ("none", *(r.band for r in table.retention))}
    for fact in (Fact.ORDER_STATE, Fact.SOFT_DELETED):
        if fact not in bound:
            out[fact] = (FACT_VALUES[fact][0],)
    return out


def _busiest_fact(rows: Mapping[SituationKey, object]) -> str:
    counts: dict[str, set[str]] = {}
    for key in rows:
        for fact, value in key.facts:
            counts.setdefault(fact, set()).add(value)
    return max(counts, key=lambda f: len(counts[f]))


def apply_row_rule(table: TableMap, columns: list[Disposition]) -> tuple[Disposition, ...]:
    """A row goes only when every column may go; where it stays, keys and staff columns stay with it (decision D2).

    A row is anonymised as a whole or not at all: where anything of it stays somebody's, or is sealed, what was to be
    anonymised is deleted.
    """
    columns = _anonymised_whole(table, columns)
    stay = {d.residue for d in columns} - LEAVES - {Residue.ANONYMISE}
    custody = next(
        (
            d
            for c, d in zip(table.columns, columns, strict=True)
            if d.residue is Residue.CUSTODY and c.role is not RowRole.STAFF and c.name not in table.key
        ),
        None,
    )
    out = []
    for c, d in zip(table.columns, columns, strict=True):
        if stay and d.residue in LEAVES and (c.role is RowRole.STAFF or c.name in table.key):
            d = staying(d, blocked=Residue.BLOCKED in stay)
        elif not stay and c.name in table.key and custody is not None:
            d = replace(d, residue=Residue.CUSTODY, until=custody.until)
        out.append(d)
    return tuple(out)


def _anonymised_whole(table: TableMap, columns: list[Disposition]) -> list[Disposition]:
    """Without a cell that is anonymised in a row that is not; with its key where it is."""
    said = {d.residue for d in columns}
    if Residue.ANONYMISE not in said:
        return columns
    whole = table.anonymise is not None and said <= {Residue.ANONYMISE, Residue.DELETE}
    was, becomes = (Residue.DELETE, Residue.ANONYMISE) if whole else (Residue.ANONYMISE, Residue.DELETE)
    moves = {c.name for c in table.columns if not whole or c.role is RowRole.STAFF or c.name in table.key}
    return [
        replace(d, residue=becomes) if d.residue is was and c.name in moves else d
        for c, d in zip(table.columns, columns, strict=True)
    ]


def staying(d: Disposition, *, blocked: bool) -> Disposition:
    """The same release, with the value left where it is; what is released cannot be blocked too (decision D4)."""
    residue = Residue.BLOCKED if blocked and d.release is Release.NONE else Residue.IN_USE
    return replace(d, residue=residue, until="window" if d.release is Release.WAITING else "")


def _after_row_rule(table: TableMap, said: list[tuple[CellDecision, ...]]) -> tuple[tuple[Disposition, ...], ...]:
    """What is carried out in each situation; situations for which the same was said share one row object."""
    lines = [tuple(map(id, decisions)) for decisions in said]
    made = {
        line: apply_row_rule(table, [d.disposition for d in decisions])
        for line, decisions in dict(zip(lines, said, strict=True)).items()
    }
    return tuple(made[line] for line in lines)


def table_plan(
    planned: Planned,
    index: pl.DataFrame,
    subjects: np.ndarray,
    lots: pl.Series,
    due: pl.DataFrame,
    dispositions: tuple[Disposition, ...],
) -> TablePlan:
    """The plan of a table in the form that transform and destroy carry out."""
    place = {d: i for i, d in enumerate(dispositions)}
    lines = {id(row): [place[d] for d in row] for row in _distinct(planned.after)}
    lut = np.array([lines[id(row)] for row in planned.after], dtype=np.uint8)
    rows = index.select("row_no", "row_tag", "row_digest").with_columns(
        lots.alias("lot"),
        pl.Series("subject", subjects).replace(-1, None).cast(pl.UInt32),
        due["due_on"],
        *(pl.Series(DECISION_PREFIX + c.name, lut[planned.situation, i]) for i, c in enumerate(planned.table.columns)),
    )
    t = planned.table
    k = t.anonymise.k if t.anonymise else 0
    return TablePlan(t.source, t.name, t.columns, t.key, t.relations, dispositions, rows, anonymise_k=k)


def table_shares(
    planned: Planned, rows: np.ndarray, lots: pl.Series, dispositions: tuple[Disposition, ...]
) -> pl.DataFrame:
    """Rows of a table in further lots, in the form of `TablePlan.shares`."""
    place = {d: i for i, d in enumerate(dispositions)}
    lines = {id(row): [place[d] for d in row] for row in _distinct(planned.after)}
    lut = np.array([lines[id(row)] for row in planned.after], dtype=np.uint8)
    decided = [
        pl.Series(DECISION_PREFIX + c.name, lut[planned.situation, i]) for i, c in enumerate(planned.table.columns)
    ]
    return pl.DataFrame([pl.Series("pos", rows, dtype=pl.UInt32), lots.alias("lot"), *decided])


def distinct_dispositions(planned: list[Planned]) -> tuple[Disposition, ...]:
    """All distinct pairs of the case, in a fixed order.

    Raises:
        LawError: beyond 255, which no lawful table reaches.
    """
    found = sorted({d for p in planned for row in _distinct(p.after) for d in row}, key=str)
    if len(found) > 255:
        raise LawError("more than 255 distinct dispositions", hint="Report this: a rule multiplies due rules.")
    return tuple(found)


def _distinct(rows: tuple[tuple[Disposition, ...], ...]) -> list[tuple[Disposition, ...]]:
    """Each row object once: most situations end alike."""
    return list({id(row): row for row in rows}.values())


def column_counts(planned: Planned, index: pl.DataFrame) -> list[ColumnCount]:
    """Non-empty values of each column by lot and pair."""
    names = [c.name for c in planned.table.columns]
    counted = filled_by_situation(index, names, planned.situation)
    by: dict[tuple[int, str, str, str], int] = {}
    place = {n: i for i, n in enumerate(names)}
    for situation, column, values in counted.iter_rows():
        d = planned.after[situation][place[column]]
        k = (place[column], planned.keys[situation].lot, d.release.value, d.residue.value)
        by[k] = by.get(k, 0) + values
    out = []
    for (i, lot, release, residue), values in sorted(by.items()):
        c = planned.table.columns[i]
        out.append(
            ColumnCount(
                planned.table.source,
                planned.table.name,
                c.name,
                c.role,
                c.cls,
                c.sensitive,
                lot,
                Release(release),
                Residue(residue),
                values,
            )
        )
    return out


def situation_sizes(planned: list[Planned], subjects: Mapping[TableKey, np.ndarray]) -> tuple[int, int]:
    """Situations that hold anybody, and those that hold exactly one person."""
    parts = []
    place: dict[SituationKey, int] = {}
    for p in planned:
        numbers = np.array([place.setdefault(k, len(place)) for k in p.keys], dtype=np.uint32)
        who = subjects[(p.table.source, p.table.name)]
        parts.append(pl.DataFrame({"situation": numbers[p.situation], "subject": who}).unique())
    if not parts:
        return 0, 0
    sizes = pl.concat(parts).unique().group_by("situation").agg((pl.col("subject") >= 0).sum().alias("people"))
    return sizes.height, int((sizes["people"] == 1).sum())

"""The columns about people of a decided table: which rows have a value, whose it is, what is decided for each. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from bequest.engine.tableplan import DECISION_PREFIX, TablePlan
from bequest.model.datamap import ColumnMap, FieldClass, TableMap
from bequest.model.disposition import Disposition, Operator, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RowRole

Bools = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TableInput:
    """One table of the case: data map, index, decisions, codes of every fact per row, who each row is about by role."""

    table: TableMap
    index: pl.DataFrame
    plan: TablePlan
    codes: Mapping[Fact, npt.NDArray[np.uint8]]
    subjects: Mapping[RowRole, Numbers]
    primary: RowRole


@dataclass(frozen=True, slots=True)
class Cells:
    """One column of one table: which rows have a value in scope, whose it is, and what is decided for each."""

    column: ColumnMap
    filled: Bools
    who: Numbers
    given: Bools
    as_is: Bools
    waiting: Bools
    clear: Bools
    gone: Bools
    in_lot: Bools
    duty: Bools
    outlived: Bools


def in_reach(t: TableInput, *, everything: bool) -> Bools:
    """Rows in the case's reach: in a lot or shared with one, or all."""
    if everything:
        return np.ones(t.index.height, np.bool_)
    outside = FACT_VALUES[Fact.SCOPE].index("outside")
    found: Bools = np.asarray(t.codes[Fact.SCOPE] != outside)
    return found


def lies_in_lot(plan: TablePlan) -> Bools:
    """Rows of any lot."""
    return (plan.rows["lot"] != "").to_numpy()


def whose(t: TableInput, role: RowRole) -> Numbers:
    """The subject of each row in a role, -1 for nobody; who the row is mainly about where the role has nobody."""
    nobody = np.full(t.index.height, -1, np.int64)
    return t.subjects.get(role, t.subjects.get(t.primary, nobody))


def columns_of(t: TableInput, scope: Bools, outlived: Bools) -> Iterator[Cells]:
    """The columns about people, with what is decided for each of their values."""
    soft = t.codes[Fact.SOFT_DELETED] == FACT_VALUES[Fact.SOFT_DELETED].index("yes")
    duty = np.asarray(t.codes[Fact.RETENTION] != FACT_VALUES[Fact.RETENTION].index("none"))
    luts = lookups(t.plan.dispositions)
    in_lot = lies_in_lot(t.plan)
    for c in t.table.columns:
        if c.role is RowRole.STAFF or not (c.personal or c.cls is FieldClass.UNKNOWN):
            continue
        who = whose(t, c.role)
        decided = t.plan.rows[DECISION_PREFIX + c.name].to_numpy()
        given, as_is, waiting = (luts[name][decided] for name in ("given", "as_is", "waiting"))
        if t.plan.shares.height:  # what goes to any lot is given
            at = t.plan.shares["pos"].to_numpy()
            further = t.plan.shares[DECISION_PREFIX + c.name].to_numpy()
            given, as_is = given.copy(), as_is.copy()
            np.logical_or.at(given, at, luts["given"][further])
            np.logical_or.at(as_is, at, luts["as_is"][further])
        yield Cells(
            column=c,
            filled=t.index[f"v:{c.name}"].fill_null(False).to_numpy() & scope,
            who=who,
            given=given,
            as_is=as_is,
            waiting=waiting,
            clear=luts["clear"][decided],
            gone=luts["gone"][decided],
            in_lot=in_lot,
            duty=duty,
            outlived=soft | outlived[who],
        )


def lookups(dispositions: Sequence[Disposition]) -> dict[str, Bools]:
    """What holds of each disposition."""

    def of(holds: Sequence[bool]) -> Bools:
        return np.array(holds, dtype=np.bool_)

    return {
        "given": of(
            [d.release in {Release.AS_IS, Release.MASKED} and d.operator is not Operator.DROP for d in dispositions]
        ),
        "as_is": of([d.release is Release.AS_IS for d in dispositions]),
        "waiting": of([d.release is Release.WAITING for d in dispositions]),
        "clear": of([d.residue in {Residue.IN_USE, Residue.BLOCKED} for d in dispositions]),
        "gone": of([d.residue in {Residue.DELETE, Residue.ANONYMISE} for d in dispositions]),
    }

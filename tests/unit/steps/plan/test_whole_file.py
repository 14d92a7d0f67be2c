"""Files out of which no row can be cut go when all their rows go, and else stay: nothing in between."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.engine.tableplan import LEAVES
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, TableMap
from bequest.model.disposition import Disposition, Release, Residue
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.plan.plan import Planned
from bequest.steps.plan.whole_file import keep_whole

COLUMNS = tuple(
    ColumnMap(
        n, "text", FieldClass.PHONE, personal=True, sensitive=False, role=RowRole.CUSTOMER, confidence=1, coverage=1
    )
    for n in "ab"
)
PAIRS = [
    Disposition(Release.AS_IS, Residue.DELETE),
    Disposition(Release.NONE, Residue.DELETE),
    Disposition(Release.NONE, Residue.CUSTODY, until="retention:x"),
    Disposition(Release.NONE, Residue.BLOCKED),
    Disposition(Release.AS_IS, Residue.IN_USE),
]


def table(name: str, record: RecordClass = RecordClass.CUSTOMER_PROFILE, n_rows: int = 3) -> TableMap:
    return TableMap("old", name, record, COLUMNS, n_rows)


def planned(name: str, rows: list[tuple[Disposition, Disposition]]) -> Planned:
    return Planned(
        table(name), RowRole.CUSTOMER, np.arange(len(rows), dtype=np.uint32), (), (), tuple(rows)
    )  # fmt: skip


def test_it_goes_where_every_row_of_every_table_goes() -> None:
    gone = planned("a", [(PAIRS[0], PAIRS[1]), (PAIRS[2], PAIRS[2])])
    plans = {("old", "a"): gone, ("old", "b"): planned("b", [(PAIRS[1], PAIRS[1])])}
    datamap = DataMap((table("a"), table("b")))
    assert keep_whole(plans, datamap, {"old"}) == (plans, ())


@pytest.mark.parametrize("other", [RecordClass.STAFF, RecordClass.REFERENCE])
def test_it_stays_where_a_sheet_of_somebody_else_is_in_it(other: RecordClass) -> None:
    plans = {("old", "a"): planned("a", [(PAIRS[0], PAIRS[0])])}
    out, [stays] = keep_whole(plans, DataMap((table("a"), table("x", other))), {"old"})
    assert (stays.source, stays.rows) == ("old", 1)
    assert {d.residue for row in out["old", "a"].after for d in row} == {Residue.IN_USE}


@given(
    rows=st.lists(
        st.lists(st.tuples(st.sampled_from(PAIRS), st.sampled_from(PAIRS)), min_size=1, max_size=5),
        min_size=1,
        max_size=3,
    )
)
def test_all_rows_leave_or_none_and_release_is_untouched(rows: list) -> None:
    plans = {("old", str(i)): planned(str(i), r) for i, r in enumerate(rows)}
    out, stays = keep_whole(plans, DataMap(tuple(table(str(i)) for i in range(len(rows)))), {"old"})
    residues = {d.residue for p in out.values() for row in p.after for d in row}
    assert residues <= LEAVES or not residues & LEAVES
    before = [d.release for p in plans.values() for row in p.after for d in row]
    assert [d.release for p in out.values() for row in p.after for d in row] == before
    touched = any(d.residue in LEAVES for r in rows for row in r for d in row)
    assert bool(stays) == (touched and not residues & LEAVES)
    keep_whole(out, DataMap(()), set())

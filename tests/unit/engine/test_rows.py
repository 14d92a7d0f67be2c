import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.steps import decided_tables as d

from bequest.engine.kernels.cmac import tag
from bequest.engine.lookup import Lookup
from bequest.engine.rows import CHANGED, DECIDED, LATE, RowMatcher, identify
from bequest.model.datamap import FieldClass

COLUMNS = (d.column("id", FieldClass.NOT_PI), d.column("name", FieldClass.PERSON_NAME))
ROWS = [["1", "张一"], ["2", "李二"], ["3", None], ["4", ""]]


def matched(plan, rows, size):
    matcher = RowMatcher(plan, d.LINK)
    return pl.concat([matcher.match(b) for b in d.batches_of(plan, rows, size=size)])


def plan():
    return d.plan_of("crm", "customers", COLUMNS, ROWS, [d.NONE_DELETE] * len(ROWS), key=("id",))


def test_a_row_tag_is_the_cmac_of_source_table_and_key():
    batch = d.batch_of(["id"], [["7"]], ["7"])
    [got] = identify(batch, "crm", "customers", ["id"], d.LINK)["row_tag"].to_list()
    assert got == tag(b"row\x1fcrm\x1fcustomers\x1f7", d.LINK)


@pytest.mark.parametrize("size", [1, 3, 10])
def test_rows_of_the_mark_are_decided_in_any_order(size):
    assert matched(plan(), ROWS, size)["pos"].to_list() == [0, 1, 2, 3]
    assert matched(plan(), ROWS[::-1], size)["pos"].to_list() == [3, 2, 1, 0]


def test_changed_and_late_rows_are_told_apart():
    live = [["9", "新"], ["1", "改"], ["3", ""], ROWS[1]]
    found = matched(plan(), live, 2)
    assert found["state"].to_list() == [LATE, CHANGED, CHANGED, DECIDED]
    assert found["pos"].to_list() == [None, None, None, 1]


def test_the_marked_rows_are_put_in_order_once_and_the_order_is_taken_up_again(monkeypatch):
    made: list[int] = []

    class Counted(Lookup):
        def __init__(self, keys):
            made.append(len(keys))
            super().__init__(keys)

        def first(self, keys):
            made.append(-len(keys))
            return super().first(keys)

    monkeypatch.setattr("bequest.engine.rows.Lookup", Counted)
    many = [[str(n), "x"] for n in range(40)]
    whole = d.plan_of("crm", "customers", COLUMNS, many, [d.NONE_DELETE] * 40, key=("id",))
    live = [*many[:4], *many[5:], ["99", "新"]]
    found = matched(whole, live, 6)
    assert found["pos"].to_list() == [0, 1, 2, 3, *range(5, 40), None]
    assert made == [40, 40, -6, -6, -4, -4], "looked for in the batch where a row is missing, and in the last one"


rows = st.lists(st.tuples(st.sampled_from("1234"), st.sampled_from(["a", "b", None])), max_size=8)


@given(rows, rows, st.integers(1, 5))
def test_matching_never_depends_on_batches(at_mark, live, size):
    made = d.plan_of("s", "t", COLUMNS, [list(r) for r in at_mark], [d.NONE_DELETE] * len(at_mark), key=("id",))
    if live:
        found = matched(made, [list(r) for r in live], size)
        expected = [DECIDED if r in at_mark else CHANGED if r[0] in {m[0] for m in at_mark} else LATE for r in live]
        assert found["state"].to_list() == expected
        for r, pos in zip(live, found["pos"].to_list(), strict=True):
            assert pos is None or at_mark[pos] == r

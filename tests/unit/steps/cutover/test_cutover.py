import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.steps import decided_tables as d

from bequest.kernel.errors import SourceError
from bequest.steps.cutover.compare import compare, row_drift
from bequest.steps.cutover.mark import final_inventory, mark_table, read_file_mark, read_mark

COLUMNS = ["id", "name"]
ROWS = [["1", "张一"], ["2", "李二"], ["3", None]]


def marked(rows, columns=COLUMNS, keys=None):
    batch = d.batch_of(columns, rows, keys or [r[0] for r in rows])
    return read_mark("crm", "customers", columns, batch.iter_slices(2), d.LINK)


def drift(rows_after, **kw):
    before, rows_before = marked(ROWS)
    after, now = marked(rows_after, **kw)
    key = ("crm", "customers")
    return compare(final_inventory([before], []), final_inventory([after], []), {key: rows_before}, {key: now})


def test_an_untouched_table_in_another_order_has_the_same_mark():
    assert marked(ROWS)[0] == marked(ROWS[::-1])[0]
    assert not drift(ROWS[::-1]).blocks


@pytest.mark.parametrize(
    ("after", "late", "changed", "gone"),
    [
        ([*ROWS, ["4", "赵四"]], 1, 0, 0),
        ([["1", "张壹"], *ROWS[1:]], 0, 1, 0),
        (ROWS[1:], 0, 0, 1),
        ([["1", "张一"], ["2", "李二"], ["3", ""]], 0, 1, 0),  # null is not empty
        ([*ROWS, ROWS[0]], 1, 0, 0),  # the same row once more
        ([["5", "新"], ["1", "改"], ROWS[1]], 1, 1, 1),
    ],
    ids=["a row more", "a value changed", "a row gone", "null became empty", "a row twice", "all at once"],
)
def test_late_changed_and_gone_rows_are_told_apart_and_block(after, late, changed, gone):
    found = drift(after)
    [table] = found.tables
    assert (table.late, table.changed, table.gone) == (late, changed, gone)
    assert found.blocks
    assert not found.schema_changed
    assert found.late_rows == late + changed


def test_a_new_column_is_a_changed_schema():
    before, rows = marked(ROWS)
    after = mark_table("crm", "customers", [*COLUMNS, "remark"], rows)
    key = ("crm", "customers")
    found = compare(final_inventory([before], []), final_inventory([after], []), {key: rows}, {key: rows})
    assert found.schema_changed
    assert found.tables[0].new_columns == ("remark",)


def test_new_and_missing_tables_are_reported():
    before, rows = marked(ROWS)
    found = compare(final_inventory([before], []), final_inventory([], []), {}, {})
    assert found.tables[0].is_missing
    assert found.tables[0].gone == rows.height
    found = compare(final_inventory([], []), final_inventory([before], []), {}, {})
    assert found.tables[0].is_new
    assert found.schema_changed


def test_reading_refuses_columns_nobody_decided_on():
    batch = d.batch_of([*COLUMNS, "新列"], [["1", "张一", "x"]], ["1"])
    with pytest.raises(SourceError, match="新列"):
        read_mark("crm", "customers", COLUMNS, [batch], d.LINK)


def test_the_digest_is_keyed():
    batch = d.batch_of(COLUMNS, ROWS, ["1", "2", "3"])
    other, _ = read_mark("crm", "customers", COLUMNS, [batch], d.OTHER)
    assert other.digest != marked(ROWS)[0].digest


def test_an_empty_table_has_a_mark():
    mark, rows = read_mark("crm", "empty", COLUMNS, [], d.LINK)
    assert (mark.n_rows, rows.height) == (0, 0)


def test_files_are_marked_by_their_bytes_and_compared(tmp_path):
    file = tmp_path / "a.csv"
    file.write_bytes(b"x")
    before = read_file_mark("loyalty", file)
    file.write_bytes(b"y")
    after = read_file_mark("loyalty", file)
    found = compare(final_inventory([], [before]), final_inventory([], [after]), {}, {})
    assert found.files == (("loyalty", "a.csv"),)
    assert not found.blocks
    with pytest.raises(SourceError):
        read_file_mark("loyalty", tmp_path / "none.csv")


cells = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=8)


@given(cells, cells)
def test_drift_is_empty_exactly_for_equal_multisets(one, two):
    def frame(rows):
        schema = {"row_tag": pl.Binary, "row_digest": pl.Binary}
        return pl.DataFrame([(a.encode(), b.encode()) for a, b in rows], schema=schema, orient="row")

    assert (row_drift(frame(one), frame(two)).height == 0) == (sorted(one) == sorted(two))

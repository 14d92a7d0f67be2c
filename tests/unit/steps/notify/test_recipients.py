"""Addresses: from the record that knows best, the first known of each kind, nobody mixed up."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.steps.planning_cases import column

from bequest.model.datamap import FieldClass, TableMap
from bequest.model.facts import RecordClass, RowRole
from bequest.steps.notify.recipients import CONTACTS, PRIORITY, best_contacts, contact_columns, contacts

C, R = FieldClass, RowRole


def table(record_class: RecordClass = RecordClass.CUSTOMER_PROFILE, *, email: bool = True) -> TableMap:
    columns = [column("no", C.USER_ID), column("who", C.PERSON_NAME), column("tel", C.PHONE),
               column("tel2", C.PHONE), column("to", C.PERSON_NAME, R.CONSIGNEE),
               column("to_tel", C.PHONE, R.CONSIGNEE)]  # fmt: skip
    return TableMap("s", "t", record_class, (*columns, *([column("mail", C.EMAIL)] if email else [])), 0)


def batches(rows: list[tuple[str | None, str | None, str | None]], size: int = 2) -> list[pl.DataFrame]:
    frame = pl.DataFrame(
        {
            "__key": [str(i) for i in range(len(rows))],
            "who": [r[0] for r in rows],
            "tel": [r[1] for r in rows],
            "mail": [r[2] for r in rows],
            "to": ["收件人"] * len(rows),
            "to_tel": ["13700137000"] * len(rows),
        },
        schema=dict.fromkeys(("__key", "who", "tel", "mail", "to", "to_tel"), pl.Utf8),
    )
    return list(frame.iter_slices(size))


def test_columns_are_those_of_the_role_and_the_first_of_each_class() -> None:
    assert contact_columns(table(), R.CUSTOMER) == {"name": "who", "phone": "tel", "email": "mail"}
    assert contact_columns(table(), R.CONSIGNEE) == {"name": "to", "phone": "to_tel"}
    assert contact_columns(table(), R.GUARDIAN) == {}


def test_addresses_are_read_as_they_can_be_reached_and_rows_about_nobody_left_out() -> None:
    rows = [
        ("张  三", "138-0013-8000", None),
        ("李四", None, "Li@Example.com "),
        ("王五", "12", "x"),
        ("赵六", "", None),
    ]
    got = contacts(table(), R.CUSTOMER, batches(rows), np.array([7, 3, 5, -1]))
    assert got.schema == pl.Schema(CONTACTS)
    assert got["subject"].to_list() == [7, 3, 5]
    assert got["phone"].to_list() == ["13800138000", None, None]
    assert got["email"].to_list() == [None, "li@example.com", None]
    assert got["rank"].to_list() == [0, 0, 0]


@pytest.mark.parametrize("record_class", [c for c in RecordClass if c not in PRIORITY])
def test_other_records_are_not_asked(record_class: RecordClass) -> None:
    assert contacts(table(record_class), R.CUSTOMER, batches([("张三", "13800138000", None)]), np.array([0])).is_empty()


def test_a_table_without_addresses_is_not_read() -> None:
    def unread():
        raise AssertionError("read")
        yield

    assert contacts(table(), R.GUARDIAN, unread(), np.array([0])).is_empty()


def test_no_rows_are_no_contacts() -> None:
    assert contacts(table(), R.CUSTOMER, [], np.array([], dtype=np.int64)).is_empty()
    assert best_contacts([]).is_empty()


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, 4), st.none() | st.sampled_from("甲乙"),
            st.none() | st.sampled_from("12"), st.none() | st.sampled_from("ab"),
        ),
        max_size=10,
    )
)  # fmt: skip
def test_the_best_address_is_the_first_known_in_order_of_rank(rows) -> None:
    frame = pl.DataFrame(rows, schema=CONTACTS, orient="row")
    got = {r["subject"]: r for r in best_contacts([frame]).iter_rows(named=True)}
    assert set(got) == {r[0] for r in rows}
    for subject in got:
        ordered = sorted((r for r in rows if r[0] == subject), key=lambda r: r[1])
        for at, what in ((2, "name"), (3, "phone"), (4, "email")):
            assert got[subject][what] == next((r[at] for r in ordered if r[at] is not None), None)

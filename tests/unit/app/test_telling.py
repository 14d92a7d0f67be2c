"""People are found again after a new link run: no answer and no notice is lost when records come or people merge."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.unit.store.samples import CASE

from bequest.app.telling import (
    answers_of,
    beyond_table,
    know_again,
    notice_of,
    people_of,
    register,
    save_answers,
    save_register,
    saved_answers,
    window_closes,
)
from bequest.app.workspace import Workspace
from bequest.crypto.cipher import aes_ecb
from bequest.kernel.errors import StateError
from bequest.model.datamap import ColumnMap, DataMap, FieldClass, TableMap
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.steps.link.index import IndexSettings, index_table, link_targets
from bequest.steps.link.link import Linked, link
from bequest.steps.notify.ladder import REGISTER

C = FieldClass
DAY = date(2026, 11, 5)


def column(name: str, cls: FieldClass) -> ColumnMap:
    return ColumnMap(name, "TEXT", cls, True, False, RowRole.CUSTOMER, 900, 1000)


CRM = TableMap(
    "crm", "customers", RecordClass.CUSTOMER_PROFILE,
    (column("no", C.USER_ID), column("name", C.PERSON_NAME), column("mobile", C.PHONE), column("mail", C.EMAIL)),
    0, key=("no",),
)  # fmt: skip
MAP = DataMap((CRM,))
Row = tuple[str, str, str | None, str | None]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "home").mkdir()
    return Workspace(tmp_path / "home", "acme-2026")


def linked(workspace: Workspace, *rows: Row) -> Linked:
    """A link run over these customers, as the app keeps it."""
    batch = pl.DataFrame(
        [(r[0], *r) for r in rows], schema=dict.fromkeys(("__key", "no", "name", "mobile", "mail"), pl.Utf8),
        orient="row",
    )  # fmt: skip
    settings = IndexSettings(aes_ecb(bytes(32)), date(2026, 12, 31), 14, 18, "Asia/Shanghai", (), link_targets(MAP))
    index = index_table(CRM, [batch], settings)
    workspace.write(workspace.table_file("index", "crm", "customers"), index)
    return link(MAP, {("crm", "customers"): index})


def told(workspace: Workspace, people: Linked, states: dict[int, str]) -> None:
    """A register with everybody, by subject number; references are R0, R1 …"""
    n = people.n_subjects
    rows = {
        "ref": [f"R{i}" for i in range(n)], "anchor": people.anchors.to_list(), "channel": ["sms"] * n,
        "state": [states.get(i, "queued") for i in range(n)],
        "told_on": [DAY if states.get(i) in {"delivered", "published"} else None for i in range(n)],
        "has_sms": [True] * n, "has_email": [False] * n, "public_only": [False] * n,
        "lots": [""] * n,
    }  # fmt: skip
    save_register(workspace, pl.DataFrame(rows, schema=REGISTER))


def answer(workspace: Workspace, *rows: tuple[str, Fact, str, int]) -> None:
    frame = pl.DataFrame(
        [(ref, f.value, v, datetime(2026, 11, day, tzinfo=UTC), "letter") for ref, f, v, day in rows],
        schema={"ref": pl.Utf8, "fact": pl.Utf8, "value": pl.Utf8, "at": pl.Datetime("us", "UTC"), "channel": pl.Utf8},
        orient="row",
    )
    save_answers(workspace, frame)


def people(found: Linked) -> list[int]:
    return found.subject_of[("crm", "customers")][RowRole.CUSTOMER].tolist()


def answers(workspace: Workspace, found: Linked) -> set[tuple[int, str, str]]:
    return set(answers_of(workspace, found, saved_answers(workspace)).rows())


def notices(workspace: Workspace, found: Linked) -> list[str]:
    codes = notice_of(workspace, found)
    assert isinstance(codes, np.ndarray)
    return [FACT_VALUES[Fact.NOTICE][c] for c in codes]


ZHANG: Row = ("C1", "张伟", "13800138000", None)
LI: Row = ("C9", "李四", "13900139000", None)
MORE: list[Row] = [(f"N{i}", "张伟", "13800138000", None) for i in range(12)]


def test_without_a_register_the_way_there_is_named(workspace: Workspace) -> None:
    with pytest.raises(StateError) as caught:
        register(workspace)
    assert "bequest notify" in caught.value.hint


def test_without_answers_there_are_none(workspace: Workspace) -> None:
    assert saved_answers(workspace) is None
    found = linked(workspace, ZHANG)
    assert answers_of(workspace, found, saved_answers(workspace)).is_empty()


def test_answers_and_notices_belong_to_the_person_who_was_written_to(workspace: Workspace) -> None:
    found = linked(workspace, ZHANG, LI)
    told(workspace, found, {0: "delivered", 1: "published"})
    answer(workspace, ("R1", Fact.OBJECTION, "objected", 20))
    assert answers(workspace, found) == {(1, "objection", "objected")}
    assert notices(workspace, found) == ["delivered", "published"]


def test_another_order_of_rows_changes_nothing(workspace: Workspace) -> None:
    told(workspace, linked(workspace, ZHANG, LI), {0: "delivered", 1: "bounced"})
    answer(workspace, ("R0", Fact.OBJECTION, "objected", 20))
    turned = linked(workspace, LI, ZHANG)
    assert answers(workspace, turned) == {(1, "objection", "objected")}
    assert notices(workspace, turned) == ["not_told", "delivered"]


def test_records_that_come_later_lose_no_objection_and_no_notice(workspace: Workspace) -> None:
    """A new record can have a smaller token than those the person was known by."""
    first = linked(workspace, ZHANG, LI)
    told(workspace, first, {0: "delivered", 1: "delivered"})
    answer(workspace, ("R0", Fact.OBJECTION, "objected", 20))
    later = linked(workspace, *MORE, ZHANG, LI)
    assert later.n_subjects == 2
    assert later.anchors.to_list()[0] != first.anchors.to_list()[0], "the test would show nothing"
    assert answers(workspace, later) == {(0, "objection", "objected")}
    assert notices(workspace, later) == ["delivered", "delivered"]


def test_the_record_a_letter_went_by_may_go_without_the_objection(workspace: Workspace) -> None:
    before = linked(workspace, *MORE, ZHANG, LI)
    told(workspace, before, {0: "delivered", 1: "bounced"})
    answer(workspace, ("R0", Fact.OBJECTION, "objected", 20))
    know_again(workspace, before)
    for left in ((ZHANG, LI), (MORE[3], LI), (LI, MORE[0])):
        after = linked(workspace, *left)
        assert answers(workspace, after) == {(int(left[0] is LI), "objection", "objected")}


def test_an_answer_of_somebody_of_whom_nothing_is_left_is_nobodys(workspace: Workspace) -> None:
    before = linked(workspace, ZHANG, LI)
    told(workspace, before, {0: "delivered", 1: "bounced"})
    answer(workspace, ("R0", Fact.OBJECTION, "objected", 20))
    know_again(workspace, before)
    gone = linked(workspace, LI)
    assert answers(workspace, gone) == set()
    assert notices(workspace, gone) == ["not_told"]


def test_what_is_known_of_answerers_only_grows(workspace: Workspace) -> None:
    before = linked(workspace, ZHANG, LI)
    told(workspace, before, {})
    know_again(workspace, before)  # nobody has answered: nothing to keep
    answer(workspace, ("R0", Fact.OBJECTION, "objected", 20))
    for rows in ((ZHANG, LI), (MORE[0], ZHANG, LI), (MORE[0], MORE[1], LI)):
        found = linked(workspace, *rows)
        know_again(workspace, found)
        know_again(workspace, found)
        assert answers(workspace, found) == {(0, "objection", "objected")}


def test_an_objection_holds_for_both_of_whom_one_was_made_by_mistake(workspace: Workspace) -> None:
    one = linked(workspace, ZHANG, ("C3", "张伟", "13800138000", "z@example.com"))
    assert one.n_subjects == 1
    told(workspace, one, {0: "delivered"})
    answer(workspace, ("R0", Fact.OBJECTION, "objected", 20))
    know_again(workspace, one)
    two = linked(workspace, ZHANG, ("C3", "张伟", "13900139000", "z@example.com"))
    assert answers(workspace, two) == {(0, "objection", "objected"), (1, "objection", "objected")}


def test_everybody_who_was_told_is_known_today(workspace: Workspace) -> None:
    before = linked(workspace, ("C1", "张伟", "13800138000", None), ("C2", "张伟", None, "z@example.com"), LI)
    told(workspace, before, {})
    merged = linked(workspace, *MORE, ("C2", "张伟", "13800138000", "z@example.com"), LI)
    assert set(people_of(workspace, merged).rows()) == {("R1", 0), ("R2", 1)}


def test_of_two_people_found_to_be_one_the_last_answer_holds_and_he_was_told(workspace: Workspace) -> None:
    before = linked(workspace, ("C1", "张伟", "13800138000", None), ("C2", "张伟", None, "zhangwei88@mail.cn"))
    assert people(before) == [0, 1]
    told(workspace, before, {0: "queued", 1: "delivered"})
    answer(
        workspace,
        ("R0", Fact.OBJECTION, "objected", 20),
        ("R1", Fact.OBJECTION, "none", 10),
        ("R1", Fact.CONSENT_NEW_PURPOSE, "given", 10),
    )
    one = linked(workspace, ("C1", "张伟", "13800138000", None), ("C2", "张伟", None, "zhangwei88@mail.cn"),
                 ("C3", "张伟", "13800138000", "zhangwei88@mail.cn"))  # fmt: skip
    assert people(one) == [0, 0, 0]
    assert answers(workspace, one) == {(0, "objection", "objected"), (0, "consent_new_purpose", "given")}
    assert notices(workspace, one) == ["delivered"]
    answer(workspace, ("R0", Fact.OBJECTION, "objected", 10), ("R1", Fact.OBJECTION, "none", 20))
    assert answers(workspace, one) == {(0, "objection", "none")}


def test_who_appears_later_was_not_told(workspace: Workspace) -> None:
    told(workspace, linked(workspace, ZHANG), {0: "delivered"})
    assert notices(workspace, linked(workspace, LI, ZHANG)) == ["not_told", "delivered"]


@pytest.mark.parametrize(
    ("lead", "objection", "last"),
    [(8, 4, date(2026, 11, 13)), (10, 4, date(2026, 11, 16)), (4, 9, date(2026, 11, 16))],
    ids=["on a Friday", "from a Sunday to Monday", "the longer of the two, from a Saturday"],
)
def test_the_window_closes_on_a_day_on_which_people_work(
    workspace: Workspace, lead: int, objection: int, last: date
) -> None:
    told(workspace, linked(workspace, ("1", "赵一", "13900139001", None)), {0: "delivered"})
    case = replace(CASE, window=replace(CASE.window, notice_lead_days=lead, objection_days=objection))
    assert window_closes(workspace, case) == last


@pytest.mark.parametrize(("day", "known"), [(date(2026, 12, 31), None), (date(2027, 1, 4), 2026)])
def test_a_window_past_the_table_of_holidays_is_told(day: date, known: int | None) -> None:
    assert beyond_table(CASE, day) == known


def test_no_window_closes_while_somebody_is_not_told(workspace: Workspace) -> None:
    told(workspace, linked(workspace, ("1", "赵一", "13900139001", None)), {})
    assert window_closes(workspace, CASE) is None

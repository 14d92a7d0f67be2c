"""Answers by file: the last one of a kind holds; bad lines are named by number, never by content."""

from pathlib import Path

import polars as pl
import pytest

from bequest.kernel.errors import InputError
from bequest.steps.notify.answers import merge_answers, read_answers, read_delivery_report

REFS = pl.Series(["R1", "R2"])


def write(tmp_path: Path, *lines: str, head: str = "ref,answer,at,channel") -> Path:
    path = tmp_path / "answers.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


def test_the_last_answer_of_a_kind_holds_whatever_the_order_of_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "R1,withdraw_objection,2026-11-20T08:00:00Z,phone",
        "R1,object,2026-11-10T08:00:00Z,mail",
        "R1,consent_new_purpose,2026-11-11T08:00:00Z,mail",
    )
    answers = read_answers(path, REFS)
    assert set(answers.select("fact", "value").rows()) == {("objection", "none"), ("consent_new_purpose", "given")}


def test_files_merge_by_time_not_by_order_of_entry(tmp_path: Path) -> None:
    late = read_answers(write(tmp_path, "R1,object,2026-11-20T08:00:00Z,mail"), REFS)
    early = read_answers(write(tmp_path, "R1,withdraw_objection,2026-11-02T08:00:00Z,mail"), REFS)
    assert merge_answers(late, early)["value"].to_list() == ["objected"]
    assert merge_answers(late, early).equals(merge_answers(early, late))


BAD = {
    "unknown answer": ("R1,perhaps,2026-11-20T08:00:00Z,mail", "an unknown answer"),
    "unknown reference": ("R9,object,2026-11-20T08:00:00Z,mail", "a reference that no letter"),
    "no time": ("R1,object,yesterday,mail", "no time with a time zone"),
}


@pytest.mark.parametrize(("line", "says"), BAD.values(), ids=BAD)
def test_a_bad_line_is_named_by_number_and_not_shown(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        read_answers(write(tmp_path, "R2,object,2026-11-20T08:00:00Z,mail", line), REFS)
    assert "line 3" in caught.value.message
    assert line.split(",")[0] not in caught.value.message.split("line")[1]


def test_other_columns_are_refused_without_repeating_what_may_be_data(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing ref, at, channel, 1 others"):
        read_answers(write(tmp_path, "R1,object", head="reference,answer"), REFS)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no file nowhere\.csv"):
        read_answers(tmp_path / "nowhere.csv", REFS)


def test_a_delivery_report_with_an_unknown_state_is_refused(tmp_path: Path) -> None:
    good = write(tmp_path, "R1,delivered,2026-11-03T00:00:00Z", head="ref,state,at")
    assert read_delivery_report(good, REFS)["state"].to_list() == ["delivered"]
    bad = write(tmp_path, "R1,lost,2026-11-03T00:00:00Z", head="ref,state,at")
    with pytest.raises(InputError, match="line 2"):
        read_delivery_report(bad, REFS)


def test_an_answer_may_be_for_one_lot_and_holds_there_beside_the_one_for_all(tmp_path: Path) -> None:
    head = "ref,answer,at,channel,lot"
    lines = ("R1,object,2026-11-20T08:00:00Z,mail,shop-12", "R1,consent_transfer,2026-11-20T08:00:00Z,mail,")
    answers = read_answers(write(tmp_path, *lines, head=head), REFS, lots=("shop-12", "shop-13"))
    assert set(answers.select("fact", "lot").rows()) == {("objection", "shop-12"), ("consent_transfer", "")}
    with pytest.raises(InputError, match="an unknown lot"):
        read_answers(write(tmp_path, "R1,object,2026-11-20T08:00:00Z,mail,shop-99", head=head), REFS, lots=("shop-12",))

"""Who objected since a delivery or since the decisions: by the last word for each lot, then and now."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from bequest.app.fixed import keep_fixed, note_fixed, stopped_since, take_answers, withdrawn_since
from bequest.app.telling import save_answers
from bequest.app.workspace import Workspace
from bequest.steps.notify.answers import merge_answers

LOTS = ("shop", "online")
Answers = list[tuple[str, str, str, int]]
"""Fact, value, lot (empty: all), hour."""


def frame(said: Answers) -> pl.DataFrame:
    rows = [("R1", f, v, datetime(2026, 11, 3, hour, tzinfo=UTC), "file", lot) for f, v, lot, hour in said]
    return pl.DataFrame(rows, schema=["ref", "fact", "value", "at", "channel", "lot"], orient="row")


@pytest.fixture
def since(tmp_path: Path):
    """Lots in which the receiver is to be told, and whether what is under way stops, after further answers."""

    def told(before: Answers, after: Answers, lots: tuple[str, ...] = LOTS) -> tuple[list[str], bool]:
        workspace, kept = Workspace(tmp_path, "c"), tmp_path / "kept"
        first = frame(before) if before else None
        if first is not None:
            save_answers(workspace, first)
        note_fixed(workspace, take_answers(workspace))
        keep_fixed(workspace, kept)
        save_answers(workspace, merge_answers(first, frame(after)))
        withdrawn = [lot for lot in lots if withdrawn_since(workspace, kept, lot, lots).to_list() == ["R1"]]
        return withdrawn, stopped_since(workspace, lots).to_list() == ["R1"]

    return told


def test_who_objects_for_all_again_after_taking_it_back_for_one_lot_is_told_of_there(since) -> None:
    before = [("objection", "objected", "", 1), ("objection", "none", "shop", 2)]
    assert since(before, [("objection", "objected", "", 3)]) == (["shop"], True)


def test_an_objection_for_all_that_a_later_word_for_a_lot_takes_back_is_not_passed_on_there(since) -> None:
    after = [("objection", "objected", "", 1), ("objection", "none", "shop", 2)]
    assert since([], after) == (["online"], True)


def test_an_older_objection_for_all_does_not_go_before_the_word_for_a_lot(since) -> None:
    assert since([("objection", "none", "shop", 2)], [("objection", "objected", "", 1)]) == (["online"], True)


@pytest.mark.parametrize("lot", ["", "shop"])
def test_the_same_again_is_nothing_new(since, lot: str) -> None:
    assert since([("objection", "objected", lot, 1)], [("objection", "objected", lot, 3)]) == ([], False)


def test_with_one_lot_it_does_not_matter_for_which_it_was_said(since) -> None:
    only = ("shop",)
    assert since([("objection", "objected", "", 1)], [("objection", "objected", "shop", 2)], only) == ([], False)
    assert since([], [("consent_transfer", "refused", "shop", 2)], only) == (["shop"], True)


def test_a_dispute_stops_and_withdraws_nothing(since) -> None:
    assert since([], [("dispute", "open", "", 1)]) == ([], True)

"""Decisions on the scrub of a server: windows, what was shown, what remains."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bequest.model.destruction import Level
from bequest.sources.scrub import Check, ScrubPlan, room_check
from bequest.steps.destroy.scrubbing import (
    REMAINS,
    Choice,
    ScrubDecision,
    When,
    place_in_window,
    plan_digest,
    residuals_of,
)

PLAN = ScrubPlan(
    Level.LOGICAL, ("vacuum_full", "wal"), ("VACUUM FULL a;",), (room_check(10, 20),), ("a",), True, 10, ("backups",)
)
RUN = ScrubDecision(
    source="crm", choice=Choice.RUN, plan_digest=plan_digest("crm", PLAN), person="it-1", fingerprint="SHA256:x",
    decided_at="2026-12-01T00:00:00Z", begins_at="2026-12-31T01:00:00Z", ends_at="2026-12-31T05:00:00Z",
    until="2027-01-31",
)  # fmt: skip
LEAVE = replace(RUN, choice=Choice.LEAVE, begins_at="", ends_at="", reason="managed")


@pytest.mark.parametrize(
    ("hour", "minute", "when"),
    [(0, 59, When.BEFORE), (1, 0, When.INSIDE), (4, 59, When.INSIDE), (5, 0, When.AFTER), (23, 0, When.AFTER)],
)
def test_a_window_begins_with_its_first_instant_and_ends_before_its_last(hour: int, minute: int, when: When) -> None:
    assert place_in_window(RUN, datetime(2026, 12, 31, hour, minute, tzinfo=UTC)) is when


def test_what_was_approved_is_recipe_and_reach_not_the_sizes_of_the_day() -> None:
    moved = replace(PLAN, checks=(room_check(11, 25),), bytes_needed=11)
    assert plan_digest("crm", moved) == plan_digest("crm", PLAN)
    others = [
        replace(PLAN, steps=("vacuum_full",)), replace(PLAN, commands=()), replace(PLAN, locked=("a", "b")),
        replace(PLAN, is_server_wide=False), replace(PLAN, remains=()),
    ]  # fmt: skip
    assert len({plan_digest("crm", p) for p in [PLAN, *others]} | {plan_digest("shop", PLAN)}) == 7


def test_a_blocking_check_or_no_recipe_makes_a_scrub_impossible() -> None:
    assert PLAN.is_possible
    assert not replace(PLAN, checks=(room_check(21, 20),)).is_possible
    assert not replace(PLAN, steps=()).is_possible
    assert replace(PLAN, checks=(Check("other_databases", fine=False),)).is_possible


def test_a_store_that_is_left_is_a_residual_until_its_day() -> None:
    [residual] = residuals_of("crm", LEAVE, ())
    assert residual.due_on == "2027-01-31"
    assert "crm" in residual.where_en
    assert REMAINS["pages"][1] in residual.where_en
    assert REMAINS["wal"][0] in residual.where_zh


def test_a_scrub_leaves_what_it_cannot_reach_and_nothing_else() -> None:
    assert residuals_of("crm", RUN, ()) == ()
    [residual] = residuals_of("crm", RUN, ("redo_log",))
    assert REMAINS["redo_log"][1] in residual.where_en
    assert REMAINS["pages"][1] not in residual.where_en

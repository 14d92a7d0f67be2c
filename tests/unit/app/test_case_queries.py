"""Where a case stands, and what comes next."""

from dataclasses import replace

import pytest
from tests.unit.app.app_cases import T0, add_case, mark_done
from tests.unit.app.conftest import DemoHome
from tests.unit.store.samples import CASE

from bequest.app.context import ORDER, Context
from bequest.app.open_case import FIRST_KEYS
from bequest.app.queries.case import case_overview, key_table, steps_of, store_table
from bequest.crypto.keys import purpose_row
from bequest.kernel.errors import StateError
from bequest.model.case import Event

WITHOUT = {
    Event.E1: {"cutover", "deliver", "destroy"},
    Event.E2: {"cutover", "deliver", "destroy"},
    Event.E7: {"deliver"},
    Event.E9: {"deliver"},
    Event.E12: {"notify", "destroy"},
    Event.E14: {"notify", "cutover", "deliver", "destroy"},
}


@pytest.mark.parametrize("event", Event)
def test_an_event_has_the_steps_it_needs_and_no_other(event: Event) -> None:
    steps = steps_of(replace(CASE, event=event))
    assert set(ORDER) - set(steps) == WITHOUT.get(event, set())
    assert list(steps) == [s for s in ORDER if s in steps]


@pytest.mark.parametrize("event", [Event.E5, Event.E2])
def test_the_next_step_is_the_first_that_is_not_done(ctx: Context, event: Event) -> None:
    case = add_case(ctx, replace(CASE, id="next-2026", event=event))
    steps = steps_of(case)
    for step, following in zip(steps[1:], [*steps[2:], ""], strict=True):
        assert case_overview(ctx, case.id).next_step == step
        mark_done(ctx, case.id, step)
        assert case_overview(ctx, case.id).next_step == following


def test_a_step_that_failed_comes_next_again_and_its_latest_run_is_shown(ctx: Context) -> None:
    mark_done(ctx, CASE.id, "discover")
    with ctx.store.transaction() as tx:
        tx.steps.fail(tx.steps.start(CASE.id, "link", "", T0), "BQ-SOURCE-1", T0)
        tx.steps.start(CASE.id, "link", "", T0)
    overview = case_overview(ctx, CASE.id)
    assert overview.next_step == "link"
    assert {r.step: r.run_number for r in overview.steps} == {"open": 1, "discover": 1, "link": 2}


def test_the_overview_tells_case_revision_and_the_time_in_it(ctx: Context) -> None:
    overview = case_overview(ctx, CASE.id)
    assert (overview.case, overview.status, overview.revision) == (CASE, "open", 1)
    assert overview.now == "2026-11-02T01:00:00Z"


def test_a_case_nobody_opened_is_said_so(ctx: Context) -> None:
    with pytest.raises(StateError, match="nobody-2026"):
        case_overview(ctx, "nobody-2026")


def test_the_key_table_says_of_each_key_who_holds_it_and_when_it_dies(ctx: Context) -> None:
    rows = key_table(ctx, CASE.id)
    assert {r.purpose for r in rows} == set(FIRST_KEYS)
    for r in rows:
        known = purpose_row(r.purpose)
        assert (r.holder, r.backup, r.lost_with_it, r.dies_when) == (
            known.holder_zh, known.backup_zh, known.lost_zh, known.dies_zh,
        )  # fmt: skip
        assert r.state == "active"


def test_a_case_that_holds_no_values_has_no_places(ctx: Context) -> None:
    assert store_table(ctx, CASE.id) == ()


def test_a_planned_case_goes_on_with_approval(planned: DemoHome) -> None:
    overview = case_overview(planned.ctx, planned.case_id)
    assert overview.next_step == "approve"
    assert {r.step for r in overview.steps} == {"open", "discover", "link", "plan"}
    assert all(r.counts for r in overview.steps)

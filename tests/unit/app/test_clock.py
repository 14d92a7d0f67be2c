"""The clock of a rehearsal moves forward, in the log's sight; a real case's cannot be moved."""

from datetime import timedelta

import pytest
from tests.unit.app.app_cases import T0, events
from tests.unit.store.samples import CASE, REAL_CASE

from bequest.app.clock import advance_clock
from bequest.app.context import Context
from bequest.kernel.errors import BequestError, GuardError, InputError


def test_a_rehearsals_clock_moves_and_stands_there(ctx: Context) -> None:
    assert advance_clock(ctx, CASE.id, timedelta(days=30)) == T0 + timedelta(days=30)
    assert ctx.now(CASE.id) == T0 + timedelta(days=30)
    assert advance_clock(ctx, CASE.id, timedelta(days=1)) == T0 + timedelta(days=31)
    assert ctx.now(CASE.id) == T0 + timedelta(days=31)


def test_every_move_is_in_the_log(ctx: Context) -> None:
    for _ in range(2):
        advance_clock(ctx, CASE.id, timedelta(days=1))
    assert events(ctx, CASE.id)[-2:] == [
        ("clock.moved", "clock.moved:2026-11-03t01.00.00z"),
        ("clock.moved", "clock.moved:2026-11-04t01.00.00z"),
    ]
    with ctx.store.transaction() as tx:
        assert tx.outbox.pending(CASE.id) == ()


@pytest.mark.parametrize("by", [timedelta(0), timedelta(seconds=-1), timedelta(days=-400)])
def test_it_never_moves_back_or_stays(ctx: Context, by: timedelta) -> None:
    with pytest.raises(InputError) as caught:
        advance_clock(ctx, CASE.id, by)
    assert caught.value.hint
    assert ctx.now(CASE.id) == T0


@pytest.mark.parametrize("by", [timedelta(days=999_999_999), timedelta(days=8000 * 365)])
def test_a_day_no_calendar_has_is_refused_in_words(ctx: Context, by: timedelta) -> None:
    with pytest.raises(InputError):
        advance_clock(ctx, CASE.id, by)
    assert ctx.now(CASE.id) == T0


def test_a_real_case_waits_for_the_day(ctx: Context) -> None:
    before = len(events(ctx, REAL_CASE.id))
    with pytest.raises(GuardError, match="not a rehearsal"):
        advance_clock(ctx, REAL_CASE.id, timedelta(days=1))
    assert len(events(ctx, REAL_CASE.id)) == before
    with ctx.store.transaction() as tx:
        assert tx.cases.get(REAL_CASE.id).clock_at is None


def test_no_case_no_clock(ctx: Context) -> None:
    with pytest.raises(BequestError):
        advance_clock(ctx, "nobody-2026", timedelta(days=1))

"""The frame around a step: in order, one at a time, once where it happens once, and again after a crash."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.app.app_cases import T0, let_run_out, mark_done
from tests.unit.store.samples import CASE, REAL_CASE, start_python

from bequest.app.context import (
    HEARTBEAT_SECONDS,
    ONCE,
    ORDER,
    Context,
    done_steps,
    open_context,
    require,
    step,
    ticker,
)
from bequest.kernel.errors import GuardError, LeaseError, StateError
from bequest.store.records import StepRun, StepState

ID = CASE.id


@pytest.fixture
def ctx(ctx_on_both: Context) -> Context:
    return ctx_on_both


@dataclass(slots=True)
class TestClock:
    """A machine's clock that a test moves; `then` happens once, at the next look at it."""

    __test__ = False
    at: datetime = T0
    then: Callable[[], None] | None = None

    def now(self) -> datetime:
        happens, self.then = self.then, None
        if happens:
            happens()
        return self.at


@dataclass(slots=True)
class Seen:
    """Hooks that write down every boundary, and fail at one of them."""

    fails_at: str = ""
    points: list[str] = field(default_factory=list)

    def at(self, case_id: str, point: str) -> None:
        self.points.append(point)
        if point == self.fails_at:
            raise GuardError("not allowed here")


def runs(ctx: Context, name: str) -> list[StepRun]:
    with ctx.store.transaction() as tx:
        return [r for r in tx.steps.all(ID) if r.step == name]


def is_free(ctx: Context, name: str) -> bool:
    with ctx.store.transaction() as tx:
        lease = tx.leases.get(ID, name)
    return lease is None or lease.released


def run_step(ctx: Context, name: str, *, needs: tuple[str, ...] = ()) -> None:
    with step(ctx, ID, name, needs=needs) as run:
        run.counts["rows"] = 3
        run.output_digest = "d" * 64


def test_a_step_that_ran_is_done_with_what_it_counted(ctx: Context) -> None:
    run_step(ctx, "discover")
    (run,) = runs(ctx, "discover")
    assert (run.state, run.counts, run.output_digest) == (StepState.DONE, {"rows": 3}, "d" * 64)
    assert run.seconds >= 0
    assert done_steps(ctx, ID) == {"open", "discover"}
    assert is_free(ctx, "discover")


@pytest.mark.parametrize(
    ("done", "missing"),
    [((), "link"), (("link",), "plan"), (("plan",), "link"), (("link", "plan"), "")],
)
def test_the_first_step_that_is_missing_is_named_with_the_command_that_runs_it(ctx: Context, done, missing) -> None:
    mark_done(ctx, ID, *done)
    if not missing:
        run_step(ctx, "approve", needs=("link", "plan"))
        return
    with pytest.raises(StateError, match=f"step '{missing}' of case {ID} is not done") as caught:
        run_step(ctx, "approve", needs=("link", "plan"))
    assert f"`bequest {missing} {ID}`" in caught.value.hint
    assert runs(ctx, "approve") == []


def test_a_failed_or_open_step_does_not_count_as_done(ctx: Context) -> None:
    with ctx.store.transaction() as tx:
        tx.steps.fail(tx.steps.start(ID, "link", "", T0), "BQ-X", T0)
        tx.steps.start(ID, "plan", "", T0)
    for missing in ("link", "plan"):
        with pytest.raises(StateError, match=missing):
            require(ctx, ID, missing)


@pytest.mark.parametrize("name", sorted(ONCE))
def test_what_happens_once_is_refused_when_it_is_done(ctx: Context, name: str) -> None:
    mark_done(ctx, ID, name)
    with pytest.raises(StateError, match=f"step '{name}' of case {ID} is done already"):
        run_step(ctx, name)


@pytest.mark.parametrize("name", [s for s in ORDER if s not in ONCE])
def test_the_others_may_be_repeated_until_the_cutover_and_not_after(ctx: Context, name: str) -> None:
    mark_done(ctx, ID, name)
    run_step(ctx, name)
    mark_done(ctx, ID, "cutover")
    with pytest.raises(StateError, match="past its cutover"):
        run_step(ctx, name)


def test_steps_after_the_cutover_are_open_after_it(ctx: Context) -> None:
    mark_done(ctx, ID, "cutover")
    for name in ("deliver", "destroy", "close"):
        run_step(ctx, name, needs=("cutover",))


def test_a_case_that_is_not_there_is_said_so(ctx: Context) -> None:
    with pytest.raises(StateError, match="nobody-2026"), step(ctx, "nobody-2026", "link"):
        pass


# one at a time


def test_two_processes_never_work_on_one_step(ctx: Context) -> None:
    with step(ctx, ID, "link"), pytest.raises(LeaseError, match=f"step 'link' of case {ID} is being worked on"):
        run_step(ctx, "link")
    (run,) = runs(ctx, "link")
    assert run.state is StepState.DONE


def test_two_steps_of_one_case_do_not_run_at_a_time(ctx: Context) -> None:
    with step(ctx, ID, "link"), pytest.raises(LeaseError, match=f"step 'link' of case {ID} is being worked on"):
        run_step(ctx, "plan")
    run_step(ctx, "plan")


def test_the_same_step_of_another_case_is_free(ctx: Context) -> None:
    with step(ctx, ID, "link"), step(ctx, REAL_CASE.id, "link"):
        pass


def test_what_happens_once_happens_once_even_when_two_processes_begin_together(ctx: Context) -> None:
    """The other process finishes after this one has looked, and before it has the lease."""
    clock = TestClock()
    first = Context(ctx.home, ctx.store)
    late = Context(ctx.home, ctx.store, system=clock)
    clock.then = lambda: run_once(first)
    happened: list[str] = []

    def run_once(context: Context) -> None:
        with step(context, REAL_CASE.id, "destroy"):
            happened.append("destroyed")

    with pytest.raises(StateError, match="step 'destroy' of case other-2026 is done already"):
        run_once(late)
    assert happened == ["destroyed"]


def test_a_step_that_is_closed_by_a_cutover_meanwhile_does_not_begin(ctx: Context) -> None:
    clock = TestClock()
    late = Context(ctx.home, ctx.store, system=clock)
    clock.then = lambda: mark_done(ctx, REAL_CASE.id, "cutover")
    with pytest.raises(StateError, match="past its cutover"), step(late, REAL_CASE.id, "link"):
        raise AssertionError("must not run")
    with ctx.store.transaction() as tx:
        assert [r for r in tx.steps.all(REAL_CASE.id) if r.step == "link"] == []


def two_machines(ctx: Context) -> tuple[Context, Context]:
    """Two processes that know nothing of each other."""
    return Context(ctx.home, ctx.store, holder="host-a"), Context(ctx.home, ctx.store, holder="host-b")


def test_who_was_overtaken_learns_it_at_the_next_batch_and_leaves_nothing_done(ctx: Context) -> None:
    early, later = two_machines(ctx)
    with pytest.raises(LeaseError, match="no longer held"), step(early, ID, "deliver") as run:  # noqa: PT012
        let_run_out(ctx, ID, "deliver")
        with step(later, ID, "deliver") as other:
            run.guard()
    assert other.fencing > run.fencing
    assert [r.state for r in runs(ctx, "deliver")] == [StepState.FAILED, StepState.FAILED]


def test_who_was_overtaken_cannot_finish_either(ctx: Context) -> None:
    early, later = two_machines(ctx)
    with pytest.raises(LeaseError, match="no longer held"), step(early, ID, "deliver"):  # noqa: PT012
        let_run_out(ctx, ID, "deliver")
        run_step(later, "deliver")
    states = [(r.state, r.error_code) for r in runs(ctx, "deliver")]
    assert states == [(StepState.FAILED, "interrupted"), (StepState.DONE, "")]
    assert is_free(ctx, "deliver")


def expiry(ctx: Context) -> datetime:
    with ctx.store.transaction() as tx:
        lease = tx.leases.get(ID, "deliver")
    assert lease is not None
    return lease.expires_at


def test_the_guard_of_the_holder_passes_and_renews_the_lease(ctx: Context) -> None:
    with step(ctx, ID, "deliver") as run:
        first = expiry(ctx)
        run.guard()
        assert expiry(ctx) == first
        run._beat -= HEARTBEAT_SECONDS + 1
        run.guard()
        assert expiry(ctx) > first


def test_what_a_step_writes_after_it_was_overtaken_is_refused(ctx: Context) -> None:
    """A process that stood still wakes up in the middle of a step and goes on with its next transaction."""
    early, later = two_machines(ctx)
    with pytest.raises(LeaseError, match="no longer held"), step(early, ID, "deliver"):  # noqa: PT012
        let_run_out(ctx, ID, "deliver")
        run_step(later, "deliver")
        with early.store.transaction() as tx:
            tx.outbox.append(ID, "late", "case.opened", {}, T0)
    with ctx.store.transaction() as tx:
        assert tx.outbox.get(ID, "late") is None


@pytest.mark.parametrize("jump", [timedelta(days=400), timedelta(hours=1), -timedelta(hours=1), -timedelta(days=400)])
def test_a_jump_of_the_machines_clock_lets_nobody_in_and_keeps_nobody_out(ctx: Context, jump: timedelta) -> None:
    clock = TestClock()
    working, other = (Context(ctx.home, ctx.store, system=clock, holder=f"host-{n}") for n in "ab")
    with step(working, ID, "deliver") as run:
        clock.at += jump
        with pytest.raises(LeaseError, match="is being worked on"):
            run_step(other, "deliver")
        run.guard()
        before = expiry(ctx)
        run._beat -= HEARTBEAT_SECONDS + 1
        run.guard()
        assert timedelta(0) < expiry(ctx) - before < timedelta(seconds=60)
    assert is_free(ctx, "deliver")


# after a crash


def test_after_a_crash_between_start_and_finish_the_step_runs_again(ctx: Context) -> None:
    with pytest.raises(ZeroDivisionError), step(ctx, ID, "deliver"):
        raise ZeroDivisionError
    assert "deliver" not in done_steps(ctx, ID)
    assert is_free(ctx, "deliver")
    run_step(ctx, "deliver")
    assert [r.state for r in runs(ctx, "deliver")] == [StepState.FAILED, StepState.DONE]


KILLED = """
import os, sys
from pathlib import Path
from bequest.app.context import open_context, step
from bequest.store.settings import database_url
with step(open_context(Path(sys.argv[1]), database_url=database_url()), sys.argv[2], "deliver"):
    os._exit(9)
"""


def test_after_a_kill_nobody_waits_for_the_lease(ctx: Context) -> None:
    process = start_python(KILLED, ctx.home, ID)
    process.communicate()  # its lease is still on record
    assert process.returncode == 9
    assert not is_free(ctx, "deliver")
    run_step(ctx, "deliver")
    assert [r.state for r in runs(ctx, "deliver")] == [StepState.FAILED, StepState.DONE]


def test_an_expected_failure_is_on_record_with_its_code_and_the_step_is_free(ctx: Context) -> None:
    with pytest.raises(GuardError), step(ctx, ID, "deliver"):
        raise GuardError("stopped by a safety rule")
    (run,) = runs(ctx, "deliver")
    assert (run.state, run.error_code) == (StepState.FAILED, "BQ-GUARD-1")
    assert is_free(ctx, "deliver")


@pytest.mark.parametrize("point", ["deliver.started", "deliver.inside", "deliver.before_finish"])
def test_a_hook_that_refuses_stops_the_step_there(ctx: Context, point: str) -> None:
    hooks = Seen(point)
    order = ["deliver.started", "deliver.inside", "deliver.before_finish"]
    with pytest.raises(GuardError), step(Context(ctx.home, ctx.store, hooks=hooks), ID, "deliver") as run:
        run.hook("inside")
    assert hooks.points == order[: order.index(point) + 1]
    assert "deliver" not in done_steps(ctx, ID)
    assert is_free(ctx, "deliver")
    run_step(ctx, "deliver")


# the context


def test_a_rehearsal_has_the_time_it_was_given_and_a_real_case_the_machines(ctx: Context) -> None:
    context = Context(ctx.home, ctx.store, system=TestClock(T0 + timedelta(days=400)))
    assert context.now(CASE.id) == T0
    assert context.now(REAL_CASE.id) == T0 + timedelta(days=400)
    with step(context, CASE.id, "link") as run:
        assert run.at == T0
        assert (run.case, run.workspace.root) == (CASE, ctx.home / "cases" / CASE.id)


def test_a_home_opens_private_with_one_master_key(tmp_path: Path) -> None:
    home = tmp_path / "a" / "home"
    first = open_context(home)
    key = (home / "master.key").read_bytes()
    second = open_context(home)
    assert (home / "master.key").read_bytes() == key
    assert home.stat().st_mode & 0o077 == 0
    assert (home / "master.key").stat().st_mode & 0o077 == 0
    for context in (first, second):
        context.store.close()


@pytest.fixture
def told(ctx: Context) -> tuple[Context, list[tuple[str, int, int]]]:
    seen: list[tuple[str, int, int]] = []
    return Context(ctx.home, ctx.store, progress=lambda *x: seen.append(x)), seen


def test_progress_adds_up_and_never_passes_the_total(told) -> None:
    context, seen = told
    tick = ticker(context, "link crm.customers", 5)
    for rows in (2, 2, 2):
        tick(rows)
    assert seen == [("link crm.customers", 2, 5), ("link crm.customers", 4, 5), ("link crm.customers", 5, 5)]

"""Steps ordered in the console: who may, when; taken once, gone on with after a kill, nothing done twice."""

import os
import signal
import subprocess
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.app.conftest import DemoHome
from tests.unit.store.samples import CASE, REAL_CASE, start_python

from bequest.app.console.order_step import agree_to_step, order_step, withdraw_step
from bequest.app.console.steps import SECONDERS, STARTERS, offers
from bequest.app.context import Context
from bequest.app.run_discover import run_discover
from bequest.app.work_orders import RUNNERS, Outfit, work_once
from bequest.kernel.errors import ApprovalError, LeaseError, StateError
from bequest.model.case import Role
from bequest.store.holders import may_be_alive
from bequest.store.one_worker import alone_on_sqlite
from bequest.store.order_records import OrderState, StepOrder
from bequest.store.records import StepState

IT, LEGAL, OFFICER = (frozenset({r}) for r in (Role.IT, Role.LEGAL, Role.OFFICER))
KILLED = """
import sys
from pathlib import Path
from bequest.app.context import open_context
from bequest.app.work_orders import Outfit, work_once
class Hooks:
    def at(self, case_id, point):
        if point == sys.argv[2]:
            print("there", flush=True)
            sys.stdin.readline()
work_once(open_context(Path(sys.argv[1]), hooks=Hooks()), Outfit())
"""


def orders(ctx: Context, case_id: str) -> tuple[StepOrder, ...]:
    with ctx.store.transaction() as tx:
        return tx.orders.list(case_id)


def runs(ctx: Context, case_id: str, step: str) -> list[StepState]:
    with ctx.store.transaction() as tx:
        return [r.state for r in tx.steps.all(case_id) if r.step == step]


def test_every_step_of_the_worker_has_somebody_who_starts_it() -> None:
    assert {*RUNNERS} == {*STARTERS}
    assert {*SECONDERS} < {*STARTERS}
    assert {"notify", "cutover", "deliver", "destroy", "close"} <= {*SECONDERS}


def test_a_step_is_ordered_by_its_role_in_its_turn_and_once(opened: DemoHome) -> None:
    ctx, case = opened.ctx, opened.case_id
    with pytest.raises(ApprovalError):
        order_step(ctx, case, "discover", by="x", roles=LEGAL)
    with pytest.raises(StateError, match="comes after"):
        order_step(ctx, case, "link", by="x", roles=IT)
    order_step(ctx, case, "discover", by="x", roles=IT)
    with pytest.raises(StateError, match="ordered already"):
        order_step(ctx, case, "discover", by="y", roles=IT)
    withdraw_step(ctx, case, "discover-1", roles=IT)
    assert order_step(ctx, case, "discover", by="y", roles=IT).order_id == "discover-2"
    with ctx.store.transaction() as tx:
        assert [e.event_id for e in tx.outbox.all(case) if e.typ == "step.ordered"] == [
            "step.ordered:discover-1", "step.ordered:discover-2",
        ]  # fmt: skip


def test_the_worker_runs_it_and_says_how_it_ended(opened: DemoHome) -> None:
    ctx, case = opened.ctx, opened.case_id
    assert work_once(ctx, Outfit()) is None
    order_step(ctx, case, "discover", by="x", roles=IT)
    assert work_once(ctx, Outfit()) is not None
    assert [o.state for o in orders(ctx, case)] == [OrderState.DONE]
    assert runs(ctx, case, "discover") == [StepState.DONE]
    assert next(o for o in offers(ctx, case) if o.step == "link").possible


def test_an_error_ends_the_order_with_the_way_out(opened: DemoHome) -> None:
    ctx, case = opened.ctx, opened.case_id
    with ctx.store.transaction() as tx:  # out of its turn
        tx.orders.add(case, "plan", "x", tx.leases.now(ctx.system.now()), needs_second=False)
    work_once(ctx, Outfit())
    last = orders(ctx, case)[-1]
    assert last.state is OrderState.FAILED
    assert "link" in last.error_text
    assert "bequest link" in last.error_hint
    assert last.error_code.startswith("BQ-")


def test_what_cannot_be_taken_back_needs_another_natural_person(planned: DemoHome) -> None:
    ctx, case = planned.ctx, planned.case_id
    now = ctx.now(case)
    with ctx.store.transaction() as tx:
        tx.steps.finish(tx.steps.start(case, "approve", "", now), "x", {}, now, 0.0)
    both = OFFICER | LEGAL
    order = order_step(ctx, case, "notify", by="zhou", roles=both)
    assert order.state is OrderState.WAITING
    assert work_once(ctx, Outfit()) is None
    with pytest.raises(ApprovalError, match="second person"):
        agree_to_step(ctx, case, order.order_id, by="zhou", roles=both)
    with pytest.raises(ApprovalError, match="do not agree"):
        agree_to_step(ctx, case, order.order_id, by="li", roles=IT)
    agree_to_step(ctx, case, order.order_id, by="li", roles=LEGAL)
    with pytest.raises(StateError):
        agree_to_step(ctx, case, order.order_id, by="wu", roles=LEGAL)
    taken = work_once(ctx, Outfit())
    assert taken is not None
    assert taken.agreed_by == "li"


def test_a_destruction_waits_for_a_worker_with_three_keys(tmp_path: Path) -> None:
    keys = {r: tmp_path / r.value for r in (Role.OPERATOR, Role.VERIFIER, Role.OFFICER)}
    assert "destroy" not in Outfit().steps
    assert Outfit(keys=keys).steps == frozenset(RUNNERS)


@pytest.mark.parametrize("point", ["discover.started", "discover.before_finish"])
def test_a_killed_worker_is_taken_over_and_the_step_is_done_once(opened: DemoHome, point: str) -> None:
    ctx, case = opened.ctx, opened.case_id
    order_step(ctx, case, "discover", by="x", roles=IT)
    ctx.store.close()
    worker = start_python(KILLED, ctx.home, point)
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == "there"
    assert work_once(ctx, Outfit()) is None  # it is alive
    os.kill(worker.pid, signal.SIGKILL)
    worker.communicate()
    taken = work_once(ctx, Outfit())
    assert taken is not None
    assert taken.tries == 2
    assert [o.state for o in orders(ctx, case)] == [OrderState.DONE]
    assert runs(ctx, case, "discover") == [StepState.FAILED, StepState.DONE]


def test_what_a_killed_worker_had_finished_is_not_done_again(opened: DemoHome) -> None:
    ctx, case = opened.ctx, opened.case_id
    order_step(ctx, case, "discover", by="x", roles=IT)
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead = ctx.holder.replace(f"/{os.getpid()}/", f"/{gone.pid}/")
    with ctx.store.transaction() as tx:
        at = tx.leases.now(ctx.system.now())
        mine = tx.orders.take(dead, RUNNERS, at, 120, may_be_alive)
    run_discover(ctx, case)
    assert mine is not None
    work_once(ctx, Outfit())
    assert runs(ctx, case, "discover") == [StepState.DONE]
    assert [o.state for o in orders(ctx, case)] == [OrderState.DONE]
    with ctx.store.transaction() as tx:  # whoever was overtaken no longer says how it ended
        assert not tx.orders.end(mine, OrderState.FAILED, at)
        assert not tx.orders.beat(mine, at, "", 0, 0)


def test_workers_that_race_take_every_order_once(ctx_on_both: Context) -> None:
    ctx = ctx_on_both
    with ctx.store.transaction() as tx:
        at = tx.leases.now(ctx.system.now())
        for case in (CASE.id, REAL_CASE.id):
            tx.orders.add(case, "discover", "x", at, needs_second=False)
    taken: list[str] = []

    def race(n: int) -> None:
        for _ in range(4):
            with ctx.store.transaction() as tx:
                found = tx.orders.take(f"worker-{n}", ("discover",), at, 120, lambda _: True)
            if found is not None:
                taken.append(found.case_id)
        ctx.store.close()

    threads = [threading.Thread(target=race, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert Counter(taken) == {CASE.id: 1, REAL_CASE.id: 1}


def test_a_worker_without_a_sign_of_life_is_overtaken(ctx_on_both: Context) -> None:
    ctx = ctx_on_both
    with ctx.store.transaction() as tx:
        at = tx.leases.now(ctx.system.now())
        tx.orders.add(CASE.id, "discover", "x", at, needs_second=False)
        first = tx.orders.take("far/a/1/2", ("discover",), at, 120, may_be_alive)
    assert first is not None
    with ctx.store.transaction() as tx:
        assert tx.orders.take("b", ("discover",), at + timedelta(seconds=119), 120, may_be_alive) is None
        assert tx.orders.beat(first, at + timedelta(seconds=100), "x", 1, 2)
        assert tx.orders.take("b", ("discover",), at + timedelta(seconds=130), 120, may_be_alive) is None
        second = tx.orders.take("b", ("discover",), at + timedelta(seconds=221), 120, may_be_alive)
    assert second is not None
    assert second.tries == 2


def test_on_a_file_one_worker_runs(ctx: Context) -> None:
    with alone_on_sqlite(ctx.store), pytest.raises(LeaseError), alone_on_sqlite(ctx.store):
        pass
    with alone_on_sqlite(ctx.store):
        pass

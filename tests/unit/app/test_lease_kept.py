"""A step that is at work keeps its lease, however long it reads; one that stands still loses it."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from tests.unit.app.app_cases import let_run_out
from tests.unit.store.samples import CASE

from bequest.app import context
from bequest.app.context import Context, step
from bequest.kernel.errors import LeaseError

ID = CASE.id


@pytest.fixture
def ctx(ctx_on_both: Context) -> Context:
    return ctx_on_both


def lease_ends(ctx: Context) -> datetime:
    with ctx.store.transaction() as tx:
        lease = tx.leases.get(ID, "deliver")
    assert lease is not None
    return lease.expires_at


def wait_for(what: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + 10
    while not what() and time.monotonic() < give_up:
        time.sleep(0.005)
    return what()


def test_a_lease_is_renewed_between_two_batches(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "HEARTBEAT_SECONDS", 0.01)
    with step(ctx, ID, "deliver"):
        first = lease_ends(ctx)
        assert wait_for(lambda: lease_ends(ctx) > first)


def test_who_was_overtaken_does_not_take_the_lease_back(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    first = Context(ctx.home, ctx.store, holder="host-a")
    second = Context(ctx.home, ctx.store, holder="host-b")
    with pytest.raises(LeaseError, match="no longer held"), step(first, ID, "deliver") as run:  # noqa: PT012
        let_run_out(ctx, ID, "deliver")
        with step(second, ID, "deliver") as other:
            ends = lease_ends(ctx)
            monkeypatch.setattr(context, "HEARTBEAT_SECONDS", 0.01)
            with run.alive():  # the first process beats, the second stands still
                time.sleep(0.2)
            assert lease_ends(ctx) == ends
            other.guard()
        run.hook("anything")

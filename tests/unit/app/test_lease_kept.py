"""A step that is at work keeps its lease, however long it reads; one that stands still loses it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from tests.unit.app.app_cases import T0
from tests.unit.store.samples import CASE

from bequest.app import context
from bequest.app.context import LEASE_SECONDS, Context, step
from bequest.kernel.errors import LeaseError

ID = CASE.id


class Clock:
    """A machine's clock that a test moves."""

    def __init__(self) -> None:
        self.at = T0

    def now(self) -> datetime:
        return self.at


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
    clock = Clock()
    with step(Context(ctx.home, ctx.store, system=clock), ID, "deliver"):
        clock.at += timedelta(seconds=LEASE_SECONDS - 1)
        assert wait_for(lambda: lease_ends(ctx) == clock.at + timedelta(seconds=LEASE_SECONDS))


def test_who_was_overtaken_does_not_take_the_lease_back(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "HEARTBEAT_SECONDS", 0.01)
    early, late = Clock(), Clock()
    late.at += timedelta(seconds=LEASE_SECONDS + 1)
    first = Context(ctx.home, ctx.store, system=early, holder="host-a")
    second = Context(ctx.home, ctx.store, system=late, holder="host-b")
    ends = late.at + timedelta(seconds=LEASE_SECONDS)
    with pytest.raises(LeaseError, match="no longer held"), step(first, ID, "deliver") as run:  # noqa: PT012
        with step(second, ID, "deliver"):
            early.at = late.at + timedelta(days=1)
            time.sleep(0.2)
            assert lease_ends(ctx) == ends
        run.hook("anything")

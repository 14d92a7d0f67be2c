"""A log and a control database that are not of one time: one of them was put back from an older copy."""

import shutil

import pytest
from tests.unit.app.app_cases import T0
from tests.unit.store.samples import CASE

from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import EvidenceError
from bequest.store import models as rows

ID = CASE.id


@pytest.fixture
def ctx(ctx_on_both: Context) -> Context:
    return ctx_on_both


def note(ctx: Context, key: str) -> int:
    with ctx.store.transaction() as tx:
        record(ctx, tx, ID, EventType.CLOCK_MOVED, key, at=T0)
    return publish(ctx, ID)


def test_an_older_control_database_is_refused_and_nothing_is_written(ctx: Context) -> None:
    size = note(ctx, "one")
    rows.OutboxEvent.objects.using(ctx.store._alias).filter(case_id=ID, event_id="clock.moved:one").delete()
    with pytest.raises(EvidenceError, match=f"has {size} entries, the control database knows {size - 1}"):
        publish(ctx, ID)
    with ctx.store.transaction() as tx:
        assert tx.outbox.get(ID, "clock.moved:one") is None


def test_an_older_log_is_refused(ctx: Context) -> None:
    note(ctx, "one")
    folder = ctx.workspace(ID).dir("log")
    shutil.copytree(folder, folder.with_name("older"))
    size = note(ctx, "two")
    shutil.rmtree(folder)
    folder.with_name("older").rename(folder)
    with pytest.raises(EvidenceError, match=f"has {size - 1} entries, {size} were published"):
        publish(ctx, ID)

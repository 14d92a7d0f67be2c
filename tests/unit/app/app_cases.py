"""Invented cases for the tests of use cases: people with keys of their own, a home with a rehearsal and a real case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.unit.store.samples import CASE

from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.app.open_case import FIRST_KEYS, make_keys
from bequest.demo.keys import DemoKeys
from bequest.demo.keys import make_keys as make_people
from bequest.demo.parties import people_for
from bequest.evidence.event_types import EventType
from bequest.model.case import Case, Event, Person
from bequest.store import models as rows

T0 = datetime(2026, 11, 2, 1, tzinfo=UTC)
PEOPLE = people_for(Event.E5)


def with_people(case: Case, folder: Path) -> tuple[Case, DemoKeys]:
    """The case with one person per role, each with a key in `folder`."""
    keys = make_people(folder, tuple(p.id for p in PEOPLE), ())
    people = tuple(
        Person(id=p.id, name=p.name, roles=p.roles, paper=p.paper, external=p.external,
               public_key=keys.person_public[p.id])
        for p in PEOPLE
    )  # fmt: skip
    return replace(case, people=people), keys


def add_case(ctx: Context, case: Case = CASE) -> Case:
    """The case opened at `T0`, with the keys its evidence needs; a rehearsal's clock stands there."""
    with ctx.store.transaction() as tx:
        tx.cases.add(case, organisation=case.transferor.name, at=T0)
        if case.rehearsal:
            tx.cases.set_clock(case.id, T0)
        run = tx.steps.start(case.id, "open", "", T0)
        tx.steps.finish(run, "", {}, T0, 0.0)
    make_keys(ctx, case.id, FIRST_KEYS, T0)
    return case


def log_an_entry(ctx: Context, case_id: str, key: str) -> None:
    """One more entry in the log, published."""
    with ctx.store.transaction() as tx:
        record(ctx, tx, case_id, EventType.ACCESS_READ, key, at=T0)
    publish(ctx, case_id)


def heads_kept(ctx: Context, case_id: str) -> set[str]:
    """Names of the files of heads that were handed out."""
    return {p.name for p in (ctx.workspace(case_id).dir("log") / "heads").iterdir()}


def mark_done(ctx: Context, case_id: str, *steps: str) -> None:
    """Steps that are done, as far as the store knows."""
    with ctx.store.transaction() as tx:
        for step in steps:
            tx.steps.finish(tx.steps.start(case_id, step, "", T0), "", {}, T0, 0.0)


def let_run_out(ctx: Context, case_id: str, step: str) -> None:
    """Nobody has renewed the lease of a step for longer than it lasts."""
    with ctx.store.transaction() as tx:
        lease = tx.leases.get(case_id, step)
        assert lease is not None
        end = min(lease.expires_at, tx.leases.now(T0)) - timedelta(seconds=1)
        rows.Lease.objects.using(ctx.store._alias).filter(case_id=case_id, step=step).update(expires_at=end)


def events(ctx: Context, case_id: str) -> list[tuple[str, str]]:
    """Types and ids of all evidence events so far."""
    with ctx.store.transaction() as tx:
        return [(e.typ, e.event_id) for e in tx.outbox.all(case_id)]

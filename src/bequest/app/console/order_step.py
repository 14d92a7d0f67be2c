"""Order a step in the console: by role; what cannot be taken back only with a second natural person."""

from datetime import datetime, timedelta

from bequest.app.console.steps import SECONDERS, STARTERS, offers
from bequest.app.context import LEASE_SECONDS, Context
from bequest.app.evidence import record
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import ApprovalError, InputError, StateError
from bequest.model.case import Role
from bequest.store.order_records import OrderState, StepOrder, WorkerSeen
from bequest.store.transaction import Tx


def order_step(ctx: Context, case_id: str, step: str, *, by: str, roles: frozenset[Role]) -> StepOrder:
    """Order a step as a person with these roles. Where a second person has to agree, it waits for that.

    Raises:
        InputError: where the case has no such step.
        ApprovalError: where none of the roles starts it.
        StateError: where an earlier step is missing, or another order is open.
    """
    offer = next((o for o in offers(ctx, case_id) if o.step == step), None)
    if offer is None:
        raise InputError(f"the case has no step {step!r}", hint="Choose one of the steps on the page.")
    if not roles & set(offer.starters):
        raise ApprovalError(
            f"step {step!r} is not started by your roles", hint=f"It is the part of: {_whose(offer.starters)}."
        )
    if offer.missing:
        raise StateError(
            f"step {step!r} cannot be run any more"
            if offer.missing == "over"
            else f"step {step!r} comes after {offer.missing!r}, which is not done",
            hint="The page says which step comes next.",
        )
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        order = tx.orders.add(case_id, step, by, tx.leases.now(ctx.system.now()), needs_second=bool(offer.seconders))
        if order.state is OrderState.QUEUED:
            _note(ctx, tx, order, at)
    return order


def agree_to_step(ctx: Context, case_id: str, order_id: str, *, by: str, roles: frozenset[Role]) -> StepOrder:
    """Agree to a step that another person ordered: a worker may take it now.

    Raises:
        ApprovalError: where none of the roles agrees to it, or the same person ordered it.
        StateError: where it does not wait for a second person.
    """
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        found = next((o for o in tx.orders.list(case_id) if o.order_id == order_id), None)
        if found is None:
            raise StateError(f"there is no order {order_id!r} that waits for this", hint="Load the page anew.")
        if not roles & set(SECONDERS.get(found.step, ())):
            raise ApprovalError(
                f"your roles do not agree to step {found.step!r}",
                hint=f"It is the part of: {_whose(SECONDERS.get(found.step, ()))}.",
            )
        if found.asked_by == by:
            raise ApprovalError(
                "whoever ordered a step cannot be the second person too",
                hint="Another natural person has to look at it and agree.",
            )
        order = tx.orders.agree(case_id, order_id, by, tx.leases.now(ctx.system.now()))
        _note(ctx, tx, order, at)
    return order


def withdraw_step(ctx: Context, case_id: str, order_id: str, *, roles: frozenset[Role]) -> StepOrder:
    """Take an order back that no worker has taken yet; by whoever may start or agree to its step.

    Raises:
        ApprovalError: for anybody else.
        StateError: once a worker has taken it.
    """
    with ctx.store.transaction() as tx:
        found = next((o for o in tx.orders.list(case_id) if o.order_id == order_id), None)
        concerned = {*STARTERS[found.step], *SECONDERS.get(found.step, ())} if found else set()
        if not roles & concerned:
            raise ApprovalError("this order is not yours to withdraw", hint="Ask whoever gave it.")
        return tx.orders.withdraw(case_id, order_id, tx.leases.now(ctx.system.now()))


def orders_of(ctx: Context, case_id: str) -> tuple[tuple[StepOrder, ...], tuple[WorkerSeen, ...]]:
    """All orders of the case, newest first, and the workers that are there."""
    with ctx.store.transaction() as tx:
        since = tx.leases.now(ctx.system.now()) - timedelta(seconds=LEASE_SECONDS)
        return tx.orders.list(case_id)[::-1], tx.orders.workers(since)


def _whose(roles: tuple[Role, ...]) -> str:
    return ", ".join(r.value for r in roles)


def _note(ctx: Context, tx: Tx, order: StepOrder, at: datetime) -> None:
    """On the log who started what, and who agreed: persons of the case by their ids."""
    said = {"step": order.step, "ordered_by": order.asked_by}
    said |= {"agreed_by": order.agreed_by} if order.agreed_by else {}
    record(ctx, tx, order.case_id, EventType.STEP_ORDERED, order.order_id, at=at, content=dict(said))

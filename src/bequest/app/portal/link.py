"""The link of one letter, made again for somebody who lost it; the access is logged."""

import polars as pl

from bequest.app.context import Context, is_past
from bequest.app.evidence import publish, record
from bequest.app.portal.links import link_of, link_tokens
from bequest.app.run_notify import portal_address
from bequest.app.telling import register
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import InputError, StateError
from bequest.store.records import AccessRecord


def link_for(ctx: Context, case_id: str, ref: str) -> str:
    """The link.

    Raises:
        StateError: where the case has no portal.
        InputError: where no letter bears this reference.
    """
    address = portal_address(ctx, case_id)
    if not address:
        raise StateError("this case has no portal", hint="Run `bequest notify run CASE --portal ADDRESS`.")
    known = register(ctx.workspace(case_id))["ref"]
    if ref not in known:
        raise InputError(f"no letter of this case carries the reference {ref!r}", hint="It stands in each letter.")
    token = link_tokens(ctx, case_id, pl.Series("ref", [ref]))[0]
    at, closed = ctx.now(case_id), is_past(ctx, case_id, "close")  # a closed log takes no entry; the table does
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id,
            AccessRecord(at=at, person="os-user", action="portal.link", purpose="PIPL-50", target=ref, n_rows=1),
        )
        if not closed:
            record(ctx, tx, case_id, EventType.ACCESS_READ, f"link-{n}", at=at, counts={"rows": 1})
    if not closed:
        publish(ctx, case_id)
    return link_of(address, token)


def rehearsal_link(ctx: Context, case_id: str) -> str:
    """The link of somebody invented with two addresses, to look at; empty for a real case or without a portal."""
    found = ctx.case(case_id)
    address = portal_address(ctx, case_id)
    if not found.rehearsal or not address:
        return ""
    state = register(ctx.workspace(case_id)).filter(~pl.col("public_only")).sort("ref")
    state = state.sort((pl.col("has_sms") & pl.col("has_email")).cast(pl.Int8), descending=True, maintain_order=True)
    return link_of(address, link_tokens(ctx, case_id, state["ref"].head(1))[0]) if state.height else ""

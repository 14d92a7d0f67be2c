"""Inside: tell customers that a reply stands on their page, at the address where the letter went.

The addresses are those of the letters, sealed until the close; after that nobody has them any more, and staff see that
the customer was not told. What is sent names neither company nor matter: an address may have another bearer by now.
"""

from collections import defaultdict

import polars as pl

from bequest.app.context import Context
from bequest.app.portal.carriers import Carriers
from bequest.app.run_notify import read_sealed_frame
from bequest.app.telling import register
from bequest.crypto.keys import KeyState
from bequest.steps.notify.ladder import Channel
from bequest.store.portal_records import ReplyTold, Unsaid

_WAIT_SECONDS = 10


def tell_replies(ctx: Context, carriers: Carriers) -> int:
    """Tell of every reply that waits to be told of; how many there were.

    Cut off between sending and noting it, one is told twice: a word too many does no harm, one too few does.
    """
    with ctx.store.reading() as tx:
        if not tx.portal.unsaid():
            return 0
    with ctx.store.alone("portal replies", _WAIT_SECONDS):
        with ctx.store.transaction() as tx:
            waiting = tx.portal.unsaid()
        by_case: dict[str, list[Unsaid]] = defaultdict(list)
        for reply in waiting:
            by_case[reply.case_id].append(reply)
        for case_id, replies in by_case.items():
            _tell(ctx, case_id, replies, carriers)
    return len(waiting)


def _tell(ctx: Context, case_id: str, replies: list[Unsaid], carriers: Carriers) -> None:
    rehearsal = ctx.case(case_id).rehearsal
    addresses = {} if rehearsal else _addresses(ctx, case_id, [r.ref for r in replies])
    for reply in replies:
        address = addresses.get(reply.ref, "")
        told = ReplyTold.REHEARSAL if rehearsal else ReplyTold.NO_WAY
        if address and carriers.send_word(address):
            told = ReplyTold.SENT
        with ctx.store.transaction() as tx:
            tx.portal.was_told(reply.pk, told)


def _addresses(ctx: Context, case_id: str, refs: list[str]) -> dict[str, str]:
    """Where the letters of these people went, or would have gone; nothing once the addresses are destroyed."""
    workspace = ctx.workspace(case_id)
    sealed = workspace.dir("letters") / "contacts.sealed"
    if not sealed.is_file() or ctx.keys(case_id).state("bodies") is not KeyState.LIVE:
        return {}
    people = read_sealed_frame(ctx, case_id, sealed, "bodies", b"contacts").filter(pl.col("ref").is_in(refs))
    told = people.join(register(workspace).select("ref", "channel"), on="ref")
    by_text = pl.col("channel") == Channel.SMS.value
    found = told.select("ref", pl.when(by_text).then("phone").otherwise("email").alias("address")).drop_nulls()
    return dict(found.unique("ref", keep="first").iter_rows())

"""Take what was chosen at the portal into the answers of the case, as `bequest notify answers` does with a file.

Runs inside: by the server where it has the case's folder, by `bequest portal take`, and before each step that decides.
"""

from datetime import datetime

import polars as pl

from bequest.app.answer_lines import states_by_number
from bequest.app.answers import require_answerable, take_answers
from bequest.app.context import Context
from bequest.app.portal.answer_receipt import history
from bequest.app.portal.choices import REQUESTS
from bequest.app.portal.hand_out import hand_out
from bequest.app.portal.messages import request_of
from bequest.app.portal.visitors import drop_addresses
from bequest.kernel.canonical import digest
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import StateError
from bequest.steps.notify.answer_receipt import Said
from bequest.steps.notify.answers import ANSWERS
from bequest.store.portal_records import AskedAtPortal, RequestOutcome, RequestState
from bequest.store.transaction import Tx

CHANNEL = "portal"
_WAIT_SECONDS = 30
_REQUEST_KINDS = frozenset(a.value for a in REQUESTS)


def take_requests(ctx: Context, case_id: str) -> int:
    """Take every choice that waits; how many there were. Cut off and run again, nothing counts twice."""
    with ctx.store.alone(f"portal:{case_id}", _WAIT_SECONDS):
        with ctx.store.transaction() as tx:
            asked = [a for a in tx.portal.list(case_id) if a.kind not in _REQUEST_KINDS]
        waiting = [a for a in asked if a.state is RequestState.NEW]
        if not waiting:
            return 0
        late: set[str] = set()
        try:
            require_answerable(ctx, case_id)
            _take(ctx, case_id, waiting, asked)
        except StateError:
            late = _late(ctx, case_id, waiting)
        hand_out(ctx, case_id, _digest(waiting)[:32], [a.code for a in waiting])
        at = ctx.now(case_id)
        with ctx.store.transaction() as tx:
            in_time = [a.code for a in waiting if a.code not in late]
            tx.portal.set_state(case_id, in_time, RequestState.TAKEN, at)
            tx.portal.set_state(case_id, sorted(late), RequestState.LATE, at)
    return len(waiting)


def take_waiting(ctx: Context, case_id: str) -> None:
    """Take what was chosen up to this moment, where anything waits: one query where nothing does.

    The row that a click leaves in the control database is the hold. Every step that decides takes it before it does,
    and a delivery or destruction under way before each batch: nothing depends on a server that takes it in time.
    """
    with ctx.store.transaction() as tx:
        waits = is_waiting(tx, case_id)
    if waits:
        take_requests(ctx, case_id)


def is_waiting(tx: Tx, case_id: str) -> bool:
    """Whether a choice waits: asked in the transaction that sends or begins, so that none falls between."""
    return tx.portal.waits(case_id, _REQUEST_KINDS)


def _take(ctx: Context, case_id: str, waiting: list[AskedAtPortal], asked: list[AskedAtPortal]) -> None:
    frame = pl.DataFrame(
        {
            "ref": [a.ref for a in waiting],
            "fact": [ANSWERS[a.kind][0].value for a in waiting],
            "value": [ANSWERS[a.kind][1] for a in waiting],
            "at": [a.created_at for a in waiting],
            "channel": [CHANNEL] * len(waiting),
            "lot": [a.lot for a in waiting],
            "word": [a.kind for a in waiting],
            "number": [a.code for a in waiting],
        },
        schema_overrides={"at": pl.Datetime("us", "UTC")},
    )
    last = frame.unique(["ref", "fact", "lot"], keep="last", maintain_order=True).drop("word", "number")
    take_answers(ctx, case_id, last, _digest(waiting), channel=CHANNEL, said=frame, before=_said_before(waiting, asked))


def _digest(waiting: list[AskedAtPortal]) -> str:
    return digest([[a.code, rfc3339(a.created_at)] for a in waiting])


def _said_before(waiting: list[AskedAtPortal], asked: list[AskedAtPortal]) -> dict[str, tuple[Said, ...]]:
    """By receipt code, what the same person had said to the same question before, for the receipt to tell."""
    mine: dict[str, list[AskedAtPortal]] = {}
    new, out = {a.code for a in waiting}, {}
    for a in asked:
        earlier = mine.setdefault(a.ref, [])
        if a.code in new:
            out[a.code] = history(earlier, a)
        earlier.append(a)
    return {code: said for code, said in out.items() if said}


def _late(ctx: Context, case_id: str, waiting: list[AskedAtPortal]) -> set[str]:
    """Which of them came too late, as the log has it: all, where none was taken any more."""
    with ctx.store.reading() as tx:
        taken = tx.answers.by_digest(case_id, _digest(waiting)) is not None
    if not taken:
        return {a.code for a in waiting}
    states = states_by_number(ctx, case_id, _digest(waiting)[:32])
    return {a.code for a in waiting if states.get(a.code) == "late"}


def cases_with_cards(ctx: Context) -> tuple[str, ...]:
    """Cases whose customers can open a page."""
    with ctx.store.transaction() as tx:
        return tuple(r.case.id for r in tx.cases.list() if tx.portal.count_cards(r.case.id))


def take_all(ctx: Context) -> int:
    """Take what waits in every case; and remove cards whose time is over."""
    with ctx.store.transaction() as tx:
        dropped = tx.portal.drop_expired(ctx.system.now())
    if dropped:
        drop_addresses(ctx)
    return sum(take_requests(ctx, case_id) for case_id in cases_with_cards(ctx))


def finish_request(ctx: Context, case_id: str, code: str, outcome: RequestOutcome) -> datetime:
    """Note that somebody has answered a request by another way, and how; the person sees it on the page.

    Raises:
        InputError: where there is no such receipt code in the case.
    """
    request_of(ctx, case_id, code)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        tx.portal.end(case_id, code, outcome, at)
    return at

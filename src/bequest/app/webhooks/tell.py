"""Plan what is to be told, and send what is due: at least once, under one id, with growing waits.

Between the plan of a message and its delivery the process may die: the message is sent again, and its receiver knows
it by its id. Several servers on one home do not send the same message at once: who takes it on has it for a while.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from bequest.app.context import Context
from bequest.app.webhooks.call import GONE, Called, call
from bequest.app.webhooks.kinds import happened
from bequest.evidence.jcs import encode
from bequest.store.api_records import EndpointRecord, MessageRecord, MessageState
from bequest.store.transaction import Tx

WAITS = tuple(
    timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)  # fmt: skip
"""Between one try and the next (the schedule that Standard Webhooks proposes): ten tries in three days and a half."""
HELD = timedelta(minutes=2)
"""How long whoever has taken a message on may take."""
AT_ONCE, THREADS = 40, 4
SecretOf = Callable[[EndpointRecord], str]


def begin_here(ctx: Context, tx: Tx, endpoint: EndpointRecord) -> None:
    """What happened before an address was declared is not told to it."""
    record = tx.cases.get(endpoint.case_id)
    tx.webhooks.plan(
        MessageRecord(
            case_id=endpoint.case_id, endpoint_id=endpoint.endpoint_id, message_id=h.message_id, kind=h.kind.value,
            body={}, state=MessageState.BEFORE, created_at=endpoint.created_at, state_at=endpoint.created_at,
        )
        for h in happened(ctx, tx, record)
    )  # fmt: skip


def plan_messages(ctx: Context) -> int:
    """Plan a message for each event that an address is to be told of and was not; how many are new."""
    with ctx.store.transaction() as tx:
        live = tx.webhooks.live()
    n = 0
    for case_id in dict.fromkeys(e.case_id for e in live):
        with ctx.store.transaction() as tx:
            n += _plan(ctx, tx, case_id, [e for e in live if e.case_id == case_id])
    return n


def _plan(ctx: Context, tx: Tx, case_id: str, endpoints: Sequence[EndpointRecord]) -> int:
    record, now, n = tx.cases.get(case_id), ctx.system.now(), 0
    known = {e.endpoint_id: tx.webhooks.known(case_id, e.endpoint_id) for e in endpoints}
    events = list(happened(ctx, tx, record, known=frozenset.intersection(*known.values())))
    for endpoint in endpoints:
        new = [h for h in events if h.message_id not in known[endpoint.endpoint_id]]
        n += tx.webhooks.plan(
            MessageRecord(
                case_id=case_id, endpoint_id=endpoint.endpoint_id, message_id=h.message_id, kind=h.kind.value,
                body=h.body(record) if told else {}, state=MessageState.WAITING if told else MessageState.BEFORE,
                created_at=now, state_at=now, next_at=now if told else None,
            )
            for h in new
            for told in (h.data is not None and h.kind.value in endpoint.kinds,)
        )  # fmt: skip
    return n


def send_due(ctx: Context, secret_of: SecretOf) -> int:
    """Send what is due, some at a time; how many messages were tried."""
    now = ctx.system.now()
    with ctx.store.transaction() as tx:
        due = tx.webhooks.claim(now, now + HELD, AT_ONCE)
        endpoints = {e.endpoint_id: e for e in tx.webhooks.live()} if due else {}
    tried = [m for m in due if m.endpoint_id in endpoints]
    if not tried:
        return 0
    with ThreadPoolExecutor(THREADS) as pool:
        ends = list(pool.map(lambda m: _send(endpoints[m.endpoint_id], secret_of, m, now), tried))
    at = ctx.system.now()
    with ctx.store.transaction() as tx:
        for message, end in zip(tried, ends, strict=True):
            tx.webhooks.note(_after(message, end, at), at)
            if end.status == GONE:
                tx.webhooks.end(message.case_id, message.endpoint_id, "gone", at)
    return len(tried)


def _send(endpoint: EndpointRecord, secret_of: SecretOf, message: MessageRecord, now: datetime) -> Called:
    return call(
        endpoint.url, secret_of(endpoint), message.message_id, int(now.timestamp()), encode(dict(message.body)),
        allow_private=endpoint.allow_private,
    )  # fmt: skip


def _after(message: MessageRecord, end: Called, at: datetime) -> MessageRecord:
    """The message after a try."""
    tried = replace(message, tries=message.tries + 1, status=end.status, trouble=end.trouble, next_at=None)
    if end.is_taken:
        return replace(tried, state=MessageState.DELIVERED)
    if message.tries >= len(WAITS) or end.status == GONE:
        return replace(tried, state=MessageState.GIVEN_UP)
    return replace(tried, next_at=at + WAITS[message.tries])

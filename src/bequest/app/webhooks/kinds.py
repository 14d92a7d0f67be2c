"""What can be told: events read from the record of a case, so that a crash loses none and repeats none.

A message names case, step, digests and numbers; never a person, an address, a receipt code or a value.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import polars as pl

from bequest.app.context import Context
from bequest.app.law import pack_of
from bequest.app.portal.choices import REQUESTS
from bequest.app.telling import register
from bequest.evidence.event import parse_event
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import encode
from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import BequestError
from bequest.law.pack import required_roles
from bequest.steps.notify.ladder import Told
from bequest.store.records import CaseRecord, OutboxRecord, StepState
from bequest.store.transaction import Tx

_REQUESTS = frozenset(a.value for a in REQUESTS)


class Kind(StrEnum):
    """Kinds of events."""

    STEP_FINISHED = "step.finished"
    NOTICE_BOUNCED = "notice.bounced"
    REQUEST_RECEIVED = "request.received"
    APPROVAL_NEEDED = "approval.needed"
    CERTIFICATE_ISSUED = "certificate.issued"


KINDS: dict[Kind, tuple[str, str]] = {
    Kind.STEP_FINISHED: ("一步办完", "a step has finished"),
    Kind.NOTICE_BOUNCED: ("有告知退回", "notices came back"),
    Kind.REQUEST_RECEIVED: ("收到客户请求", "a customer asks for something"),
    Kind.APPROVAL_NEEDED: ("方案等待批准", "a plan waits for approval"),
    Kind.CERTIFICATE_ISSUED: ("签发销毁证明", "a destruction certificate was issued"),
}
"""What each tells, in both languages."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `message_id` is the same whenever it is read again. Without `data` there is nothing to tell."""

    message_id: str
    kind: Kind
    at: datetime
    data: dict[str, Json] | None

    def body(self, record: CaseRecord) -> dict[str, Json]:
        """The message, as Standard Webhooks shapes it: type, timestamp, data."""
        named: dict[str, Json] = {"case": record.case.id, "rehearsal": record.rehearsal}
        return {"type": self.kind.value, "timestamp": rfc3339(self.at), "data": named | (self.data or {})}


def happened(ctx: Context, tx: Tx, record: CaseRecord, *, known: frozenset[str] = frozenset()) -> Iterator[Happened]:
    """Every event of the case so far but those `known` by the id of their message, in the caller's transaction."""
    case_id = record.case.id
    for run in tx.steps.all(case_id):
        if run.state is StepState.DONE:
            counts: dict[str, Json] = {k: n for k, n in run.counts.items() if isinstance(n, int)}
            data: dict[str, Json] = {"step": run.step, "run": run.run_number, "counts": counts}
            found = _event(case_id, Kind.STEP_FINISHED, f"{run.step}\0{run.run_number}", run.finished_at, data)
            if found.message_id not in known:
                yield found
    for entry in tx.outbox.all(case_id):
        if (kind := _OF_THE_LOG.get(entry.typ)) is not None:
            this = _event(case_id, kind, entry.event_id, entry.occurred_at, None)
            if this.message_id not in known:
                yield replace(this, data=_told(ctx, record, kind, entry))
    for asked in tx.portal.list(case_id):
        if asked.kind in _REQUESTS:
            due: Json = asked.due_on.isoformat() if asked.due_on else None
            said: dict[str, Json] = {"kind": asked.kind, "due_on": due}
            found = _event(case_id, Kind.REQUEST_RECEIVED, asked.code, asked.created_at, said)
            if found.message_id not in known:
                yield found


_OF_THE_LOG = {
    EventType.POLICY_PROPOSED.value: Kind.APPROVAL_NEEDED,
    EventType.NOTICE_REPORTED.value: Kind.NOTICE_BOUNCED,
    EventType.CERTIFICATE_ISSUED.value: Kind.CERTIFICATE_ISSUED,
}


def _event(case_id: str, kind: Kind, key: str, at: datetime | None, data: dict[str, Json] | None) -> Happened:
    this = hashlib.sha256("\0".join((case_id, kind.value, key)).encode()).hexdigest()[:32]
    assert at is not None  # noqa: S101 - what is done has an end
    return Happened(f"msg_{this}", kind, at, data)


def _told(ctx: Context, record: CaseRecord, kind: Kind, entry: OutboxRecord) -> dict[str, Json] | None:
    refs = {r.role: r.sha256 for r in parse_event(encode(dict(entry.payload))).refs}
    if kind is Kind.CERTIFICATE_ISSUED:
        return {"sha256": refs.get("certificate", "")}
    if kind is Kind.APPROVAL_NEEDED:
        required = required_roles(pack_of(record.case), record.case.event).roles
        return {"policy": refs.get("policy", ""), "required": [r.value for r in required]}
    n = _bounced(ctx, record.case.id)
    return {"bounced": n} if n else None


def _bounced(ctx: Context, case_id: str) -> int:
    """How many letters have come back so far."""
    try:
        state = register(ctx.workspace(case_id))
    except BequestError:
        return 0
    return state.filter(pl.col("state") == Told.BOUNCED.value).height

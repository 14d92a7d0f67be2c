"""Heads of the log that were handed out, and what witnesses, authorities and platforms gave back for them."""

import base64
from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from pydantic import AwareDatetime, Field

from bequest.app.anchors import MOST_BYTES, hand_out, take_anchor
from bequest.app.console.access import Act, Screen
from bequest.app.queries.heads import HeadLine, outside
from bequest.app.timestamps import ask_for_timestamp, make_query, take_timestamp
from bequest.app.witnesses import ask_witnesses, make_requests, take_cosignatures
from bequest.evidence.anchors import Anchor
from bequest.kernel.clock import parse_rfc3339
from bequest.kernel.errors import InputError
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.once import once
from bequest.web.site import site

router = Router(tags=["evidence"])
_LONG = 512 * 1024
_MOST_SIGNS = 4 * MOST_BYTES // 3 + 4
"""Of a receipt in base64."""


class Cosigned(Schema):
    """A witness that cosigned, and when."""

    witness: str
    at: datetime


class Registered(Schema):
    """A registration with a platform, as its receipt has it."""

    platform: str
    reference: str
    registered_at: datetime
    look_up: str
    receipt_sha256: str


class Stamped(Schema):
    """A time stamp that leads to the roots the case names (RFC 3161)."""

    authority: str
    at: datetime


class Head(Schema):
    """A head that was handed out. `note`: the file whose digest is registered; digests in hexadecimal."""

    size: int
    last_entry_at: str
    sha256: str
    sm3: str
    cosigned: list[Cosigned]
    stamped: Stamped | None
    registered: list[Registered]


class Witness(Schema):
    """A witness that the case names. `seen`: entries in the largest head it cosigned, 0 where there is none."""

    name: str
    url: str
    seen: int


class Heads(Schema):
    """What others vouch for; `size`: entries in the log as it is now, `quorum`: cosignatures needed at its end."""

    size: int
    quorum: int
    intent_quorum: int
    heads: list[Head]
    witnesses: list[Witness]


class HandedOut(Schema):
    """A head and its file (C2SP tlog-checkpoint)."""

    size: int
    note: str


class For(Schema):
    """For which witness; `since`: the size it names, where it is another than the case remembers."""

    witness: Annotated[str, Field(min_length=1, max_length=200)]
    since: Annotated[int | None, Field(ge=0, le=2**60)] = None


class Request(Schema):
    """What the witness needs, as a text for `add-checkpoint` (C2SP tlog-witness), and a name for its file."""

    name: str
    text: str


class Cosignatures(Schema):
    """What a witness wrote."""

    text: Annotated[str, Field(min_length=1, max_length=256 * 1024)]


class Query(Schema):
    """The request for a time stamp (RFC 3161, DER in base64)."""

    size: int
    query: str


class Token(Schema):
    """What the authority answered (DER in base64)."""

    answer: Annotated[str, Field(min_length=1, max_length=400_000)]


class Receipt(Schema):
    """The receipt of a platform. `name` says by its ending what the file is; `receipt`: the file in base64."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    receipt: Annotated[str, Field(min_length=1, max_length=_MOST_SIGNS)]
    platform: Annotated[str, Field(max_length=300)]
    reference: Annotated[str, Field(max_length=300)]
    registered_at: AwareDatetime
    look_up: Annotated[str, Field(max_length=300)] = ""


def _head(h: HeadLine) -> Head:
    return Head(
        size=h.size, last_entry_at=h.last, sha256=h.sha256, sm3=h.sm3,
        cosigned=[Cosigned(witness=name, at=parse_rfc3339(at)) for name, at in h.cosigned],
        stamped=Stamped(authority=h.stamp.authority, at=h.stamp.at) if h.stamp else None,
        registered=[_registered(a) for a in h.anchors],
    )  # fmt: skip


def _registered(a: Anchor) -> Registered:
    return Registered(
        platform=a.platform, reference=a.reference, registered_at=parse_rfc3339(a.registered_at), look_up=a.look_up,
        receipt_sha256=a.receipt_sha256,
    )  # fmt: skip


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:  # also for signs that are not ASCII
        raise InputError("the file is not in base64", hint="Send its bytes as base64, without line breaks.") from None


@router.get("/cases/{case_id}/heads", response=Heads, auth=Needs(Screen.EVIDENCE))
def list_heads(request: ApiRequest, case_id: str) -> Heads:
    """The heads that were handed out, the newest first, and who vouches for each."""
    found = outside(site().inside, case_id)
    return Heads(
        size=found.published, quorum=found.rules.quorum, intent_quorum=found.rules.intent_quorum,
        heads=[_head(h) for h in found.heads],
        witnesses=[Witness(name=w.name, url=w.url, seen=w.seen) for w in found.witnesses],
    )  # fmt: skip


@router.post("/cases/{case_id}/heads", response=HandedOut, auth=Needs(Act.VOUCH), openapi_extra={"x-once": True})
@once
def hand_out_head(request: ApiRequest, case_id: str) -> HandedOut:
    """Keep the newest head as one that goes to others; the same head again is the same file."""
    head, note = hand_out(site().inside, case_id)
    return HandedOut(size=head.size, note=note.decode())


@router.post(
    "/cases/{case_id}/heads/requests", response=Request, auth=Needs(Act.VOUCH), openapi_extra={"x-once": True}
)  # fmt: skip
@once
def make_request(request: ApiRequest, case_id: str, given: For) -> Request:
    """What one witness needs to cosign the newest head."""
    [(name, text)] = make_requests(site().inside, case_id, only=given.witness, start=given.since)
    return Request(name=name, text=text)


@router.post("/cases/{case_id}/heads/asked", response=Heads, auth=Needs(Act.VOUCH), openapi_extra={"x-once": True})
@once
def ask_all(request: ApiRequest, case_id: str) -> Heads:
    """Ask the witnesses that have an address to cosign the newest head; the first that did not is the error."""
    for asked in ask_witnesses(site().inside, case_id):
        if asked.error is not None:
            raise asked.error
    return list_heads(request, case_id)


@router.post(
    "/cases/{case_id}/heads/cosignatures", response=Heads, auth=Needs(Act.VOUCH, longest=_LONG),
    openapi_extra={"x-once": True},
)  # fmt: skip
@once
def take_in_cosignatures(request: ApiRequest, case_id: str, given: Cosignatures) -> Heads:
    """Take in what a witness wrote."""
    take_cosignatures(site().inside, case_id, given.text)
    return list_heads(request, case_id)


@router.post("/cases/{case_id}/heads/query", response=Query, auth=Needs(Act.VOUCH), openapi_extra={"x-once": True})
@once
def make_stamp_query(request: ApiRequest, case_id: str) -> Query:
    """The request for a time stamp over the newest head, for any authority."""
    head, data = make_query(site().inside, case_id)
    return Query(size=head.size, query=base64.b64encode(data).decode())


@router.post(
    "/cases/{case_id}/heads/stamped", response=Stamped, auth=Needs(Act.VOUCH, longest=_LONG),
    openapi_extra={"x-once": True},
)  # fmt: skip
@once
def stamp(request: ApiRequest, case_id: str, given: Token | None = None) -> Stamped:
    """Take in what an authority answered; without a body the authority of the case is asked."""
    ctx = site().inside
    _, found = take_timestamp(ctx, case_id, _bytes(given.answer)) if given else ask_for_timestamp(ctx, case_id)
    return Stamped(authority=found.authority, at=found.at)


@router.post(
    "/cases/{case_id}/heads/registrations", response=Registered, auth=Needs(Act.VOUCH, longest=_MOST_SIGNS + 4096),
    openapi_extra={"x-once": True},
)  # fmt: skip
@once
def register(request: ApiRequest, case_id: str, given: Receipt) -> Registered:
    """Take in the receipt of a platform for evidence; it must name the digest of a head that was handed out."""
    _, found = take_anchor(
        site().inside, case_id, given.name, _bytes(given.receipt), platform=given.platform, reference=given.reference,
        at=given.registered_at, look_up=given.look_up,
    )  # fmt: skip
    return _registered(found)

"""The log of a case, its head and proofs, our own keys and stores, the bundle."""

import json
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import Field

from bequest.app.console.access import Screen
from bequest.app.evidence import open_log
from bequest.app.queries.bundle import bundle_folder, bundle_tar
from bequest.app.queries.case import key_table, store_table
from bequest.app.queries.log_entries import entry_of, proof_of
from bequest.app.report_evidence import log_facts
from bequest.kernel.errors import InputError
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.api.problems import RefusedError
from bequest.web.site import site

router = Router(tags=["evidence"])
Index = Annotated[int, Field(ge=0, le=2**40)]
_PLAIN = "text/plain; charset=utf-8"


class Entry(Schema):
    """An entry of the log: what happened, never about whom."""

    index: int
    id: str
    type: str
    at: datetime
    payload: dict[str, Any]


class Checkpoint(Schema):
    """The head of the log. `note`: signed, as C2SP tlog-checkpoint has it; empty `cosigned`: self-published."""

    origin: str
    size: int
    root: str
    published_at: str
    cosigned: list[str]
    stamped: str
    anchored: list[str]
    note: str


class Key(Schema):
    """A line of the key table; never the key."""

    purpose: str
    holder: str
    state: str
    dies_when: str
    dies_on: date | None


class Place(Schema):
    """A place of ours that holds values."""

    name: str
    content: str
    ground: str
    key: str
    state: str
    ends_on: date | None


@router.get("/cases/{case_id}/log", response=Page[Entry], auth=Needs(Screen.EVIDENCE))
def list_entries(request: ApiRequest, case_id: str, asked: Asked, kind: str = "") -> Page[Entry]:
    """Entries of the log, the newest first; `kind` is a type of event."""
    with site().inside.store.transaction() as tx:
        known = [e for e in tx.outbox.all(case_id) if e.published_index is not None and kind in {"", e.typ}]
    found = cut(known[::-1], lambda e: e.event_id, asked)
    items = [
        Entry(index=e.published_index or 0, id=e.event_id, type=e.typ, at=e.occurred_at, payload=dict(e.payload))
        for e in found.items
    ]
    return Page(items=items, next=found.next, total=found.total)


@router.get("/cases/{case_id}/log/{index}/entry", response=dict[str, Any], auth=Needs(Screen.EVIDENCE))
def read_entry(request: ApiRequest, case_id: str, index: Index) -> HttpResponse:
    """The entry exactly as it is hashed: the bytes of this answer are those of the leaf."""
    try:
        made = entry_of(site().inside, case_id, index)
    except InputError:
        raise RefusedError(404) from None
    json.loads(made)
    return HttpResponse(made, content_type="application/json; charset=utf-8")


@router.get(
    "/cases/{case_id}/log/{index}/proof", auth=Needs(Screen.EVIDENCE),
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}}}
    },
)  # fmt: skip
def read_proof(request: ApiRequest, case_id: str, index: Index) -> HttpResponse:
    """The proof that an entry is in the log (C2SP tlog-proof)."""
    try:
        return HttpResponse(proof_of(site().inside, case_id, index), content_type=_PLAIN)
    except InputError:
        raise RefusedError(404) from None


@router.get("/cases/{case_id}/log/checkpoint", response=Checkpoint, auth=Needs(Screen.EVIDENCE))
def read_checkpoint(request: ApiRequest, case_id: str) -> Checkpoint:
    """The head of the log, as it is signed."""
    ctx = site().inside
    facts = log_facts(ctx, case_id)
    with open_log(ctx, case_id) as log:
        note = log.checkpoint.note if log.checkpoint else ""
    if facts is None:
        raise RefusedError(404)
    return Checkpoint(
        origin=facts.origin, size=facts.size, root=facts.root, published_at=facts.published_at,
        cosigned=list(facts.cosigned), stamped=facts.stamped, anchored=[f"{what} {at}" for what, at in facts.anchored],
        note=note,
    )  # fmt: skip


@router.get("/cases/{case_id}/keys", response=list[Key], auth=Needs(Screen.EVIDENCE))
def list_keys(request: ApiRequest, case_id: str) -> list[Key]:
    """Which keys there are, who holds them, when they die."""
    return [
        Key(purpose=k.purpose, holder=k.holder, state=k.state.value, dies_when=k.dies_when, dies_on=k.dies_on)
        for k in key_table(site().inside, case_id)
    ]


@router.get("/cases/{case_id}/stores", response=list[Place], auth=Needs(Screen.EVIDENCE))
def list_stores(request: ApiRequest, case_id: str) -> list[Place]:
    """Every place of ours that holds values."""
    return [
        Place(
            name=s.name, content=s.content, ground=s.ground, key=s.key_purpose, state=s.state.value, ends_on=s.ends_on
        )
        for s in store_table(site().inside, case_id)
    ]


@router.get(
    "/cases/{case_id}/bundle.tar", auth=Needs(Screen.BUNDLE),
    openapi_extra={
        "responses": {200: {"description": "OK", "content": {"application/x-tar": {"schema": {"type": "string"}}}}}
    },
)  # fmt: skip
def download_bundle(request: ApiRequest, case_id: str) -> HttpResponse:
    """The evidence bundle; 404 before the case is closed. The trust file goes to its readers by another way."""
    ctx = site().inside
    made = bundle_tar(ctx, case_id)
    if made is None:
        raise RefusedError(404)
    response = HttpResponse(made, content_type="application/x-tar")
    response.headers["Content-Disposition"] = f'attachment; filename="{bundle_folder(ctx, case_id).name}.tar"'
    return response

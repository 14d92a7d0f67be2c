"""Who may do what in a case, who looked at what, and which addresses are told of its events."""

from datetime import datetime

from ninja import Router, Schema

from bequest.app.console.access import Screen
from bequest.app.queries.rights import holders
from bequest.store.api_records import EndpointRecord
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.api.problems import RefusedError
from bequest.web.site import site

router = Router(tags=["rights"])


class Held(Schema):
    """A role that somebody holds, or held."""

    role: str
    paper: str
    from_at: datetime
    until_at: datetime | None


class Holder(Schema):
    """A person of the case."""

    person: str
    name: str
    external: bool
    has_key: bool
    has_account: bool
    roles: list[Held]
    looks: int
    """Entries on the access table in the last 30 days."""
    in_clear: int
    last_at: datetime | None


class Look(Schema):
    """Somebody looked at something, or did it."""

    at: datetime
    person: str
    action: str
    purpose: str
    target: str
    rows: int


class Webhook(Schema):
    """An address that is told of events; never its secret."""

    id: str
    url: str
    kinds: list[str]
    created_at: datetime
    ended_at: datetime | None
    ended_why: str


class Sent(Schema):
    """One message for an address, and how its delivery went."""

    id: str
    kind: str
    state: str
    tries: int
    status: int | None
    trouble: str
    created_at: datetime
    at: datetime
    next_at: datetime | None


@router.get("/cases/{case_id}/rights", response=list[Holder], auth=Needs(Screen.RIGHTS))
def list_holders(request: ApiRequest, case_id: str) -> list[Holder]:
    """Who holds which role, on what paper, and how much each has looked at."""
    return [
        Holder(
            person=h.person.id, name=h.person.name, external=h.person.external, has_key=bool(h.person.public_key),
            has_account=h.account is not None, looks=h.looks, in_clear=h.in_clear, last_at=h.last_at,
            roles=[
                Held(role=m.role.value, paper=m.paper, from_at=m.from_at, until_at=m.until_at) for m in h.memberships
            ],
        )
        for h in holders(site().inside, case_id)
    ]  # fmt: skip


@router.get("/cases/{case_id}/access", response=Page[Look], auth=Needs(Screen.ACCESS))
def list_looks(request: ApiRequest, case_id: str, asked: Asked) -> Page[Look]:
    """Who looked at what, the newest first."""
    with site().inside.store.transaction() as tx:
        known = list(enumerate(tx.access.list(case_id)))
    found = cut(known[::-1], lambda x: str(x[0]), asked)
    items = [
        Look(at=a.at, person=a.person, action=a.action, purpose=a.purpose, target=a.target, rows=a.n_rows)
        for _, a in found.items
    ]
    return Page(items=items, next=found.next, total=found.total)


@router.get("/cases/{case_id}/webhooks", response=list[Webhook], auth=Needs(Screen.RIGHTS))
def list_webhooks(request: ApiRequest, case_id: str) -> list[Webhook]:
    """The addresses that are told of events; whoever runs the server declares them."""
    return [
        Webhook(
            id=e.endpoint_id, url=e.url, kinds=list(e.kinds), created_at=e.created_at, ended_at=e.ended_at,
            ended_why=e.ended_why,
        )
        for e in _endpoints(case_id)
    ]  # fmt: skip


@router.get("/cases/{case_id}/webhooks/{endpoint}/messages", response=Page[Sent], auth=Needs(Screen.RIGHTS))
def list_webhook_messages(request: ApiRequest, case_id: str, endpoint: str, asked: Asked) -> Page[Sent]:
    """What was told to an address, the newest first."""
    if endpoint not in {e.endpoint_id for e in _endpoints(case_id)}:
        raise RefusedError(404)
    with site().inside.store.transaction() as tx:
        known = tx.webhooks.messages(case_id, endpoint)
    found = cut(known, lambda m: m.message_id, asked)
    items = [
        Sent(
            id=m.message_id, kind=m.kind, state=m.state.value, tries=m.tries, status=m.status, trouble=m.trouble,
            created_at=m.created_at, at=m.state_at, next_at=m.next_at,
        )
        for m in found.items
    ]  # fmt: skip
    return Page(items=items, next=found.next, total=found.total)


def _endpoints(case_id: str) -> tuple[EndpointRecord, ...]:
    with site().inside.store.transaction() as tx:
        return tx.webhooks.list(case_id)

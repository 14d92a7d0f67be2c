"""Notices and answers in numbers; requests of customers with what was written about them."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import Field

from bequest.app.console.access import Act, Screen
from bequest.app.portal.choices import REQUESTS
from bequest.app.portal.messages import reply, request_of, take_on, thread
from bequest.app.portal.rate import LEAST
from bequest.app.preview_notice import check_pace, try_notice, wordings
from bequest.app.queries.telling_days import telling_days
from bequest.kernel.errors import InputError
from bequest.store.portal_records import AskedAtPortal, RequestOutcome
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.once import once
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.api.problems import RefusedError
from bequest.web.site import site

router = Router(tags=["notices and requests"])
_KINDS = frozenset(a.value for a in REQUESTS)
_LONGEST = 8000
Outcome = Literal["granted", "partly", "refused"]


class Batch(Schema):
    """Letters of one channel that go out together."""

    id: str
    lot: str
    channel: str
    state: str
    messages: int
    at: datetime


class Day(Schema):
    """One day: people told for the first time, answers by what they mean for the handing over."""

    on: date
    told: int
    against: int
    agreed: int
    other: int


class Notices(Schema):
    """How far telling people is. `ratings`: who said how satisfied, where at least ten did."""

    owed_to: int | None
    window_ends_on: date | None
    batches: list[Batch]
    days: list[Day]
    cards: int
    ratings: dict[str, int]


class RequestLine(Schema):
    """A request of a customer, without what was written. `owner`: who took it on; `outcome`: how it ended."""

    code: str
    kind: str
    state: str
    owner: str
    outcome: Outcome | None
    due_on: date | None
    at: datetime


class Message(Schema):
    """One message; empty text: only the other side can open it. `told`: whether the customer was told of a reply."""

    from_staff: bool
    author: str
    text: str
    at: datetime
    told: str


class Thread(RequestLine):
    """A request with everything that was written about it."""

    messages: list[Message]


class Reply(Schema):
    """What staff write to the customer; with an `outcome` the request is answered."""

    text: Annotated[str, Field(min_length=1, max_length=_LONGEST)]
    outcome: Outcome | None = None


class Owner(Schema):
    """Whoever takes a request on: a person of the case whose role answers requests."""

    person: Annotated[str, Field(min_length=1, max_length=200)]


@router.get("/cases/{case_id}/notices", response=Notices, auth=Needs(Screen.NOTICES))
def read_notices(request: ApiRequest, case_id: str) -> Notices:
    """How far telling people is, day by day."""
    ctx = site().inside
    with ctx.store.transaction() as tx:
        batches, cards = tx.notices.list(case_id), tx.portal.count_cards(case_id)
        ratings = tx.portal.ratings(case_id)
    over = telling_days(ctx, case_id)
    return Notices(
        owed_to=over.owed_to if over else None, window_ends_on=over.window_ends if over else None, cards=cards,
        batches=[
            Batch(
                id=b.batch_id, lot=b.lot, channel=b.channel, state=b.state.value, messages=b.n_messages, at=b.state_at
            )
            for b in batches
        ],
        days=[
            Day(on=d.on, told=d.told, against=d.against, agreed=d.agreed, other=d.other)
            for d in (over.days if over else ())
        ],
        ratings={str(k): n for k, n in ratings.items()} if sum(ratings.values()) >= LEAST else {},
    )  # fmt: skip


class Arrives(Schema):
    """What arrives by one channel: `texts` Chinese and English apart, where a letter has both."""

    channel: str
    subject: str
    texts: list[str]
    link: str
    parts: int


class Wording(Schema):
    """One wording, filled in for an invented person. `lots`: of what it tells, empty for the only one or all."""

    lots: str
    version: str
    arrives: list[Arrives]


class Trial(Schema):
    """A notice to be sent to an address of the staff. The address is kept nowhere."""

    lots: Annotated[str, Field(max_length=400)] = ""
    channel: Literal["email", "sms"]
    address: Annotated[str, Field(min_length=3, max_length=200)]


class Tried(Schema):
    """`sent`, `refused CODE` or `unreachable`."""

    outcome: str


@router.get("/cases/{case_id}/notices/wordings", response=list[Wording], auth=Needs(Screen.NOTICES))
def list_wordings(request: ApiRequest, case_id: str) -> list[Wording]:
    """Every notice as it would arrive by each channel, for an invented person."""
    return [
        Wording(
            lots=w.lots, version=w.version,
            arrives=[
                Arrives(channel=p.channel, subject=p.subject, texts=list(p.texts), link=p.link, parts=p.parts)
                for p in w.previews
            ],
        )
        for w in wordings(site().inside, case_id)
    ]  # fmt: skip


@router.post(
    "/cases/{case_id}/notices/try", response=Tried, auth=Needs(Act.TRY), openapi_extra={"x-once": True}
)  # fmt: skip
@once
def try_one(request: ApiRequest, case_id: str, given: Trial) -> Tried:
    """Send one of them to an address of the staff, to see it; on the log without the address."""
    here, person = site(), request.seat.who.person
    check_pace(here.store, here.key, person, here.clock.now())
    outcome = try_notice(
        here.inside, case_id, lots=given.lots, channel=given.channel, address=given.address, carriers=here.carriers,
        by=person,
    )  # fmt: skip
    return Tried(outcome=outcome)


def _line(a: AskedAtPortal) -> RequestLine:
    return RequestLine(
        code=a.code, kind=a.kind, state=a.state.value, owner=a.owner, outcome=a.outcome.value if a.outcome else None,
        due_on=a.due_on, at=a.created_at,
    )  # fmt: skip


def _asked(case_id: str, code: str) -> AskedAtPortal:
    try:
        return request_of(site().inside, case_id, code)
    except InputError as error:
        raise RefusedError(404) from error


@router.get("/cases/{case_id}/requests", response=Page[RequestLine], auth=Needs(Screen.REQUESTS))
def list_requests(
    request: ApiRequest, case_id: str, asked: Asked, state: Literal["", "new", "answered"] = ""
) -> Page[RequestLine]:
    """Requests of customers (correct, copy, delete, complain, relatives). Choices count by themselves: none is here."""
    with site().inside.store.transaction() as tx:
        known = [a for a in tx.portal.list(case_id) if a.kind in _KINDS and state in {"", a.state.value}]
    found = cut(known, lambda a: a.code, asked)
    return Page(items=[_line(a) for a in found.items], next=found.next, total=found.total)


@router.get("/cases/{case_id}/requests/{code}", response=RequestLine, auth=Needs(Screen.REQUESTS))
def read_request(request: ApiRequest, case_id: str, code: str) -> RequestLine:
    """One request, without what was written."""
    return _line(_asked(case_id, code))


@router.post("/cases/{case_id}/requests/{code}/open", response=Thread, auth=Needs(Act.REQUEST))
def open_request(request: ApiRequest, case_id: str, code: str) -> Thread:
    """What was written about a request; the look is on the access table and in the log."""
    _asked(case_id, code)
    asked, said = thread(site().inside, case_id, code, by=request.seat.who.person)
    return Thread(
        **_line(asked).model_dump(),
        messages=[
            Message(from_staff=s.from_staff, author=s.author, text=s.text, at=s.at, told=s.told.value) for s in said
        ],
    )


@router.post(
    "/cases/{case_id}/requests/{code}/reply", response=RequestLine, auth=Needs(Act.REQUEST),
    openapi_extra={"x-once": True},
)  # fmt: skip
@once
def reply_to_request(request: ApiRequest, case_id: str, code: str, given: Reply) -> RequestLine:
    """Write to the customer, and say whether that is the answer, and which."""
    _asked(case_id, code)
    outcome = RequestOutcome(given.outcome) if given.outcome else None
    reply(site().inside, case_id, code, given.text, by=request.seat.who.person, outcome=outcome)
    return _line(_asked(case_id, code))


@router.post(
    "/cases/{case_id}/requests/{code}/owner", response=RequestLine, auth=Needs(Act.REQUEST),
    openapi_extra={"x-once": True},
)  # fmt: skip
@once
def give_request(request: ApiRequest, case_id: str, code: str, given: Owner) -> RequestLine:
    """Take a request on, or give it to somebody else who answers requests."""
    _asked(case_id, code)
    take_on(site().inside, case_id, code, given.person, by=request.seat.who.person)
    return _line(_asked(case_id, code))

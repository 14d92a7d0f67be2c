"""People: how many, found by keyed token, masked; in clear for a purpose; pairs in doubt."""

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import Field

from bequest.app.console.access import Act, Screen, note_access
from bequest.app.people_desk.find import SEARCH, SEARCHES_A_DAY, find_people, require_below
from bequest.app.people_desk.pairs import AT_ONCE, pairs_from
from bequest.app.people_desk.person import Held, Person, person, unmask
from bequest.app.people_desk.person import Told as PersonTold
from bequest.app.people_desk.rows import Cell
from bequest.app.queries.people_count import people_count
from bequest.app.review_links import decide
from bequest.kernel.errors import InputError
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.once import once
from bequest.web.api.problems import RefusedError
from bequest.web.site import site

router = Router(tags=["people"])
_LONGEST = 200
Number = Annotated[int, Field(ge=0, le=2**53)]


class Count(Schema):
    """Numbers of people; null: not known yet. `outcomes`: by what becomes of their records."""

    people: int
    owed_notice: int | None
    answered: int | None
    outcomes: dict[str, int]


class Search(Schema):
    """What is looked for: the whole value, never a part."""

    kind: Literal["phone", "email", "national_id", "person_name", "ref"]
    typed: Annotated[str, Field(min_length=1, max_length=_LONGEST)]


class Hits(Schema):
    """Ids of the people found."""

    people: list[int]


class Value(Schema):
    """One value of a record: masked, unless it was asked for in clear. Empty: there is none."""

    column: str
    cls: str
    shown: str


class Outcome(Schema):
    """What becomes of some columns of a record."""

    release: str
    residue: str
    columns: list[str]


class Record(Schema):
    """One record of a person."""

    source: str
    table: str
    row: int
    role: str
    lot: str
    due_on: date | None
    outcomes: list[Outcome]
    values: list[Value]


class Answered(Schema):
    """What somebody answered, when."""

    answer: str
    at: datetime


class Told(Schema):
    """How somebody was told."""

    ref: str
    channel: str
    state: str
    told_on: date | None
    answers: list[Answered]
    requests: list[str]
    """Receipt codes."""


class Subject(Schema):
    """One person of the case."""

    id: int
    clear: bool
    records: list[Record]
    told: list[Told]


class Purpose(Schema):
    """What values are looked at in clear for."""

    purpose: Literal["PIPL-45", "PIPL-46", "PIPL-47", "PIPL-50", "PIPL-51"]
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Side(Schema):
    """One of two records that may be one person's."""

    source: str
    table: str
    role: str
    values: list[Value]


class Pair(Schema):
    """Two records in doubt, and what spoke for and against: bits."""

    code: str
    bits: float
    parts: dict[str, float]
    left: Side
    right: Side


class Pairs(Schema):
    """Some pairs, the likeliest first; `first` of the next page, or null."""

    items: list[Pair]
    next_first: int | None
    total: int


class Verdict(Schema):
    """Whether two records are one person's, and why."""

    same: bool
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Done(Schema):
    """It is done."""

    done: bool = True


@router.get("/cases/{case_id}/people/count", response=Count, auth=Needs(Screen.PEOPLE))
def count_people(request: ApiRequest, case_id: str) -> Count:
    """How many people the case knows."""
    found = people_count(site().inside, case_id)
    return Count(
        people=found.people, owed_notice=found.owed_notice, answered=found.answered, outcomes=dict(found.outcomes)
    )


@router.post("/cases/{case_id}/people/search", response=Hits, auth=Needs(Act.SEARCH))
def search_people(request: ApiRequest, case_id: str, given: Search) -> Hits:
    """Find somebody by a whole value of theirs; what was typed is neither kept nor logged."""
    ctx = site().inside
    require_below(ctx, case_id, request.seat.who.person, SEARCH, SEARCHES_A_DAY + 1, ctx.now(case_id))
    return Hits(people=list(find_people(ctx, case_id, given.kind, given.typed)))


@router.get("/cases/{case_id}/people/{number}", response=Subject, auth=Needs(Screen.PEOPLE))
def read_person(request: ApiRequest, case_id: str, number: Number) -> Subject:
    """One person, masked."""
    try:
        return _subject(person(site().inside, case_id, number), clear=False)
    except InputError as error:
        raise RefusedError(404) from error


@router.post("/cases/{case_id}/people/{number}/unmask", response=Subject, auth=Needs(Act.UNMASK))
def unmask_person(request: ApiRequest, case_id: str, number: Number, given: Purpose) -> Subject:
    """One person in clear, for a purpose and with a reason; it is in the log, and limited."""
    ctx, seat = site().inside, request.seat
    note_access(ctx, seat, Screen.PEOPLE.value, target=f"people/{number} in clear", purpose=given.purpose)
    found = unmask(ctx, case_id, number, by=seat.who.person, purpose=given.purpose, reason=given.reason)
    return _subject(found, clear=True)


@router.get("/cases/{case_id}/pairs", response=Pairs, auth=Needs(Screen.LINKS))
def list_pairs(request: ApiRequest, case_id: str, first: Number = 0) -> Pairs:
    """Pairs of records that may be one person's, some at a time."""
    pairs, total = pairs_from(site().inside, case_id, first)
    items = [
        Pair(
            code=p.code, bits=p.bits, parts=dict(p.parts),
            left=Side(source=p.left[0] or "", table=p.left[1] or "", role=p.roles[0], values=_values(p.cells[0])),
            right=Side(source=p.right[0] or "", table=p.right[1] or "", role=p.roles[1], values=_values(p.cells[1])),
        )
        for p in pairs
    ]  # fmt: skip
    return Pairs(items=items, next_first=first + AT_ONCE if first + AT_ONCE < total else None, total=total)


@router.post(
    "/cases/{case_id}/pairs/{code}", response=Done, auth=Needs(Act.REVIEW), openapi_extra={"x-once": True}
)  # fmt: skip
@once
def decide_pair(request: ApiRequest, case_id: str, code: str, given: Verdict) -> Done:
    """Say whether two records are one person's; it counts from the next run of link."""
    if not given.reason.strip():
        raise InputError("it is not said whether they are one person, and why", hint="Choose, and write the reason.")
    decide(
        site().inside, case_id, code, same=given.same, person=request.seat.who.person, reason=given.reason.strip()
    )  # fmt: skip
    return Done()


def _subject(found: Person, *, clear: bool) -> Subject:
    return Subject(
        id=found.id, clear=clear, records=[_record(h) for h in found.held], told=[_told(t) for t in found.told]
    )


def _record(h: Held) -> Record:
    return Record(
        source=h.place[0], table=h.place[1], row=h.place[2], role=h.role.value, lot=h.lot, due_on=h.due_on,
        outcomes=[
            Outcome(release=d.release.value, residue=d.residue.value, columns=list(names)) for d, names in h.outcomes
        ],
        values=_values(h.cells),
    )  # fmt: skip


def _values(cells: tuple[Cell, ...]) -> list[Value]:
    return [Value(column=c.column.name, cls=c.column.cls.value, shown=c.shown) for c in cells]


def _told(t: PersonTold) -> Told:
    return Told(
        ref=t.ref, channel=t.channel, state=t.state, told_on=t.told_on,
        answers=[Answered(answer=a, at=at) for a, at in t.answers], requests=[a.code for a in t.asked],
    )  # fmt: skip

"""Hits of the verifier that people decide on: what lies on the desk, and real residue."""

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from bequest.app.adjudicate import adjudicate, desk_of_hits
from bequest.app.console.access import Act, Screen
from bequest.model.adjudication import Decision, Verdict
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.once import once
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.site import site

router = Router(tags=["delivery, destruction, custody"])


class Said(Schema):
    """What was said of a hit. `verdict`: organic, allowed, residue; `answer`: open, agreed, alone, declined, gone."""

    number: int
    verdict: str
    reason: str
    answer: str
    first: str
    first_at: datetime
    second: str
    second_at: datetime | None


class Hit(Schema):
    """One known value in one place, without the value.

    `where`: row as it was read, from 1, or byte of a file; `shape`: what stands there, letters and digits hidden;
    `suggested`: what the rule `why` makes of it.
    """

    id: str
    source: str
    table: str
    column: str
    where: int
    kind: str
    cls: str
    shape: str
    hits: int
    why: str
    suggested: str
    decided: Said | None
    asked: Said | None


class Residue(Schema):
    """That a hit is real residue, and why; the reason goes into the evidence and holds no value."""

    reason: Annotated[str, Field(min_length=1, max_length=500)]


def _said(d: Decision | None) -> Said | None:
    if d is None:
        return None
    return Said(
        number=d.number, verdict=d.verdict.value, reason=d.reason, answer=d.answer.value, first=d.first,
        first_at=d.first_at, second=d.second, second_at=d.second_at,
    )  # fmt: skip


@router.get("/cases/{case_id}/hits", response=Page[Hit], auth=Needs(Screen.HITS))
def list_hits(request: ApiRequest, case_id: str, asked: Asked) -> Page[Hit]:
    """Hits of the last search that no rule settles, with what people said of them."""
    desk = desk_of_hits(site().inside, case_id)
    found = cut((*desk.lines, *desk.standing), lambda x: x.hit.hit_id, asked)
    items = [
        Hit(
            id=x.hit.hit_id, source=x.hit.source, table=x.hit.table, column=x.hit.column, where=x.hit.where,
            kind=x.hit.kind, cls=x.hit.cls, shape=x.hit.shape, hits=x.hit.hits, why=x.hit.why.value,
            suggested=x.hit.suggested.value, decided=_said(x.decided), asked=_said(x.asked),
        )
        for x in found.items
    ]  # fmt: skip
    return Page(items=items, next=found.next, total=found.total)


@router.post(
    "/cases/{case_id}/hits/{hit}/residue", response=Said, auth=Needs(Act.ADJUDICATE), openapi_extra={"x-once": True}
)  # fmt: skip
@once
def say_residue(request: ApiRequest, case_id: str, hit: str, given: Residue) -> Said:
    """Say that a hit is real residue: it counts at once. That one stands needs two people present, at the console."""
    seat = request.seat
    made = adjudicate(
        site().inside, case_id, hit, Verdict.RESIDUE.value, given.reason, by=seat.who.person, roles=seat.roles
    )
    said = _said(made)
    assert said is not None  # noqa: S101 - it was just made
    return said

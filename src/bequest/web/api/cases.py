"""Cases: those of the token's person, where each stands, what waits in it and what stands in the way."""

from datetime import date, datetime

from ninja import Router, Schema

from bequest.app.console.access import Screen, screens_of
from bequest.app.console.tokens import seat_of
from bequest.app.make_report import case_report
from bequest.app.queries.case import case_overview
from bequest.app.queries.desk import desk_of, today_in
from bequest.app.queries.doing import preflight
from bequest.app.queries.warnings import warnings_of
from bequest.store.records import CaseRecord
from bequest.web.api.access import ApiRequest, Needs
from bequest.web.api.paging import Asked, Page, cut
from bequest.web.api.texts import Text, Waiting, Warned, waiting, warned
from bequest.web.site import site

router = Router(tags=["cases"])


class Me(Schema):
    """For whom a token acts, and what it is made for. Empty `cases`, `roles`: all of that person."""

    organisation: str
    person: str
    name: str
    token: str
    label: str
    scopes: list[str]
    cases: list[str]
    roles: list[str]
    expires_at: datetime


class CaseLine(Schema):
    """A case, as lists have it."""

    id: str
    title: str
    event: str
    status: str
    rehearsal: bool
    effective_on: date
    next_step: str
    roles: list[str]
    """Those of the token in it."""


class Step(Schema):
    """One step of the flow, with its number."""

    step: str
    state: str
    figure: str
    caption: Text
    milliseconds: int | None


class CaseState(CaseLine):
    """Where a case stands."""

    revision: int
    today: date
    now: str
    steps: list[Step]
    warnings: list[Warned]


class Hindrance(Schema):
    """What stands against carrying out the plan: names of tables and columns, never values."""

    source: str
    table: str
    code: str
    facts: str
    what: Text
    way_out: Text


@router.get("/me", response=Me)
def me(request: ApiRequest) -> Me:
    """For whom this token acts."""
    t = request.bearer
    return Me(
        organisation=t.organisation, person=t.person, name=t.name, token=t.token_id, label=t.label,
        scopes=list(t.scopes), cases=list(t.cases), roles=list(t.roles), expires_at=t.expires_at,
    )  # fmt: skip


def _seen(request: ApiRequest) -> list[tuple[CaseRecord, list[str]]]:
    """The cases whose state this token may read, with its roles in each."""
    ctx = site().inside
    with ctx.store.transaction() as tx:
        known = tx.cases.list()
    seats = [(r, seat_of(ctx, r, request.bearer)) for r in known]
    return [(r, sorted(x.value for x in s.roles)) for r, s in seats if screens_of(s.roles) and Screen.CASE in s.screens]


def _line(record: CaseRecord, roles: list[str]) -> CaseLine:
    case = record.case
    return CaseLine(
        id=case.id, title=case.title, event=case.event.value, status=record.status.value, rehearsal=record.rehearsal,
        effective_on=case.effective_on, next_step=case_overview(site().inside, case.id).next_step, roles=roles,
    )  # fmt: skip


@router.get("/cases", response=Page[CaseLine])
def list_cases(request: ApiRequest, asked: Asked) -> Page[CaseLine]:
    """The cases of the token's person."""
    found = cut(_seen(request), lambda x: x[0].case.id, asked)
    return Page(items=[_line(*x) for x in found.items], next=found.next, total=found.total)


@router.get("/tasks", response=Page[Waiting])
def list_all_tasks(request: ApiRequest, asked: Asked) -> Page[Waiting]:
    """What waits for the token's roles in all its cases, by deadline."""
    ctx = site().inside
    mine = [(r.case.id, i) for r, roles in _seen(request) for i in desk_of(ctx, r.case.id) if set(roles) & set(i.roles)]
    mine.sort(key=lambda x: (x[1].due is None, x[1].due or date.max))
    found = cut(mine, lambda x: f"{x[0]}\0{x[1].en}\0{x[1].more_en}", asked)
    return Page(items=[waiting(*x) for x in found.items], next=found.next, total=found.total)


@router.get("/cases/{case_id}", response=CaseState, auth=Needs(Screen.CASE))
def read_case(request: ApiRequest, case_id: str) -> CaseState:
    """Where a case stands: the flow with its numbers, early warnings."""
    ctx = site().inside
    record, report = ctx.case(case_id), case_report(ctx, case_id, seconds={})
    line = _line(record, sorted(r.value for r in request.seat.roles))
    return CaseState(
        **line.model_dump(), revision=record.revision, today=today_in(ctx, case_id), now=report.made_at,
        steps=[
            Step(
                step=s.step.value, state=s.state.value, figure=s.figure,
                caption=Text(zh=s.caption_zh, en=s.caption_en), milliseconds=s.milliseconds,
            )
            for s in report.steps
        ],
        warnings=[warned(w) for w in warnings_of(ctx, case_id)],
    )  # fmt: skip


@router.get("/cases/{case_id}/tasks", response=Page[Waiting], auth=Needs(Screen.CASE))
def list_tasks(request: ApiRequest, case_id: str, asked: Asked) -> Page[Waiting]:
    """What waits in the case, whoever it waits for."""
    found = cut(desk_of(site().inside, case_id), lambda i: f"{i.en}\0{i.more_en}", asked)
    return Page(items=[waiting(case_id, i) for i in found.items], next=found.next, total=found.total)


@router.get("/cases/{case_id}/obstacles", response=list[Hindrance], auth=Needs(Screen.DESTRUCTION))
def list_obstacles(request: ApiRequest, case_id: str) -> list[Hindrance]:
    """What stores would refuse when the plan is carried out; asked of them now."""
    return [
        Hindrance(
            source=o.source, table=o.table, code=o.code, facts=o.facts, what=Text(zh=o.what_zh, en=o.what_en),
            way_out=Text(zh=o.way_out_zh, en=o.way_out_en),
        )
        for o in preflight(site().inside, case_id)
    ]  # fmt: skip

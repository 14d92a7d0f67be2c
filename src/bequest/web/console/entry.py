"""Signing in and out, the home of a person, the parts of the interface."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from bequest.app import attempts
from bequest.app.console import sign_in as session
from bequest.app.console.access import Screen, cases_of, roles_in, screens_of
from bequest.app.queries.case import case_overview, steps_of
from bequest.app.queries.desk import desk_of, today_in
from bequest.app.queries.warnings import warnings_of
from bequest.documents.report.content import StepName
from bequest.documents.report.wording import STEP_WORDS
from bequest.web.console.frame import COOKIE, address_of, see_other, to_sign_in, who_is
from bequest.web.pages import plain_page, render
from bequest.web.site import site


def sign_in(request: HttpRequest) -> HttpResponse:
    """Name, password and code together. Every failure has the same answer."""
    if request.method != "POST":
        return render(request, "console/sign_in.html", failed=False, name="")
    here, now, source = site(), site().clock.now(), request.META.get("REMOTE_ADDR", "")
    if attempts.is_over(here.store, attempts.SIGN_IN, source, here.key, now):
        return plain_page(request, 429, "wait")
    name = request.POST.get("name", "")[:200]
    token = session.sign_in(
        here.inside, name, request.POST.get("password", "")[:500], request.POST.get("code", "")[:12]
    )
    if token is None:
        attempts.note_failure(here.store, attempts.SIGN_IN, source, here.key, now)
        return render(request, "console/sign_in.html", 422, failed=True, name=name)
    response = see_other("/console")
    response.set_cookie(COOKIE, token, path="/console", secure=True, httponly=True, samesite="Strict")
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and on the server."""
    session.sign_out(site().inside, request.COOKIES.get(COOKIE, ""))
    response = see_other("/console/in")
    response.delete_cookie(COOKIE, path="/console", samesite="Strict")
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Cases of the person, and what waits in them by deadline."""
    who = who_is(request)
    if who is None:
        return to_sign_in()
    ctx = site().inside
    cases, items, early = [], [], []
    for record in cases_of(ctx, who):
        case, roles = record.case, roles_in(ctx, record, who)
        seen = {s.value for s in screens_of(roles)}
        waiting, today = desk_of(ctx, case.id), today_in(ctx, case.id)
        mine = [i for i in waiting if i.roles & roles]
        cases.append((record, roles, waiting, mine, today, case_overview(ctx, case.id)))
        items += [(case, i, today, _link(case.id, i.screen, seen)) for i in mine]
        early += [(case, w, _link(case.id, w.screen, seen)) for w in warnings_of(ctx, case.id)]
    items.sort(key=lambda x: (x[1].due is None, x[1].due or x[2]))
    early.sort(key=lambda x: x[1].css != "gone")
    return render(
        request, "console/home.html", who=who, cases=cases, items=items, early=early, steps=[s.value for s in StepName],
        steps_of=steps_of, step_word=lambda s: STEP_WORDS[StepName(s)],
    )  # fmt: skip


def _link(case_id: str, wanted: str, seen: set[str]) -> str:
    """Where something is seen: its screen, where the person has it, else the case."""
    shown = wanted.partition("/")[0] if wanted.partition("/")[0] in seen else Screen.CASE.value
    rest = [r for r in (wanted.partition("/")[2],) if r and shown != Screen.CASE.value]
    return address_of(case_id, Screen(shown), *rest) if shown in seen else ""


@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """Every part of the visual language, live."""
    who = who_is(request)
    if who is None:
        return to_sign_in()
    return render(request, "console/look.html", who=who)

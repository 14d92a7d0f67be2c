"""Around the screens of the console: who is signed in, who may see or do this, and that it is on record."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from bequest.app.console import sign_in as session
from bequest.app.console.access import Act, Screen, Seat, note_access, roles_in
from bequest.app.make_report import case_report
from bequest.documents.errors import chinese
from bequest.documents.report.content import CaseReport
from bequest.documents.report.render import page_context, page_environment
from bequest.kernel.errors import BequestError, StateError
from bequest.store.portal_records import SignedIn
from bequest.web.pages import LOADER, finished
from bequest.web.site import site

COOKIE = "bq_staff"
View = Callable[..., HttpResponse]
Told = tuple[str, str]
"""What is the matter, and the way out."""
Again = Callable[..., HttpResponse]
"""Shows the screen of a form again: request, seat, what could not be done, and what the address names."""


def number_in(text: str) -> int:
    """From which entry of a list on a page begins, as its address says it; 0 where it says no number."""
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def who_is(request: HttpRequest) -> SignedIn | None:
    """Who is signed in with this browser."""
    token = request.COOKIES.get(COOKIE, "")
    return session.who(site().inside, token) if token else None


def keep_session(response: HttpResponse, token: str) -> HttpResponse:
    """The browser keeps the session, for the console alone."""
    response.set_cookie(COOKIE, token, path="/console", secure=True, httponly=True, samesite="Strict")
    return response


def see_other(address: str) -> HttpResponse:
    """Go on to a page with GET, so that going back or loading anew sends no form twice."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def to_sign_in() -> HttpResponse:
    """The sign-in."""
    return see_other("/console/in")


def address_of(case_id: str, screen: Screen, *rest: str) -> str:
    """Where a screen of a case is."""
    parts = ["/console/case", case_id, *([] if screen is Screen.CASE else [screen.value]), *rest]
    return "/".join(parts)


def _seat(request: HttpRequest, case_id: str) -> Seat | None:
    """Who sits here in this case; for whom it is not there, nothing tells that it exists."""
    who = who_is(request)
    if who is None:
        return None
    ctx = site().inside
    try:
        record = ctx.case(case_id)
    except StateError:
        raise Http404 from None
    return Seat(case_id, who, roles_in(ctx, record, who))


def screen(wanted: Screen, *, noted: bool = True) -> Callable[[View], View]:
    """Only for people whose roles in the case show this screen; for all others the case is not there.

    `noted` is off for a part that a page loads again and again: the page itself was noted.
    """

    def wrap(view: View) -> View:
        @require_safe
        @wraps(view)
        def checked(request: HttpRequest, case_id: str, **more: str) -> HttpResponse:
            seat = _seat(request, case_id)
            if seat is None:
                return to_sign_in()
            if wanted not in seat.screens:
                raise Http404
            if noted:
                note_access(site().inside, seat, wanted.value)
            return view(request, seat, **more)

        return checked

    return wrap


def act(wanted: Act, again: Again) -> Callable[[View], View]:
    """Only for people whose roles let them do this. What could not be done is said on its screen, shown `again`."""

    def wrap(view: View) -> View:
        @require_POST
        @wraps(view)
        def checked(request: HttpRequest, case_id: str, **more: str) -> HttpResponse:
            seat = _seat(request, case_id)
            if seat is None:
                return to_sign_in()
            if wanted not in seat.acts:
                raise Http404
            if wanted is not Act.UNMASK:  # it puts itself on the table, with purpose and reason
                note_access(site().inside, seat, wanted.value, target=request.POST.get("at", "")[:200])
            try:
                return view(request, seat, **more)
            except BequestError as error:
                return again(request, seat, told(request, error), **more)

        return checked

    return wrap


def told(request: HttpRequest, error: BequestError) -> Told:
    """An error in the language of the page."""
    zh = request.lang == "zh"  # type: ignore[attr-defined]
    message, hint = (chinese(s) if zh and s else s for s in (error.message, error.hint))
    return message[:1].upper() + message[1:], hint


def page(request: HttpRequest, seat: Seat, shown: Screen, *, error: Told | None = None, **more: Any) -> HttpResponse:
    """A screen of a case: the same facts as the report, in the same words; above it what could not be done."""
    return page_of(request, seat, shown, report_of(seat), error=error, **more)


def report_of(seat: Seat) -> CaseReport:
    """What the report of the case would say now."""
    return case_report(site().inside, seat.case_id, seconds={})


def page_of(
    request: HttpRequest, seat: Seat, shown: Screen, report: CaseReport, *, error: Told | None = None,
    template: str = "", **more: Any,
) -> HttpResponse:  # fmt: skip
    """A screen with a report that was narrowed. `template`: of a page that stands beside the screen's own."""
    lang: str = request.lang  # type: ignore[attr-defined]
    made = page_environment(lang, report, LOADER)
    given = page_context(report, lang) | {
        "who": seat.who,
        "mine": seat.roles,
        "seen": [s.value for s in Screen if s in seat.screens],
        "acts": [a.value for a in seat.acts],
        "screen": shown.value,
        "error": error,
    }
    return finished(request, made, f"console/{template or shown.value}.html", 422 if error else 200, **given, **more)

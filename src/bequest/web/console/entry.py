"""Signing in and out, the home of a person, the parts of the interface."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from bequest.app import attempts
from bequest.app.console import sign_in as session
from bequest.app.console.access import Screen, cases_of, roles_in, screens_of
from bequest.app.console.passkeys import signed_in_by
from bequest.app.console.passkeys import to_sign_in as to_sign_in_by
from bequest.app.console.provider import JOURNEY_SECONDS, arrive, set_out
from bequest.app.queries.case import case_overview, steps_of
from bequest.app.queries.desk import desk_of, today_in
from bequest.app.queries.warnings import warnings_of
from bequest.documents.report.content import StepName
from bequest.documents.report.wording import STEP_WORDS
from bequest.kernel.errors import BequestError
from bequest.web.console.frame import COOKIE, Told, address_of, keep_session, see_other, to_sign_in, told, who_is
from bequest.web.console.proofs import SCRIPT, asked, proof_of
from bequest.web.pages import plain_page, render
from bequest.web.site import site

JOURNEY_COOKIE = "bq_provider"
_PROVIDER_PLACE = "/console/in/provider"


def sign_in(request: HttpRequest) -> HttpResponse:
    """Name, password and code together. Every failure has the same answer."""
    if request.method != "POST":
        return _sign_in_page(request)
    if _is_slowed(request):
        return plain_page(request, 429, "wait")
    given = request.POST
    name, code = given.get("name", "")[:200], given.get("code", "") or given.get("recovery", "")
    token = session.sign_in(site().inside, name, given.get("password", "")[:500], code[:40])
    if token is None:
        _note_failure(request)
        return _sign_in_page(request, failed="password", name=name)
    return _entered(request, token)


@require_POST
def sign_in_by_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey that verified its user, in place of name, password and code."""
    party = site().party
    if party is None:
        raise Http404
    if _is_slowed(request):
        return plain_page(request, 429, "wait")
    found = signed_in_by(site().inside, party, proof_of(request).answer)
    token = session.sign_in_as(site().inside, found.organisation, found.person) if found else None
    if token is None:
        _note_failure(request)
        return _sign_in_page(request, failed="passkey")
    return _entered(request, token)


@require_safe
def to_provider(request: HttpRequest) -> HttpResponse:
    """Off to the organisation's identity provider."""
    provider, party = site().provider, site().party
    if provider is None or party is None:
        raise Http404
    if _is_slowed(request):
        return plain_page(request, 429, "wait")
    try:
        address, kept = set_out(site().inside, provider, party.origin)
    except BequestError as error:
        return _sign_in_page(request, failed="provider", said=told(request, error))
    response = see_other(address)
    response.set_cookie(
        JOURNEY_COOKIE, kept, max_age=JOURNEY_SECONDS, path=_PROVIDER_PLACE, secure=True, httponly=True, samesite="Lax"
    )  # Strict would not come along from the provider's page
    return response


@require_safe
def from_provider(request: HttpRequest) -> HttpResponse:
    """Back from the provider, signed in there or not."""
    provider, party = site().provider, site().party
    if provider is None or party is None:
        raise Http404
    if _is_slowed(request):
        return plain_page(request, 429, "wait")
    kept = request.COOKIES.get(JOURNEY_COOKIE, "")[:4000]
    given = {name: request.GET.get(name, "")[:2000] for name in ("code", "state", "iss") if name in request.GET}
    token = None
    try:
        found = arrive(site().inside, provider, party.origin, kept, given)
        if found.account is not None:
            token = session.sign_in_as(site().inside, found.account.organisation, found.account.person)
    except BequestError as error:
        response = _sign_in_page(request, failed="provider", said=told(request, error))
    else:
        if token is None:
            response = _sign_in_page(request, failed="unlinked", subject=found.subject)
        else:  # a page of ours goes on: a redirect from the provider's page would bear no strict cookie
            response = keep_session(render(request, "console/entered.html"), token)
            response.headers["Refresh"] = "0; url=/console"
    if token is None:
        _note_failure(request)
    response.delete_cookie(JOURNEY_COOKIE, path=_PROVIDER_PLACE, samesite="Lax")
    return response


def _sign_in_page(
    request: HttpRequest, *, failed: str = "", name: str = "", said: Told = ("", ""), subject: str = ""
) -> HttpResponse:
    """The form, with what went wrong."""
    party = site().party
    return render(
        request, "console/sign_in.html", 422 if failed else 200, failed=failed, name=name, said=said, subject=subject,
        script=SCRIPT if party else "", passkey=asked(to_sign_in_by(site().inside, party)) if party else None,
        provider=site().provider, origin=party.origin if party else "",
    )  # fmt: skip


def _entered(request: HttpRequest, token: str) -> HttpResponse:
    """On to the tasks, with a new session; one that this browser had before ends."""
    session.sign_out(site().inside, request.COOKIES.get(COOKIE, ""))
    return keep_session(see_other("/console"), token)


def _is_slowed(request: HttpRequest) -> bool:
    here = site()
    return attempts.is_over(
        here.store, attempts.SIGN_IN, request.META.get("REMOTE_ADDR", ""), here.key, here.clock.now()
    )


def _note_failure(request: HttpRequest) -> None:
    here = site()
    attempts.note_failure(here.store, attempts.SIGN_IN, request.META.get("REMOTE_ADDR", ""), here.key, here.clock.now())


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

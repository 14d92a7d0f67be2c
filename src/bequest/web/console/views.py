"""Screens of the console, read-only. The first line of each says who may see it; every look is on the access table."""

import io
import tarfile
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from bequest.app import attempts
from bequest.app.console import sign_in as session
from bequest.app.console.access import Screen, cases_of, note_access, roles_in, screens_of
from bequest.app.make_report import case_report
from bequest.app.queries.desk import desk_of, today_in
from bequest.documents.report.render import page_context, page_environment
from bequest.evidence.event_types import MEANINGS
from bequest.kernel.errors import StateError
from bequest.store.portal_records import SignedIn
from bequest.web.pages import LOADER, finished, plain_page, render
from bequest.web.site import site

COOKIE = "bq_staff"
View = Callable[..., HttpResponse]


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
    response = HttpResponseRedirect("/console")
    response.status_code = 303
    response.set_cookie(COOKIE, token, path="/console", secure=True, httponly=True, samesite="Strict")
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and on the server."""
    session.sign_out(site().inside, request.COOKIES.get(COOKIE, ""))
    response = HttpResponseRedirect("/console/in")
    response.status_code = 303
    response.delete_cookie(COOKIE, path="/console", samesite="Strict")
    return response


def _who(request: HttpRequest) -> SignedIn | None:
    token = request.COOKIES.get(COOKIE, "")
    return session.who(site().inside, token) if token else None


def _to_sign_in() -> HttpResponse:
    response = HttpResponseRedirect("/console/in")
    response.status_code = 303
    return response


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Cases of the person, and what waits in them by deadline."""
    who = _who(request)
    if who is None:
        return _to_sign_in()
    ctx = site().inside
    cases, items = [], []
    for record in cases_of(ctx, who):
        roles = roles_in(ctx, record, who)
        waiting = desk_of(ctx, record.case.id)
        cases.append((record, roles, len(waiting), today_in(ctx, record.case.id)))
        items += [(record.case, i, bool(i.roles & roles), today_in(ctx, record.case.id)) for i in waiting]
    items.sort(key=lambda x: (not x[2], x[1].due is None, x[1].due or x[3]))
    return render(request, "console/home.html", who=who, cases=cases, items=items)


@require_safe
def look(request: HttpRequest) -> HttpResponse:
    """Every part of the visual language, live."""
    who = _who(request)
    if who is None:
        return _to_sign_in()
    return render(request, "console/look.html", who=who)


def _screen(screen: Screen) -> Callable[[View], View]:
    """Only for people whose roles in the case show this screen; for all others the case is not there."""

    def wrap(view: View) -> View:
        @require_safe
        @wraps(view)
        def checked(request: HttpRequest, case_id: str) -> HttpResponse:
            who = _who(request)
            if who is None:
                return _to_sign_in()
            ctx = site().inside
            try:
                record = ctx.case(case_id)
            except StateError:
                raise Http404 from None
            seen = screens_of(roles_in(ctx, record, who))
            if screen not in seen:
                raise Http404
            note_access(ctx, case_id, who, screen)
            return view(request, case_id, who, seen)

        return checked

    return wrap


def _page(
    request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen], screen: Screen, **more: Any
) -> HttpResponse:
    """A screen of a case: the same facts as the report, in the same words."""
    lang: str = request.lang  # type: ignore[attr-defined]
    report = case_report(site().inside, case_id, seconds={})
    made = page_environment(lang, report, LOADER)
    seen_words = [s.value for s in Screen if s in seen]
    given = page_context(report, lang) | {"who": who, "seen": seen_words, "screen": screen.value}
    return finished(request, made, f"console/{screen.value}.html", 200, **given, **more)


@_screen(Screen.CASE)
def case(request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen]) -> HttpResponse:
    """Where the case stands: the flow, what blocks it, who can unblock it."""
    ctx = site().inside
    return _page(request, case_id, who, seen, Screen.CASE, items=desk_of(ctx, case_id), today=today_in(ctx, case_id))


@_screen(Screen.MAP)
def data_map(request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen]) -> HttpResponse:
    """Systems, tables, columns, with class, confidence and why."""
    system, cls = request.GET.get("system", ""), request.GET.get("class", "")
    return _page(request, case_id, who, seen, Screen.MAP, only_system=system, only_class=cls)


@_screen(Screen.PLAN)
def plan(request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen]) -> HttpResponse:
    """The plan with totals on both axes, reasons and approvals."""
    return _page(request, case_id, who, seen, Screen.PLAN)


@_screen(Screen.NOTICES)
def notices(request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen]) -> HttpResponse:
    """Who was told how, what they answered, what they ask for."""
    with site().store.transaction() as tx:
        asked, cards = tx.portal.list(case_id), tx.portal.count_cards(case_id)
    return _page(request, case_id, who, seen, Screen.NOTICES, asked=asked, cards=cards)


@_screen(Screen.DESTRUCTION)
def destruction(request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen]) -> HttpResponse:
    """Delivery, destruction, certificate, custody."""
    return _page(request, case_id, who, seen, Screen.DESTRUCTION)


@_screen(Screen.EVIDENCE)
def evidence(request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen]) -> HttpResponse:
    """The log, how to check it, our own keys and stores."""
    with site().store.transaction() as tx:
        events = [e for e in tx.outbox.all(case_id) if e.published_index is not None][-40:]
    meanings = {e.value: words for e, words in MEANINGS.items()}
    has_bundle = _bundle_folder(case_id).is_dir()
    return _page(request, case_id, who, seen, Screen.EVIDENCE, events=events, meanings=meanings, has_bundle=has_bundle)


@_screen(Screen.ACCESS)
def access(request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen]) -> HttpResponse:
    """Who looked at what: the last two hundred."""
    with site().store.transaction() as tx:
        looked = tx.access.list(case_id)
    return _page(request, case_id, who, seen, Screen.ACCESS, looked=looked[-200:][::-1], n_looked=len(looked))


def _bundle_folder(case_id: str) -> Any:
    return site().inside.workspace(case_id).root / "bundle" / f"evidence-{case_id}"


@_screen(Screen.BUNDLE)
def bundle(request: HttpRequest, case_id: str, who: SignedIn, seen: frozenset[Screen]) -> HttpResponse:
    """The evidence bundle as one file; the trust file goes to its readers by another way."""
    folder = _bundle_folder(case_id)
    if not folder.is_dir():
        raise Http404
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            info = tar.gettarinfo(path, arcname=f"{folder.name}/{path.relative_to(folder).as_posix()}")
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            with path.open("rb") as file:
                tar.addfile(info, file)
    response = HttpResponse(data.getvalue(), content_type="application/x-tar")
    response.headers["Content-Disposition"] = f'attachment; filename="{folder.name}.tar"'
    return response

"""Coming to the desk: the link of an invitation, signing in and out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST
from markupsafe import Markup

from bequest.app import attempts
from bequest.app.console import sign_in as session
from bequest.app.receiver_desk.invite import Invitation, choose_password, invitation, join
from bequest.crypto.passwords import LEAST
from bequest.documents.paper_letters import qr_svg
from bequest.kernel.errors import BequestError
from bequest.web.console.frame import see_other, told
from bequest.web.pages import plain_page, render
from bequest.web.receiver.frame import COOKIE, keep_session
from bequest.web.site import site

_NOBODY: dict[str, Any] = {"who": None, "seat": None}
"""Before somebody is signed in."""


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name, password and code together. Every failure has the same answer."""
    if request.method != "POST":
        return render(request, "receiver/sign_in.html", failed=False, name="", **_NOBODY)
    here, now, source = site(), site().clock.now(), request.META.get("REMOTE_ADDR", "")
    if attempts.is_over(here.store, attempts.SIGN_IN, source, here.key, now):
        return plain_page(request, 429, "wait")
    name, given = request.POST.get("name", "")[:200], request.POST
    token = session.sign_in(here.inside, name, given.get("password", "")[:500], given.get("code", "")[:12])
    if token is None:
        attempts.note_failure(here.store, attempts.SIGN_IN, source, here.key, now)
        return render(request, "receiver/sign_in.html", 422, failed=True, name=name, **_NOBODY)
    return keep_session(see_other("/desk"), token)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and on the server."""
    session.sign_out(site().inside, request.COOKIES.get(COOKIE, ""))
    response = see_other("/desk/in")
    response.delete_cookie(COOKIE, path="/desk", samesite="Strict")
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation: choose a password, then see the code generator's secret, this once."""
    found = _invitation(request, token)
    if isinstance(found, HttpResponse):
        return found
    if request.method != "POST":
        return _join(request, token, found)
    try:
        made = choose_password(site().inside, found, request.POST.get("password", "")[:500])
    except BequestError as error:
        return _join(request, token, found, status=422, error=told(request, error))
    picture = Markup(qr_svg(made.totp_address))  # noqa: S704 - our own drawing
    return _join(request, token, found, made=made, picture=picture)


@require_POST
def first_code(request: HttpRequest, token: str) -> HttpResponse:
    """The first code: with it the account is the person's, and the link opens nothing any more."""
    found = _invitation(request, token)
    if isinstance(found, HttpResponse):
        return found
    here, now, source = site(), site().clock.now(), request.META.get("REMOTE_ADDR", "")
    given = request.POST
    cookie = join(here.inside, found, given.get("password", "")[:500], given.get("code", "")[:12])
    if cookie is None:
        attempts.note_failure(here.store, attempts.SIGN_IN, source, here.key, now)
        return _join(request, token, found, status=422, failed=True)
    return keep_session(see_other("/desk"), cookie)


def _join(request: HttpRequest, token: str, found: Invitation, *, status: int = 200, **given: Any) -> HttpResponse:
    shown: dict[str, Any] = {"error": None, "made": None, "picture": "", "failed": False} | given
    return render(request, "receiver/join.html", status, token=token, i=found, least=LEAST, **_NOBODY, **shown)


def _invitation(request: HttpRequest, token: str) -> Invitation | HttpResponse:
    """The invitation, or a page that tells nothing; whoever tries many links has to wait."""
    here, now, source = site(), site().clock.now(), request.META.get("REMOTE_ADDR", "")
    for limit in (attempts.LINKS, attempts.SIGN_IN):
        if attempts.is_over(here.store, limit, source, here.key, now):
            return plain_page(request, 429, "wait")
    found = invitation(here.inside, token)
    if found is None:
        attempts.note_failure(here.store, attempts.LINKS, source, here.key, now)
        return plain_page(request, 404, "link")
    return found

"""Around every request: language, security headers, and errors as pages that tell nobody anything."""

import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from bequest.web.pages import plain_page
from bequest.web.policy import POLICY

Next = Callable[[HttpRequest], HttpResponse]
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Cache-Control": "no-store",
}
LOG = logging.getLogger("bequest.web")
LANGUAGE_COOKIE = "bq_lang"
_YEAR_SECONDS = 365 * 24 * 3600


def guard(following: Next) -> Next:
    """The outermost middleware."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.lang = language_of(request)  # type: ignore[attr-defined]
        response = following(request) if _is_our_host(request) else plain_page(request, 400, "nothing")
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Vary"] = "Cookie, Accept-Language"
        if request.is_secure():
            response.headers["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
        wanted = request.GET.get("lang")
        if wanted in {"zh", "en"} and not request.path.startswith("/api/"):
            response.set_cookie(
                LANGUAGE_COOKIE, wanted, max_age=_YEAR_SECONDS, secure=True, httponly=True, samesite="Lax"
            )
        return response

    return answer


def _is_our_host(request: HttpRequest) -> bool:
    """Whether the request names this site: under a foreign name no page is given out."""
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def language_of(request: HttpRequest) -> str:
    """`zh` or `en`: as asked for, as asked for before, as the browser prefers; Chinese first."""
    for wanted in (request.GET.get("lang"), request.COOKIES.get(LANGUAGE_COOKIE)):
        if wanted in {"zh", "en"}:
            return str(wanted)
    first = request.headers.get("Accept-Language", "zh").split(",")[0].strip().lower()
    return "en" if first and not first.startswith("zh") else "zh"


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from this site, or whose page was open too long."""
    return plain_page(request, 403, "stale")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such page, or none for this person: the same."""
    return plain_page(request, 404, "nothing")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What cannot be read as a request."""
    return plain_page(request, 400, "stale")


def failed(request: HttpRequest) -> HttpResponse:
    """A defect: its kind and place go to the log of the server, never its text or the address, which bears a secret."""
    error = sys.exc_info()[1]
    if error is not None:
        place = traceback.extract_tb(error.__traceback__)[-1]
        LOG.error("a defect: %s in %s, line %s", type(error).__name__, Path(place.filename).stem, place.lineno)
    return plain_page(request, 500, "failed")

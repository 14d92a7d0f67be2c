"""Around every request of the interface: whatever fails is a problem, unchanged answers are not sent again."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from bequest.web.api.once import etag_of
from bequest.web.api.problems import MEDIA_TYPE, problem

PREFIX = "/api/"
Next = Callable[[HttpRequest], HttpResponse]


def frame(following: Next) -> Next:
    """Middleware: pages of errors become problems, bodies get an entity tag."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = following(request)
        if not request.path.startswith(PREFIX):
            return response
        kind = response.headers.get("Content-Type", "")
        if response.status_code >= 400 and not kind.startswith(MEDIA_TYPE):
            kept = {n: v for n in ("Allow", "Retry-After") if (v := response.headers.get(n))}
            return problem(request, response.status_code, headers=kept)
        if request.method == "GET" and response.status_code == 200 and kind.startswith("application/json"):
            return _tagged(request, response)
        return response

    return answer


def _tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    tag = etag_of(response.content)
    if tag in {t.strip().removeprefix("W/") for t in request.headers.get("If-None-Match", "").split(",")}:
        response = HttpResponseNotModified()
    response.headers["ETag"] = tag
    return response

"""The page for whoever has a receipt code and no link at hand."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bequest.app import attempts
from bequest.app.portal.by_code import look_up
from bequest.web.pages import plain_page, render
from bequest.web.site import site


@csrf_exempt  # it changes nothing, and reads no cookie
@require_http_methods(["GET", "HEAD", "POST"])
def by_code(request: HttpRequest) -> HttpResponse:
    """How far a choice or request is. The code travels in the form, never in an address; unknown ones look alike."""
    if request.method != "POST":
        return render(request, "portal/by_code.html", seen=None, wrong=False)
    here, now, source = site(), site().clock.now(), request.META.get("REMOTE_ADDR", "")
    if attempts.is_over(here.store, attempts.LINKS, source, here.key, now):
        response = plain_page(request, 429, "wait")
        response.headers["Retry-After"] = str(attempts.WINDOW_SECONDS)
        return response
    seen = look_up(here.store, request.POST.get("code", ""))
    if seen is None:
        attempts.note_failure(here.store, attempts.LINKS, source, here.key, now)
    return render(request, "portal/by_code.html", 200 if seen else 422, seen=seen, wrong=seen is None)

"""One request of a customer: what was written, opened on demand and logged, and the answer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.portal.messages import reply, request_of, thread
from bequest.kernel.errors import InputError
from bequest.web.console.frame import Told, act, address_of, page, screen, see_other
from bequest.web.site import site


@screen(Screen.REQUESTS)
def one(request: HttpRequest, seat: Seat, code: str) -> HttpResponse:
    """The request, without what was written."""
    return show(request, seat, None, code)


def show(request: HttpRequest, seat: Seat, error: Told | None, code: str, **more: Any) -> HttpResponse:
    """The request, with what could not be done."""
    try:
        asked = request_of(site().inside, seat.case_id, code)
    except InputError:
        raise Http404 from None
    given = {"said": None, "typed": request.POST} | more
    return page(request, seat, Screen.REQUESTS, error=error, asked=asked, **given)


@act(Act.REQUEST, show)
def opened(request: HttpRequest, seat: Seat, code: str) -> HttpResponse:
    """What was written, on this answer only; the look is on the access table and in the log."""
    try:
        _, said = thread(site().inside, seat.case_id, code, by=seat.who.person)
    except InputError:
        raise Http404 from None
    return show(request, seat, None, code, said=said)


@act(Act.REQUEST, show)
def answered(request: HttpRequest, seat: Seat, code: str) -> HttpResponse:
    """Write to the customer; with the tick the request is answered."""
    is_answer = "answer" in request.POST
    reply(
        site().inside, seat.case_id, code, request.POST.get("text", ""), by=seat.who.person, is_answer=is_answer
    )  # fmt: skip
    return see_other(address_of(seat.case_id, Screen.REQUESTS, code))

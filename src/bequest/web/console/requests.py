"""One request of a customer: what was written, opened on demand and logged, and the answer."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.portal.messages import answerers, reply, request_of, take_on, thread
from bequest.kernel.errors import InputError
from bequest.store.portal_records import RequestOutcome
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
    ctx = site().inside
    given = {"said": None, "typed": request.POST, "answerers": answerers(ctx.case(seat.case_id).case)} | more
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
    """Write to the customer; with an outcome the request is answered."""
    said = request.POST.get("outcome", "")
    outcome = next((o for o in RequestOutcome if o.value == said), None)
    reply(
        site().inside, seat.case_id, code, request.POST.get("text", ""), by=seat.who.person, outcome=outcome
    )  # fmt: skip
    return see_other(address_of(seat.case_id, Screen.REQUESTS, code))


@act(Act.REQUEST, show)
def taken_on(request: HttpRequest, seat: Seat, code: str) -> HttpResponse:
    """Take the request on, or give it to somebody whose role answers requests."""
    take_on(site().inside, seat.case_id, code, request.POST.get("person", ""), by=seat.who.person)
    return see_other(address_of(seat.case_id, Screen.REQUESTS, code))

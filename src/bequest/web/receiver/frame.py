"""Around the screens of the desk: who is signed in here, and what of a case is addressed to the party."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from bequest.app.console import sign_in as session
from bequest.app.receiver_desk.seats import DeskSeat, note_look, seat_in
from bequest.app.receiver_desk.shelf import Order, Parcel, shelf_of
from bequest.kernel.errors import BequestError
from bequest.store.portal_records import SignedIn
from bequest.web.console.frame import Told, see_other, told
from bequest.web.pages import render
from bequest.web.site import site

COOKIE = "bq_desk"
View = Callable[..., HttpResponseBase]
Again = Callable[..., HttpResponse]
"""Shows the screen of a form again: request, seat, what lies there, what could not be done."""


def who_is(request: HttpRequest) -> SignedIn | None:
    """Who is signed in at the desk with this browser."""
    token = request.COOKIES.get(COOKIE, "")
    return session.who(site().inside, token) if token else None


def keep_session(response: HttpResponse, token: str) -> HttpResponse:
    """The browser keeps the session, for the desk alone."""
    response.set_cookie(COOKIE, token, path="/desk", secure=True, httponly=True, samesite="Strict")
    return response


def to_sign_in() -> HttpResponse:
    """The desk's own sign-in."""
    return see_other("/desk/in")


def addressed(find: Callable[[DeskSeat, str], Any]) -> Callable[[View], View]:
    """Only for people of the party to whom `find` finds the thing addressed; for all others it is not there."""

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, case_id: str, named: str, **more: str) -> HttpResponseBase:
            who = who_is(request)
            if who is None:
                return to_sign_in()
            seat = seat_in(site().inside, case_id, who)
            thing = find(seat, named) if seat is not None else None
            if seat is None or thing is None:
                raise Http404
            return view(request, seat, thing, **more)

        return checked

    return wrap


def parcel_of(seat: DeskSeat, named: str) -> Parcel | None:
    """The package of that id, where it is addressed to the seat's party."""
    return next((p for p in shelf_of(site().inside, seat).parcels if p.delivery_id == named), None)


def order_of(seat: DeskSeat, named: str) -> Order | None:
    """The message of that id, where it is addressed to the seat's party."""
    return next((o for o in shelf_of(site().inside, seat).orders if o.message.message_id == named), None)


def screen(action: str, find: Callable[[DeskSeat, str], Any]) -> Callable[[View], View]:
    """A screen about something addressed to the party; the look is on the access table of the case."""

    def wrap(view: View) -> View:
        @require_safe
        @addressed(find)
        @wraps(view)
        def shown(request: HttpRequest, seat: DeskSeat, thing: Any, **more: str) -> HttpResponseBase:
            note_look(site().inside, seat, action, _name(thing))
            return view(request, seat, thing, **more)

        return shown

    return wrap


def form(find: Callable[[DeskSeat, str], Any], again: Again) -> Callable[[View], View]:
    """A form about something addressed to the party. What could not be done is said on its screen, shown `again`."""

    def wrap(view: View) -> View:
        @require_POST
        @addressed(find)
        @wraps(view)
        def taken(request: HttpRequest, seat: DeskSeat, thing: Any, **more: str) -> HttpResponseBase:
            try:
                return view(request, seat, thing, **more)
            except BequestError as error:
                return again(request, seat, thing, told(request, error))

        return taken

    return wrap


def page(
    request: HttpRequest, template: str, who: SignedIn, *, error: Told | None = None, seat: DeskSeat | None = None,
    **given: Any,
) -> HttpResponse:  # fmt: skip
    """A screen of the desk."""
    return render(request, f"receiver/{template}.html", 422 if error else 200, who=who, error=error, seat=seat, **given)


def _name(thing: Any) -> str:
    return str(thing.delivery_id if isinstance(thing, Parcel) else thing.message.message_id)

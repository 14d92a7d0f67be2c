"""People of a case: found by keyed token, masked, in clear for a purpose only; pairs in doubt side by side."""

from django.http import Http404, HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.people_desk.find import KINDS, REFERENCE, SEARCH, SEARCHES_A_DAY, find_people, require_below
from bequest.app.people_desk.pairs import AT_ONCE, pairs_from
from bequest.app.people_desk.person import PURPOSES, UNMASKS_A_DAY, person, unmask
from bequest.app.people_desk.person import Person as Found
from bequest.app.review_links import decide
from bequest.kernel.errors import BequestError, InputError
from bequest.web.console.frame import Told, act, address_of, number_in, page, screen, see_other, told
from bequest.web.site import site


@screen(Screen.PEOPLE)
def people(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The search: nothing is listed that nobody looked for."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None, found: tuple[int, ...] | None = None) -> HttpResponse:
    """The search, with what was found, or what could not be done. What was typed is not shown again."""
    kind = request.POST.get("kind", "")
    return page(
        request, seat, Screen.PEOPLE, error=error,
        kinds=(*KINDS, REFERENCE), kind=kind, found=found, one=None, a_day=SEARCHES_A_DAY,
    )  # fmt: skip


@act(Act.SEARCH, show)
def find(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Look for somebody; one hit leads straight to the person."""
    ctx, given = site().inside, request.POST
    require_below(ctx, seat.case_id, seat.who.person, SEARCH, SEARCHES_A_DAY + 1, ctx.now(seat.case_id))
    found = find_people(ctx, seat.case_id, given.get("kind", ""), given.get("typed", "")[:200])
    if len(found) == 1:
        return see_other(address_of(seat.case_id, Screen.PEOPLE, str(found[0])))
    return show(request, seat, None, found)


@screen(Screen.PEOPLE)
def one(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """One person, masked."""
    try:
        found = person(site().inside, seat.case_id, number)
    except InputError:
        raise Http404 from None
    except BequestError as error:
        return show(request, seat, told(request, error))
    return _person(request, seat, found, clear=False)


def _person(request: HttpRequest, seat: Seat, found: Found, *, clear: bool, error: Told | None = None) -> HttpResponse:
    return page(
        request, seat, Screen.PEOPLE, error=error,
        one=found, clear=clear, purposes=PURPOSES, a_day=UNMASKS_A_DAY, typed=request.POST, found=None,
    )  # fmt: skip


def _masked_again(request: HttpRequest, seat: Seat, error: Told, number: int) -> HttpResponse:
    try:
        found = person(site().inside, seat.case_id, number)
    except BequestError:
        return show(request, seat, error)
    return _person(request, seat, found, clear=False, error=error)


@act(Act.UNMASK, _masked_again)
def clear(request: HttpRequest, seat: Seat, number: int) -> HttpResponse:
    """The person in clear, on this answer only: going back shows the masks again."""
    given = request.POST
    found = unmask(
        site().inside, seat.case_id, number, by=seat.who.person, purpose=given.get("purpose", ""),
        reason=given.get("reason", ""),
    )  # fmt: skip
    return _person(request, seat, found, clear=True)


@screen(Screen.LINKS)
def links(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Pairs in doubt, some at a time."""
    return show_links(request, seat, None)


def show_links(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """Pairs in doubt, with what could not be done."""
    given = request.GET if request.method == "GET" else request.POST
    first = number_in(given.get("first", ""))
    try:
        pairs, n = pairs_from(site().inside, seat.case_id, first)
    except BequestError as trouble:
        pairs, n, error = (), 0, error or told(request, trouble)
    return page(request, seat, Screen.LINKS, error=error, pairs=pairs, n_pairs=n, first=first, at_once=AT_ONCE)


@act(Act.REVIEW, show_links)
def decided(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Somebody says whether two records are one person's; it counts from the next run of link."""
    given = request.POST
    if given.get("same") not in {"yes", "no"} or not given.get("reason", "").strip():
        raise InputError("it is not said whether they are one person, and why", hint="Choose, and write the reason.")
    decide(
        site().inside, seat.case_id, given.get("at", ""), same=given["same"] == "yes", person=seat.who.person,
        reason=given["reason"].strip()[:500],
    )  # fmt: skip
    return see_other(address_of(seat.case_id, Screen.LINKS) + f"?first={given.get('first', '0')}")

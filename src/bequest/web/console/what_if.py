"""What would be decided otherwise, asked beside the plan: nothing is written."""

from django.http import HttpRequest, HttpResponse

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.what_if import WhatIf, what_if
from bequest.app.what_if_paths import places
from bequest.kernel.errors import InputError
from bequest.web.console.frame import Told, act, page, screen
from bequest.web.site import site

AT_ONCE = 3
SMALL = 10
MOST_FLOWS = 30


@screen(Screen.PLAN)
def what_if_form(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What can be asked."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None, found: WhatIf | None = None) -> HttpResponse:
    """The form, with the difference, or with what could not be done."""
    case = site().inside.case(seat.case_id).case
    known = {path: place.read(case) for path, place in places(case).items()}
    asked = [(request.POST.get(f"path{n}", ""), request.POST.get(f"value{n}", "")) for n in range(AT_ONCE)]
    return page(
        request, seat, Screen.PLAN, error=error, template="what_if", known=known, asked=asked, found=found,
        flows=found.flows[:MOST_FLOWS] if found else (), small=SMALL,
    )  # fmt: skip


@act(Act.ASK, show)
def ask(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The case decided twice in memory, and the difference."""
    given = request.POST
    wishes = [
        f"{path}={value}"
        for n in range(AT_ONCE)
        if (path := given.get(f"path{n}", "")) and (value := given.get(f"value{n}", "").strip()[:80])
    ]
    if not wishes:
        raise InputError(
            "it is not said what would be different", hint="Choose a place and write what would stand there."
        )
    return show(request, seat, None, what_if(site().inside, seat.case_id, wishes))

"""What a notice says by each channel, for an invented person, and a trial of it to an address of one's own."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from bequest.app.console.access import Act, Screen, Seat
from bequest.app.preview_notice import EMAIL, SMS, Wording, check_pace, try_notice, wordings
from bequest.documents.paper_letters import qr_svg
from bequest.kernel.errors import BequestError
from bequest.web.console.frame import Told, act, page_of, report_of, screen, told
from bequest.web.site import site


@dataclass(frozen=True, slots=True)
class Tried:
    """How a trial went: by which channel, and what the carrier said."""

    channel: str
    outcome: str


@screen(Screen.NOTICES)
def wording(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The wordings."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None, tried: Tried | None = None) -> HttpResponse:
    """The page, with how a trial went, or with what could not be done."""
    ctx, trouble = site().inside, None
    found: tuple[Wording, ...] = ()
    try:
        found = wordings(ctx, seat.case_id)
    except BequestError as wrong:
        trouble = told(request, wrong)
    chosen = request.POST.get("lots", request.GET.get("lots", ""))
    one = next((w for w in found if w.lots == chosen), found[0] if found else None)
    link = next((p.link for p in one.previews if p.link), "") if one else ""
    return page_of(
        request, seat, Screen.NOTICES, report_of(seat), error=error, template="wording", found=found, one=one,
        trouble=trouble, tried=tried, typed=request.POST, qr=Markup(qr_svg(link)) if link else "",  # noqa: S704 - our own drawing
        ways=[c for c in (EMAIL, SMS) if site().carriers.reaches(c)],
    )  # fmt: skip


@act(Act.TRY, show)
def tried(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Send one; the address is used for that, and kept nowhere."""
    here, given = site(), request.POST
    if given.get("address"):
        check_pace(here.store, here.key, seat.who.person, here.clock.now())
    channel = given.get("channel", "")
    outcome = try_notice(
        here.inside, seat.case_id, lots=given.get("lots", ""), channel=channel, address=given.get("address", ""),
        carriers=here.carriers, by=seat.who.person,
    )  # fmt: skip
    return show(request, seat, None, Tried(channel, outcome))

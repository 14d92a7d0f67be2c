"""The publicity kit: wordings to read, every file to download."""

from django.http import Http404, HttpRequest, HttpResponse

from bequest.app.console.access import Screen, Seat
from bequest.app.publicity import POSTERS, Kit, kit_of
from bequest.kernel.errors import BequestError
from bequest.web.console.frame import Told, page, screen, told
from bequest.web.site import site


@screen(Screen.PUBLICITY)
def publicity(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What the kit holds, in the language of the page; the posters of both."""
    kit: Kit | None = None
    not_yet: Told | None = None
    try:
        kit = kit_of(site().inside, seat.case_id)
    except BequestError as error:
        not_yet = told(request, error)
    return page(request, seat, Screen.PUBLICITY, kit=kit, not_yet=not_yet, posters=POSTERS)


@screen(Screen.PUBLICITY)
def file(request: HttpRequest, seat: Seat, name: str) -> HttpResponse:
    """One file of the kit."""
    try:
        made = kit_of(site().inside, seat.case_id).file(name)
    except BequestError:
        raise Http404 from None
    if made is None:
        raise Http404
    response = HttpResponse(made, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{seat.case_id}-{name}"'
    return response

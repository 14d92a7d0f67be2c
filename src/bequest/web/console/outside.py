"""What others vouch for: heads of the log go to witnesses, time-stamping authorities and platforms, and come back."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse

from bequest.app.anchors import MOST_BYTES, hand_out, take_anchor
from bequest.app.console.access import Act, Screen, Seat
from bequest.app.queries.heads import head_file, outside
from bequest.app.timestamps import ask_for_timestamp, make_query, take_timestamp
from bequest.app.witnesses import ask_witnesses, make_requests, take_cosignatures
from bequest.kernel.errors import InputError, StateError
from bequest.web.console.frame import Told, act, address_of, page, screen, see_other
from bequest.web.site import site
from bequest.web.uploads import handed_in, takes_file

_LONGEST = 256 * 1024
"""Bytes of an answer of a witness or of a time-stamping authority."""


@screen(Screen.EVIDENCE)
def outside_page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The heads that were handed out, and what came back."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """The page, with what could not be done."""
    ctx = site().inside
    return page(
        request, seat, Screen.EVIDENCE, error=error, template="outside", found=outside(ctx, seat.case_id),
        typed=request.POST, zone=ctx.case(seat.case_id).case.timezone,
    )  # fmt: skip


@screen(Screen.EVIDENCE)
def head(request: HttpRequest, seat: Seat, size: int) -> HttpResponse:
    """The file of a head, whose digest a platform registers."""
    try:
        return _file(head_file(site().inside, seat.case_id, size), f"{seat.case_id}-{size}.checkpoint")
    except InputError:
        raise Http404 from None


@act(Act.VOUCH, show)
def handed_out(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Keep the newest head as one that goes to others."""
    hand_out(site().inside, seat.case_id)
    return _back(request, seat)


@act(Act.VOUCH, show)
def request_for(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What one witness needs to cosign the newest head, as a file."""
    witness, since = (request.POST.get(name, "").strip() for name in ("witness", "since"))
    if since and not (since.isdecimal() and len(since) < 19):
        raise InputError("the size that the witness names is no number", hint="Copy the number it names, or none.")
    if not witness:
        raise InputError("no witness is chosen", hint="Choose one of those that the case names.")
    [(name, text)] = make_requests(site().inside, seat.case_id, only=witness, start=int(since) if since else None)
    return _file(text.encode(), name)


@act(Act.VOUCH, show)
def asked(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Ask the witnesses that have an address."""
    found = ask_witnesses(site().inside, seat.case_id)
    if not found:
        raise StateError(
            "no witness of this case has an address", hint="Fetch the request as a file and bring it to the witness."
        )
    if failed := next((a.error for a in found if a.error is not None), None):
        raise failed
    return _back(request, seat)


@takes_file(_LONGEST)
@act(Act.VOUCH, show)
def cosigned(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take in what a witness wrote."""
    text = _given(request).decode("utf-8", "replace").replace("\r\n", "\n").strip()
    take_cosignatures(site().inside, seat.case_id, text + "\n")
    return _back(request, seat)


@act(Act.VOUCH, show)
def query(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The request for a time stamp over the newest head, as a file."""
    made, data = make_query(site().inside, seat.case_id)
    return _file(data, f"{seat.case_id}-{made.size}.tsq")


@act(Act.VOUCH, show)
def stamp(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Ask the authority for a time stamp."""
    ask_for_timestamp(site().inside, seat.case_id)
    return _back(request, seat)


@takes_file(_LONGEST)
@act(Act.VOUCH, show)
def stamped(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take in what the authority answered."""
    take_timestamp(site().inside, seat.case_id, _given(request))
    return _back(request, seat)


@takes_file(MOST_BYTES)
@act(Act.VOUCH, show)
def registered(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take in the receipt of a platform for evidence."""
    given, ctx = request.POST, site().inside
    receipt = _given(request)
    uploaded = request.FILES.get("file")
    name = uploaded.name if uploaded is not None and uploaded.name else "receipt.txt"
    take_anchor(
        ctx, seat.case_id, name[-100:], receipt, platform=given.get("platform", ""),
        reference=given.get("reference", ""), look_up=given.get("look_up", ""),
        at=_instant(given.get("at", ""), ctx.case(seat.case_id).case.timezone),
    )  # fmt: skip
    return _back(request, seat)


def _instant(text: str, zone: str) -> datetime:
    """A time as the form gives it: local time of the case."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            "the time of the registration is missing or is no time", hint="Take it from the receipt: day and time."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))


def _given(request: HttpRequest) -> bytes:
    data = handed_in(request, MOST_BYTES)
    if not data.strip():
        raise InputError("nothing was handed in", hint="Choose the file that came back.")
    return data


def _file(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _back(request: HttpRequest, seat: Seat) -> HttpResponse:
    lang: str = request.lang  # type: ignore[attr-defined]
    return see_other(f"{address_of(seat.case_id, Screen.EVIDENCE, 'outside')}?lang={lang}")

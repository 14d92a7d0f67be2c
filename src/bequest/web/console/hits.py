"""The adjudication desk: hits of the verifier that its rules leave open, decided on by verifier and officer."""

from django.http import HttpRequest, HttpResponse

from bequest.app.adjudicate import DeskLine, adjudicate, desk_of_hits, second
from bequest.app.console.access import Act, Screen, Seat
from bequest.kernel.errors import ApprovalError, InputError
from bequest.model.adjudication import Decision, Verdict
from bequest.web.console.frame import Told, act, address_of, number_in, page, screen, see_other
from bequest.web.console.proofs import SCRIPT, is_proven, to_prove_by
from bequest.web.site import site

AT_ONCE = 20
_ASKED, _OPEN, _DECIDED = range(3)


@screen(Screen.HITS)
def hits(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What lies on the desk."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """The screen, with what could not be done."""
    desk = desk_of_hits(site().inside, seat.case_id)
    given = request.POST.get("first", request.GET.get("first", "0"))
    asked = number_in(given)
    lines = sorted((*desk.lines, *desk.standing), key=_turn)  # stable: within a turn by place
    first = asked if asked < len(lines) else 0
    return page(
        request, seat, Screen.HITS, error=error, script=SCRIPT, desk=desk, first=first, at_once=AT_ONCE,
        lines=lines[first : first + AT_ONCE], n_lines=len(lines), n_open=sum(_turn(x) == _OPEN for x in lines),
        n_asked=sum(x.asked is not None for x in lines), typed=request.POST, passkey=to_prove_by(seat.who),
    )  # fmt: skip


def _turn(line: DeskLine) -> int:
    """First what waits for the second person, then what nobody spoke of, then what is decided."""
    if line.asked is not None:
        return _ASKED
    return _DECIDED if line.decided is not None else _OPEN


@act(Act.ADJUDICATE, show)
def decided(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Say what a hit is. That it stands opens the way to a certificate, so who says it is proven anew."""
    given = request.POST
    verdict = given.get("verdict", "")
    if not verdict or not given.get("reason", "").strip():
        raise InputError("it is not said what the hit is, and why", hint="Choose, and write the reason.")
    if verdict != Verdict.RESIDUE.value:
        _proven(request, seat)
    made = adjudicate(
        site().inside, seat.case_id, given.get("at", ""), verdict, given["reason"], by=seat.who.person, roles=seat.roles
    )  # fmt: skip
    return _back(request, seat, made)


@act(Act.ADJUDICATE, show)
def agreed(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The second person agrees, and proves anew who it is, or declines."""
    given = request.POST
    if given.get("agrees") not in {"yes", "no"}:
        raise InputError("it is not said whether you agree", hint="Agree or decline.")
    agrees = given["agrees"] == "yes"
    if agrees:
        _proven(request, seat)
    made = second(
        site().inside, seat.case_id, given.get("at", ""), agrees=agrees, by=seat.who.person, roles=seat.roles
    )  # fmt: skip
    return _back(request, seat, made)


def _back(request: HttpRequest, seat: Seat, made: Decision) -> HttpResponse:
    lang: str = request.lang  # type: ignore[attr-defined]
    return see_other(f"{address_of(seat.case_id, Screen.HITS)}?lang={lang}#{made.hit.hit_id}")


def _proven(request: HttpRequest, seat: Seat) -> None:
    if not is_proven(request, seat.who):
        raise ApprovalError(
            "password, code or passkey is wrong, or was used before: nothing was decided",
            hint="Wait for the next code of your authenticator, then try again.",
        )

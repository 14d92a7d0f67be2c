"""Rights: who holds which role and what it lets do; roles given and taken by two people."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from bequest.app.console.access import MAY, MAY_DO, Act, Screen, Seat
from bequest.app.console.grants import ask_for_role, changes_of, decide_on_role
from bequest.app.queries.rights import DAYS, holders, known_people
from bequest.app.receiver_desk.invite import invite, invited_until
from bequest.crypto.verify import parse_public_line
from bequest.documents.paper_letters import qr_svg
from bequest.kernel.errors import ApprovalError, InputError
from bequest.model.case import Person, Role
from bequest.web.console.frame import Told, act, address_of, page, screen, see_other
from bequest.web.console.proofs import SCRIPT, is_proven, to_prove_by
from bequest.web.site import site


@screen(Screen.RIGHTS)
def rights(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Who may do what in this case."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None, **more: Any) -> HttpResponse:
    """The screen, with what could not be done, or the link that was just made."""
    ctx = site().inside
    now = ctx.system.now()
    given = {"link": "", "for_whom": "", "link_code": ""} | more
    return page(
        request, seat, Screen.RIGHTS, error=error, holders=holders(ctx, seat.case_id), may=MAY, may_do=MAY_DO,
        days=DAYS, screens=[s.value for s in Screen], all_acts=[a.value for a in Act], roles=list(Role),
        is_locked=lambda a: a.locked_until is not None and a.locked_until > now,
        changes=changes_of(ctx, seat.case_id), known=known_people(ctx, seat.case_id), typed=request.POST,
        invited=invited_until(ctx, seat.case_id), script=SCRIPT,
        fingerprint=lambda p: parse_public_line(p.public_key).fingerprint, passkey=to_prove_by(seat.who), **given,
    )  # fmt: skip


@act(Act.INVITE, show)
def invited(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A link for somebody of a receiver, shown on this answer only."""
    person = request.POST.get("person", "")
    token = invite(site().inside, seat.case_id, person, by=seat.who.person)
    link = request.build_absolute_uri(f"/desk/join/{token}")
    picture = Markup(qr_svg(link))  # noqa: S704 - our own drawing
    return show(request, seat, None, link=link, for_whom=person, link_code=picture)


@act(Act.GRANT, show)
def ask(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Ask that a role be given or taken."""
    ctx, given = site().inside, request.POST
    role = next((r for r in Role if r.value == given.get("role")), None)
    if role is None or given.get("gives") not in {"yes", "no"}:
        raise InputError("it is not said which role is given or taken", hint="Choose both on the page.")
    _really(request, seat)
    person_id = given.get("id", "").strip()
    known = next((p for p in known_people(ctx, seat.case_id) if p.id == person_id), None)
    person = Person(
        id=person_id, name=known.name if known else given.get("name", "").strip(), roles=(),
        paper=given.get("paper", "").strip(), external=known.external if known else "external" in given,
        public_key=(known.public_key if known else "") or given.get("key", "").strip(),
    )  # fmt: skip
    ask_for_role(
        ctx, seat.case_id, person, role, gives=given["gives"] == "yes", until_on=_day(given.get("until", "")),
        by=seat.who.person,
    )  # fmt: skip
    return see_other(address_of(seat.case_id, Screen.RIGHTS) + "#changes")


@act(Act.GRANT, show)
def decided(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Decide on what another person asked."""
    given = request.POST
    if given.get("say") not in {"yes", "no"}:
        raise InputError("it is not said whether you agree", hint="Choose one of the two.")
    _really(request, seat)
    decide_on_role(
        site().inside, seat.case_id, given.get("change", ""), agree=given["say"] == "yes", by=seat.who.person
    )  # fmt: skip
    return see_other(address_of(seat.case_id, Screen.RIGHTS) + "#changes")


def _really(request: HttpRequest, seat: Seat) -> None:
    if not is_proven(request, seat.who):
        raise ApprovalError(
            "password, code or passkey is wrong, or was used before: no role was changed",
            hint="Wait for the next code of your authenticator, then try again.",
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError("the last day is no date", hint="Write it as 2027-03-31.") from None

"""Approvals: who has approved, what was said, and one's own part: sign, set a condition, refuse, comment."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from bequest.app.approve_policy import ApprovalState, approval_state, ready_to_approve
from bequest.app.approve_signed_in import (
    approval_to_sign,
    approve_by_passkey,
    attest,
    enter_approval,
    to_approve_by_passkey,
)
from bequest.app.console.access import Act, Screen, Seat
from bequest.app.console.sign_in import is_still
from bequest.app.fairness import load_fairness
from bequest.app.queries.approving import approve_by
from bequest.app.remarks import remark, settle
from bequest.app.run_plan import plan_diff
from bequest.crypto.verify import PASSKEY
from bequest.evidence.approval import is_attested
from bequest.kernel.canonical import digest
from bequest.kernel.errors import ApprovalError, BequestError, InputError
from bequest.model.fairness import Fairness
from bequest.store.remark_records import RemarkKind
from bequest.web.console.frame import Told, act, address_of, page, screen, see_other, told
from bequest.web.console.proofs import SCRIPT, Asked, asked, is_proven, proof_of, to_prove_by
from bequest.web.site import site

_MOST_CHANGES = 40


@screen(Screen.APPROVALS)
def approvals(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Where the approvals stand, and one's own part."""
    return show(request, seat, None)


def show(request: HttpRequest, seat: Seat, error: Told | None) -> HttpResponse:
    """The screen, with what could not be done."""
    ctx = site().inside
    try:
        state: ApprovalState | None = approval_state(ctx, seat.case_id)
    except BequestError:
        state = None
    case = ctx.case(seat.case_id).case
    changes = plan_diff(ctx, seat.case_id)[2] if state else ()
    return page(
        request, seat, Screen.APPROVALS, error=error, script=SCRIPT,
        state=state, by=approve_by(case), part=_part(seat) if state else Part(), is_attested=is_attested,
        seen_digest=_findings_digest(_findings(seat)), changes=changes[:_MOST_CHANGES], n_changes=len(changes),
        me=case.person(seat.who.person), typed=request.POST, passkey=to_prove_by(seat.who),
        passkey_people={p.id for p in case.people if p.public_key.startswith(PASSKEY)},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One's own part: the role that is open, the text to sign and its instant, and what signs it."""

    role: str = ""
    text: str = ""
    at: str = ""
    has_passkey_key: bool = False
    """Whether the key that the case names is a passkey's."""
    passkey: Asked = None
    """What the browser is asked, where the person has that passkey."""


def _part(seat: Seat) -> Part:
    ctx, party = site().inside, site().party
    if Act.APPROVE not in seat.acts:
        return Part()
    try:
        ready = ready_to_approve(ctx, seat.case_id, seat.who.person, "")
        role, line = ready.role.value, ready.person.public_key
        if not line:
            return Part(role)
        text, at = approval_to_sign(ctx, seat.case_id, seat.who.person, role)
    except BequestError:
        return Part()
    if not line.startswith(PASSKEY):
        return Part(role, text, at)
    return Part(role, text, at, True, asked(to_approve_by_passkey(ctx, party, seat.who, text, line)) if party else None)


@screen(Screen.APPROVALS)
def text(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The text to sign, byte for byte, for the machine where the key is."""
    role, at = request.GET.get("role", ""), request.GET.get("at", "")
    try:
        made, _ = approval_to_sign(site().inside, seat.case_id, seat.who.person, role, at)
    except BequestError as error:
        return show(request, seat, told(request, error))
    response = HttpResponse(made.encode(), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="approval-{seat.case_id}.txt"'
    return response


@act(Act.APPROVE, show)
def sign(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take in a signature made where the person's key is."""
    given = request.POST
    enter_approval(
        site().inside, seat.case_id, seat.who.person, role=given.get("role", ""), signed_at=given.get("at", ""),
        signature=given.get("signature", ""), seen=_seen(request, seat),
    )  # fmt: skip
    return see_other(address_of(seat.case_id, Screen.APPROVALS))


@act(Act.APPROVE, show)
def by_passkey(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Take in what the person's passkey just signed."""
    given, party = request.POST, site().party
    if party is None:
        raise ApprovalError("passkeys are not served here", hint="Start `bequest serve` with --console-at.")
    approve_by_passkey(
        site().inside, party, seat.case_id, seat.who, role=given.get("role", ""), signed_at=given.get("at", ""),
        answer=proof_of(request).answer, seen=_seen(request, seat),
    )  # fmt: skip
    return see_other(address_of(seat.case_id, Screen.APPROVALS))


@act(Act.APPROVE, show)
def attested(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The person proves anew who acts; the platform attests it."""
    seen = _seen(request, seat)
    _really(request, seat)
    attest(site().inside, seat.case_id, seat.who.person, role=request.POST.get("role", ""), seen=seen)
    return see_other(address_of(seat.case_id, Screen.APPROVALS))


@act(Act.REMARK, show)
def say(request: HttpRequest, seat: Seat) -> HttpResponse:
    """A comment, a condition, a refusal."""
    kind = next((k for k in RemarkKind if k.value == request.POST.get("kind")), None)
    if kind is None:
        raise InputError("it is not said what the remark is", hint="Choose comment, condition or refusal.")
    remark(site().inside, seat.case_id, seat.who.person, kind, request.POST.get("text", ""))
    return see_other(address_of(seat.case_id, Screen.APPROVALS) + "#said")


@act(Act.REMARK, show)
def settled(request: HttpRequest, seat: Seat) -> HttpResponse:
    """One's own condition is met, one's own refusal withdrawn; it opens the way, so who acts is proven anew."""
    if not is_proven(request, seat.who):
        raise ApprovalError(
            "password, code or passkey is wrong, or was used before: nothing was settled",
            hint="Wait for the next code of your authenticator, then try again.",
        )
    settle(site().inside, seat.case_id, seat.who.person, request.POST.get("remark", ""))
    return see_other(address_of(seat.case_id, Screen.APPROVALS) + "#said")


def _really(request: HttpRequest, seat: Seat) -> None:
    """By password and code alone: the text that the platform signs says that it was these."""
    if not is_still(site().inside, seat.who, replace(proof_of(request), answer="")):
        raise ApprovalError(
            "password or code is wrong, or the code was used before: nothing was approved",
            hint="Wait for the next code of your authenticator, then try again.",
        )


def _findings(seat: Seat) -> Fairness | None:
    return load_fairness(site().inside.workspace(seat.case_id))


def _findings_digest(found: Fairness | None) -> str:
    return digest(found) if found else ""


def _seen(request: HttpRequest, seat: Seat) -> Fairness | None:
    """The comparison of outcomes, where it is the one that the person was shown and ticked as read."""
    found = _findings(seat)
    if request.POST.get("read") != _findings_digest(found) or "ticked" not in request.POST:
        raise ApprovalError(
            "it is not ticked that you have read plan and comparison, or they changed meanwhile",
            hint="Read them again below, tick, and send the form again.",
        )
    return found

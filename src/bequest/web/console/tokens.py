"""Tokens of one's own programs: made after proving anew who one is, shown once, revoked at any time."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from bequest.app.console.access import cases_of
from bequest.app.console.tokens import DAYS, LONGEST_DAYS, LONGEST_LABEL, is_live, make_token, revoke_token, tokens_of
from bequest.kernel.errors import BequestError, InputError
from bequest.store.portal_records import SignedIn
from bequest.web.console.frame import Told, see_other, to_sign_in, told, who_is
from bequest.web.console.proofs import SCRIPT, is_proven, to_prove_by
from bequest.web.pages import render
from bequest.web.site import site

PLACE = "/console/tokens"


@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """One's tokens, and a form for a new one."""
    who = who_is(request)
    return to_sign_in() if who is None else _show(request, who, None)


def _show(request: HttpRequest, who: SignedIn, error: Told | None, made: str = "") -> HttpResponse:
    ctx = site().inside
    return render(
        request, "console/tokens.html", 422 if error else 200, who=who, error=error, made=made,
        tokens=tokens_of(ctx, who.organisation, who.person)[::-1], cases=[r.case for r in cases_of(ctx, who)],
        is_live=lambda t: is_live(t, ctx.system.now()), typed=request.POST if error else {}, days=DAYS,
        most_days=LONGEST_DAYS, longest=LONGEST_LABEL,
        script=SCRIPT, passkey=to_prove_by(who),
    )  # fmt: skip


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """A new token, on this answer only."""
    who, given = who_is(request), request.POST
    if who is None:
        return to_sign_in()
    ctx = site().inside
    try:
        if not is_proven(request, who):
            raise InputError(
                "password, code or passkey is wrong, or was used before: no token was made",
                hint="Wait for the next code of your authenticator, then try again.",
            )
        days = given.get("days", "")
        found = make_token(
            ctx, who.organisation, who.person, label=given.get("label", ""),
            scopes=[s for s in ("read", "do") if s in given], cases=[given["case"]] if given.get("case") else [],
            days=int(days) if days.isdecimal() and len(days) < 6 else 0,
        )  # fmt: skip
    except BequestError as error:
        return _show(request, who, told(request, error))
    return _show(request, who, None, made=found.token)


@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """One of one's own tokens opens nothing any more."""
    who = who_is(request)
    if who is None:
        return to_sign_in()
    try:
        revoke_token(site().inside, request.POST.get("token", ""), of=who)
    except BequestError as error:
        return _show(request, who, told(request, error))
    return see_other(PLACE)

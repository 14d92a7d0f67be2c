"""One's own account: passkeys, recovery codes, and a passkey as one's key in a case."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from bequest.app.console import passkeys as keys
from bequest.app.console import sign_in as session
from bequest.app.console.access import cases_of, roles_in
from bequest.app.console.grants import ask_for_key
from bequest.app.console.recovery import CODES, codes_left, new_codes
from bequest.crypto.ceremony import Party
from bequest.crypto.verify import parse_public_line
from bequest.kernel.errors import ApprovalError, BequestError, InputError
from bequest.store.portal_records import SignedIn
from bequest.web.console.frame import COOKIE, Told, keep_session, see_other, to_sign_in, told, who_is
from bequest.web.console.proofs import SCRIPT, asked, is_proven, proof_of, to_prove_by
from bequest.web.pages import render
from bequest.web.site import site

PLACE = "/console/account"


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """What one's account is entered with."""
    who = who_is(request)
    return to_sign_in() if who is None else _show(request, who, None)


def _show(request: HttpRequest, who: SignedIn, error: Told | None, codes: tuple[str, ...] = ()) -> HttpResponse:
    ctx, party = site().inside, site().party
    mine = keys.passkeys_of(ctx, who)
    cases = [r.case for r in cases_of(ctx, who) if roles_in(ctx, r, who)]
    with ctx.store.transaction() as tx:
        identity = tx.factors.identity_of(who.organisation, who.person)
    return render(
        request, "console/account.html", 422 if error else 200, who=who, error=error, codes=codes, script=SCRIPT,
        passkeys=mine, longest=keys.LONGEST_LABEL, typed=request.POST if error else {}, passkey=to_prove_by(who),
        make=asked(keys.to_enrol(ctx, party, who)) if party else None, n_codes=CODES, left=codes_left(ctx, who),
        identity=identity, origin=party.origin if party else "",
        fingerprint=lambda p: parse_public_line(p.key_line).fingerprint,
        keyless=[c for c in cases if any(p.id == who.person and p.roles and not p.public_key for p in c.people)],
        named={p.credential_id: [c.id for c in cases if _is_key(c, who, p.key_line)] for p in mine},
    )  # fmt: skip


def _is_key(case: Any, who: SignedIn, line: str) -> bool:
    return any(p.id == who.person and p.public_key == line for p in case.people)


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Keep a passkey that the browser has just made; every other browser is signed out."""
    who = who_is(request)
    if who is None:
        return to_sign_in()
    try:
        party = _party()
        proof = proof_of(request)
        if not session.is_still(
            site().inside, who, session.Proof(proof.password, proof.code), recovery=True
        ):  # the answer here is of the new passkey, which proves nothing yet
            raise _unproven()
        keys.enrol(site().inside, party, who, request.POST.get("label", ""), proof.answer)
    except BequestError as error:
        return _show(request, who, told(request, error))
    return _renewed(who, see_other(PLACE))


@require_POST
def remove_one(request: HttpRequest) -> HttpResponse:
    """Forget one of one's passkeys; every other browser is signed out."""
    who = who_is(request)
    if who is None:
        return to_sign_in()
    try:
        if not is_proven(request, who, recovery=True):
            raise _unproven()
        keys.remove(site().inside, who, request.POST.get("passkey", "")[:1400])
    except BequestError as error:
        return _show(request, who, told(request, error))
    return _renewed(who, see_other(PLACE))


@require_POST
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, on this answer only; every other browser is signed out."""
    who = who_is(request)
    if who is None:
        return to_sign_in()
    try:
        if not is_proven(request, who):
            raise _unproven()
        made = new_codes(site().inside, who)
    except BequestError as error:
        return _show(request, who, told(request, error))
    return _renewed(who, _show(request, who, None, made))


@require_POST
def ask_key(request: HttpRequest) -> HttpResponse:
    """Ask that a passkey be one's key in a case; another person decides on it at the case's rights."""
    who = who_is(request)
    if who is None:
        return to_sign_in()
    ctx, given = site().inside, request.POST
    try:
        if not is_proven(request, who):
            raise _unproven()
        line = next((p.key_line for p in keys.passkeys_of(ctx, who) if p.credential_id == given.get("passkey")), "")
        case = next((r.case for r in cases_of(ctx, who) if r.case.id == given.get("case")), None)
        if not line or case is None:
            raise InputError("it is not said which passkey, or for which case", hint="Choose both on the page.")
        ask_for_key(ctx, case.id, who.person, line, by=who.person)
    except BequestError as error:
        return _show(request, who, told(request, error))
    return see_other(f"{PLACE}?asked=yes#key")


def _party() -> Party:
    found = site().party
    if found is None:
        raise InputError("passkeys are not served here", hint="Start `bequest serve` with --console-at.")
    return found


def _unproven() -> ApprovalError:
    return ApprovalError(
        "password, code or passkey is wrong, or was used before: your account was not changed",
        hint="Wait for the next code of your authenticator, then try again.",
    )


def _renewed(who: SignedIn, response: HttpResponse) -> HttpResponse:
    """With another cookie, which is the only one that still opens the account."""
    token = session.renew(site().inside, who)
    if token is None:
        response.delete_cookie(COOKIE, path="/console", samesite="Strict")
        return response
    return keep_session(response, token)

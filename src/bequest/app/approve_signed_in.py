"""Approving in the console: with a passkey, with a signature made elsewhere, or attested by the platform.

The private key of a person never comes here. Whoever has a file key in the case fetches the text, signs it where the
key is, and pastes the signature. Whose key in the case is a passkey signs in the browser: the challenge is the message
of an SSH signature over the same text, so it binds case, policy digest, person, role and instant. For somebody without
a key the platform attests the approval, and says that it did.
"""

from datetime import timedelta
from typing import Any

from bequest.app.approve_policy import (
    ApprovalState,
    bound,
    check_approvable,
    enter,
    keyless,
    ready_to_approve,
)
from bequest.app.console.passkeys import passkeys_of, take
from bequest.app.context import Context
from bequest.app.evidence import platform_signer
from bequest.app.signed_elsewhere import signing_instant
from bequest.crypto.ceremony import CHALLENGE_SECONDS, Party, read_answer, sign_options
from bequest.crypto.verify import (
    ASSERTED_HASH,
    NAMESPACE,
    asserted_signature,
    normalise_armour,
    parse_public_line,
    sshsig_message,
)
from bequest.evidence.approval import approval_text, attest_approval
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.kernel.errors import ApprovalError, VerificationError
from bequest.model.fairness import Fairness
from bequest.model.plan import Approval
from bequest.store.portal_records import SignedIn


def approval_to_sign(
    ctx: Context, case_id: str, person_id: str, role: str = "", signed_at: str = ""
) -> tuple[str, str]:
    """The text that a person with a key signs elsewhere, and its instant, which stands in it.

    Raises:
        ApprovalError: as `approve_policy`, or where the person has no key, or the instant is past or to come.
    """
    ready = ready_to_approve(ctx, case_id, person_id, role)
    if not ready.person.public_key:
        raise keyless(ready.person)
    at = ready.at if not signed_at else signing_instant(signed_at, ready.at)
    return approval_text(**bound(ready, at)), rfc3339(at)


def enter_approval(
    ctx: Context, case_id: str, person_id: str, *, role: str, signed_at: str, signature: str, seen: Fairness | None
) -> ApprovalState:
    """Take in a signature that the person made elsewhere over `approval_to_sign`, as `ssh-keygen -Y sign` writes it.

    Raises:
        ApprovalError: as `approve_policy`, or where the signature is not the person's over this text.
    """
    text, at = approval_to_sign(ctx, case_id, person_id, role, signed_at)
    ready = ready_to_approve(ctx, case_id, person_id, role)
    check_approvable(ctx, ready, seen)
    key = parse_public_line(ready.person.public_key)
    try:
        armoured = normalise_armour(signature)
    except VerificationError as e:
        raise ApprovalError(e.message, hint="Paste the whole .sig file, from BEGIN to END.") from e
    approval = Approval(ready.digest, person_id, ready.role.value, at, key.fingerprint, armoured, text)
    return enter(ctx, ready, approval, key.key_id, seen)


def attest(ctx: Context, case_id: str, person_id: str, *, role: str, seen: Fairness | None) -> ApprovalState:
    """The platform attests that a person without a key approved, who has just proved anew who he or she is.

    Raises:
        ApprovalError: as `approve_policy`, or where the person has a key: then nobody else can sign.
    """
    ready = ready_to_approve(ctx, case_id, person_id, role)
    if ready.person.public_key:
        raise ApprovalError(
            f"{person_id} has a key in the case file: only a signature with it is an approval",
            hint="Sign the text with `ssh-keygen -Y sign` and paste the signature, or use `bequest approve`.",
        )
    check_approvable(ctx, ready, seen)
    platform = platform_signer(ctx, case_id)
    return enter(ctx, ready, attest_approval(platform, **bound(ready, ready.at)), platform.public.key_id, seen)


def to_approve_by_passkey(ctx: Context, party: Party, who: SignedIn, text: str, line: str) -> dict[str, Any] | None:
    """What the browser is asked for an approval of `text`; None where the account has no passkey with this key."""
    known = tuple(p.credential_id for p in passkeys_of(ctx, who) if p.key_line == line and p.suspended_at is None)
    return sign_options(party, _challenge(text), known) if known else None


def approve_by_passkey(
    ctx: Context, party: Party, case_id: str, who: SignedIn, *, role: str, signed_at: str, answer: str,
    seen: Fairness | None,
) -> ApprovalState:  # fmt: skip
    """Take in the assertion that a passkey just made over `approval_to_sign`.

    Raises:
        ApprovalError: as `approve_policy`, where the page was open too long, or the assertion is not the person's.
    """
    text, at = approval_to_sign(ctx, case_id, who.person, role, signed_at)
    ready = ready_to_approve(ctx, case_id, who.person, role)
    if ready.at - parse_rfc3339(at) > timedelta(seconds=CHALLENGE_SECONDS):
        raise ApprovalError(
            "the page was open too long: nothing was approved", hint="Load it anew, read it, and approve then."
        )
    check_approvable(ctx, ready, seen)
    key = parse_public_line(ready.person.public_key)
    try:
        given = read_answer(answer)
        used = take(ctx, party, _challenge(text), answer)
        if (used.organisation, used.person, used.key_line) != (who.organisation, who.person, key.line):
            raise VerificationError("the passkey is not the one that the case names for this person")
        armoured = asserted_signature(key, given.der, given.assertion)
    except VerificationError as e:
        raise ApprovalError(
            f"nothing was approved: {e.message}", hint="Use the passkey that the case names, on a page loaded anew."
        ) from e
    approval = Approval(ready.digest, who.person, ready.role.value, at, key.fingerprint, armoured, text)
    return enter(ctx, ready, approval, key.key_id, seen)


def _challenge(text: str) -> bytes:
    return sshsig_message(text.encode(), NAMESPACE, ASSERTED_HASH)

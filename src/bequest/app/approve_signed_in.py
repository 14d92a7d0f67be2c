"""Approving in the console: with a signature that the person made elsewhere, or attested by the platform.

The private key of a person never comes here. Whoever has a key in the case file fetches the text, signs it where the
key is, and pastes the signature. For somebody without a key the platform attests the approval, and says that it did.
"""

from bequest.app.approve_policy import (
    ApprovalState,
    bound,
    check_approvable,
    enter,
    keyless,
    ready_to_approve,
)
from bequest.app.context import Context
from bequest.app.evidence import platform_signer
from bequest.app.signed_elsewhere import signing_instant
from bequest.crypto.verify import normalise_armour, parse_public_line
from bequest.evidence.approval import approval_text, attest_approval
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import ApprovalError, VerificationError
from bequest.model.fairness import Fairness
from bequest.model.plan import Approval


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

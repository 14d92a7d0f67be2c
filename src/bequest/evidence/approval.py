"""Approvals: a person's own signature over a text that names case, policy digest, person, role and instant.

The text is what `ssh-keygen -Y verify` checks, so all that the signature must bind stands in it, one line each.

Somebody who has no key of their own may approve signed in at the console, with password and one-time code given anew
for this policy. Then the *platform* signs, over a text that says so: it attests what it saw, it is not the person's
signature. For a person whose key is known this is no approval.
"""

import re
from collections.abc import Callable, Iterable
from typing import Protocol

from bequest.crypto.verify import PublicKey, verify_sshsig
from bequest.evidence.jcs import decode_object, encode
from bequest.kernel.canonical import to_json
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.kernel.errors import VerificationError
from bequest.model.plan import Approval

_TITLE = "Bequest approval 方案批准 v1"
_ASSENT = (
    "I have read the policy with this digest and approve it in this role.",
    "本人已阅读具有上述摘要的处置方案，并以上述角色批准。",
)
_ATTESTED_TITLE = "Bequest approval attested by the platform 平台见证的方案批准 v1"
_ATTESTED = (
    "attested-by: platform",
    "proof: password and one-time code, given anew for this policy digest",
    "",
    "This is not the person's own signature: the platform says that the person, signed in, approved in this role.",
    "本签名不是本人签名：平台声明，该人登录后重新输入密码和验证码，以上述角色批准了具有上述摘要的处置方案。",
)
_FIELDS = ("policy_digest", "person", "role", "signed_at", "fingerprint", "signature", "text")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class SshSigner(Protocol):
    """A person's key that makes armoured SSH signatures."""

    @property
    def public(self) -> PublicKey:
        """The key to check with."""

    def sshsig(self, message: bytes) -> str:
        """The armoured signature over `message`."""


def approval_text(case: str, policy_digest: str, person: str, role: str, signed_at: str) -> str:
    """The exact text to sign; also what `ssh-keygen -Y sign -n bequest-evidence` is given when signing elsewhere."""
    return _text(_TITLE, ("", *_ASSENT), case, policy_digest, person, role, signed_at)


def attested_text(case: str, policy_digest: str, person: str, role: str, signed_at: str) -> str:
    """The exact text that the platform signs where a person without a key approved signed in."""
    return _text(_ATTESTED_TITLE, _ATTESTED, case, policy_digest, person, role, signed_at)


def _text(title: str, after: tuple[str, ...], *bound: str) -> str:
    names = ("case", "policy-digest", "person", "role", "signed-at")
    lines = (title, *(f"{name}: {value}" for name, value in zip(names, bound, strict=True)), *after)
    return "\n".join(lines) + "\n"


def sign_approval(
    signer: SshSigner, *, case: str, policy_digest: str, person: str, role: str, signed_at: str
) -> Approval:
    """The approval of a person, signed with the person's own key."""
    text = approval_text(case, policy_digest, person, role, signed_at)
    return Approval(
        policy_digest=policy_digest,
        person=person,
        role=role,
        signed_at=signed_at,
        fingerprint=signer.public.fingerprint,
        signature=signer.sshsig(text.encode()),
        text=text,
    )


def attest_approval(
    platform: SshSigner, *, case: str, policy_digest: str, person: str, role: str, signed_at: str
) -> Approval:
    """The approval of a person without a key, attested and signed by the platform."""
    text = attested_text(case, policy_digest, person, role, signed_at)
    return Approval(
        policy_digest=policy_digest,
        person=person,
        role=role,
        signed_at=signed_at,
        fingerprint=platform.public.fingerprint,
        signature=platform.sshsig(text.encode()),
        text=text,
    )


def is_attested(approval: Approval) -> bool:
    """Whether the platform signed for the person, by what the text says of itself."""
    return approval.text.startswith(_ATTESTED_TITLE + "\n")


def check_approval(approval: Approval, case: str, key: PublicKey) -> None:
    """Nothing, where the approval is what it says, for this case, signed with `key`, which is the person's own.

    Raises:
        VerificationError: saying what does not hold.
    """
    _check(approval, case, key, approval_text)


def check_attested(approval: Approval, case: str, platform: PublicKey) -> None:
    """Nothing, where the platform attests the approval, for this case, with its key.

    Raises:
        VerificationError: saying what does not hold.
    """
    _check(approval, case, platform, attested_text)


def _check(approval: Approval, case: str, key: PublicKey, text: Callable[[str, str, str, str, str], str]) -> None:
    if not _DIGEST.fullmatch(approval.policy_digest):
        raise VerificationError("the approval names no policy digest")
    if not all(_WORD.fullmatch(word) for word in (approval.person, approval.role)):
        raise VerificationError("person and role of the approval are identifiers")
    try:
        canonical = rfc3339(parse_rfc3339(approval.signed_at)) == approval.signed_at
    except ValueError:
        canonical = False
    if not canonical:
        raise VerificationError("the approval's instant is not in UTC to the second")
    if approval.text != text(case, approval.policy_digest, approval.person, approval.role, approval.signed_at):
        raise VerificationError("the text signed does not name this case, policy digest, person, role and instant")
    if approval.fingerprint != key.fingerprint:
        raise VerificationError(f"the approval names key {approval.fingerprint}, expected {key.fingerprint}")
    verify_sshsig(approval.text.encode(), approval.signature, key)


def render_approval(approval: Approval) -> bytes:
    """The approval as canonical JSON."""
    return encode(to_json(approval))


def parse_approval(data: bytes) -> Approval:
    """The approval in canonical JSON.

    Raises:
        VerificationError: where it is malformed or not canonical.
    """
    value = decode_object(data, "the approval")
    fields = {name: text for name, text in value.items() if isinstance(text, str)}
    if set(value) != set(_FIELDS) or set(fields) != set(_FIELDS):
        raise VerificationError("the approval has other fields than an approval has")
    return Approval(**fields)


def approval_name(approval: Approval) -> str:
    """The file name of an approval, without ending."""
    return f"{approval.policy_digest[:16]}-{approval.role}-{approval.person}"


def quorum_gap(approvals: Iterable[Approval], required_roles: Iterable[str]) -> str:
    """Why these valid approvals of one policy are not enough; empty where they are.

    Each required role is filled, nobody fills two of them, and at least two natural persons approve.
    """
    by_role: dict[str, set[str]] = {}
    for approval in approvals:
        by_role.setdefault(approval.role, set()).add(approval.person)
    needed = tuple(required_roles)
    missing = [role for role in needed if role not in by_role]
    if missing:
        return f"no approval for role {', '.join(missing)}"
    filling = [person for role in needed for person in by_role[role]]
    doubled = sorted({person for person in filling if filling.count(person) > 1})
    if doubled:
        return f"{', '.join(doubled)} approved in more than one required role"
    if len({person for persons in by_role.values() for person in persons}) < 2:
        return "fewer than two persons approved"
    return ""

"""A passkey's assertion as a signature: what a browser and an authenticator signed, checked without either of them.

An authenticator signs `authenticatorData ‖ SHA-256(clientDataJSON)`; the client data name the challenge and the origin
of the page. Where the challenge is the message of an SSH signature, all of it fits into an armoured SSH signature of
the type `webauthn-sk-ecdsa-sha2-nistp256@openssh.com`, which `ssh-keygen -Y verify` checks, too.

Sources: W3C Web Authentication Level 3 §5.8.1, §6.1, §7.2; OpenSSH `PROTOCOL.u2f`.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bequest.kernel.errors import VerificationError

USER_PRESENT, USER_VERIFIED, ATTESTED, EXTENDED = 0x01, 0x04, 0x40, 0x80
"""Bits of the flags (§6.1)."""
LOCAL = "localhost"
"""The one host from which browsers take passkeys without TLS."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """What the authenticator said beside its signature. `extensions` are CBOR, mostly none."""

    flags: int
    counter: int
    origin: str
    client_data: bytes
    extensions: bytes = b""

    def signed(self, application: str) -> bytes:
        """The bytes that the authenticator signed for this relying party."""
        head = hashlib.sha256(application.encode()).digest() + bytes([self.flags]) + self.counter.to_bytes(4, "big")
        return head + self.extensions + hashlib.sha256(self.client_data).digest()


def check_assertion(found: Assertion, application: str, challenge: bytes) -> None:
    """Nothing, where the person was there, was verified, and signed this challenge on a page of `application`.

    The signature itself is checked over `found.signed(application)`.

    Raises:
        VerificationError: saying what is not so.
    """
    if not found.flags & USER_PRESENT or not found.flags & USER_VERIFIED:
        raise VerificationError("the passkey did not verify its user (fingerprint, face or PIN)")
    if found.flags & ATTESTED or bool(found.flags & EXTENDED) != bool(found.extensions):
        raise VerificationError("the flags of the passkey do not fit what it signed")
    if not is_origin_of(found.origin, application):
        raise VerificationError(f"the passkey signed on a page of {found.origin}, which is not {application}")
    said = _client_data(found.client_data)
    start = f'{{"type":"webauthn.get","challenge":"{websafe(challenge)}","origin":"{found.origin}"'.encode()
    if not found.client_data.startswith(start) or said.get("crossOrigin", False) is not False:
        raise VerificationError("the passkey signed another challenge, or on another page")


def is_origin_of(origin: str, application: str) -> bool:
    """Whether a page of this origin is of the relying party: over TLS, or on this machine alone."""
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
        plain = f"{parts.scheme}://{parts.netloc}" == origin and parts.netloc in {host, f"{host}:{parts.port}"}
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and host == LOCAL)
    return plain and is_safe and (host == application or host.endswith(f".{application}"))


def websafe(data: bytes) -> str:
    """Base64url without padding (RFC 4648 §5), as client data have it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _client_data(data: bytes) -> dict[str, Any]:
    """The client data, in which no name stands twice: what is compared is then what every reader sees."""
    try:
        return dict(json.loads(data.decode("utf-8"), object_pairs_hook=_once))
    except (ValueError, TypeError) as error:
        raise VerificationError("the client data of the passkey are no JSON object") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)

"""ID tokens of an identity provider (OpenID Connect Core 1.0 §3.1.3.7), and the secrets of one sign-in there."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bequest.kernel.errors import VerificationError

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519", "EdDSA")
"""Signatures with a public key alone: neither none, nor one by a secret that both sides know."""
OLDEST_SECONDS = 600
LEEWAY_SECONDS = 60
LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Journey:
    """What is known of one sign-in at a provider until it comes back: RFC 6749 §10.12, Core §15.5.2, RFC 7636."""

    state: str
    nonce: str
    verifier: str
    begun: int

    @property
    def challenge(self) -> str:
        """The S256 code challenge."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")


def new_journey(at_seconds: int) -> Journey:
    """Three secrets of 256 bits."""
    return Journey(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), at_seconds)


def check_id_token(
    token: str, keys: dict[str, Any], offered: Sequence[str], *, issuer: str, client: str, nonce: str, at_seconds: int
) -> dict[str, Any]:
    """The claims of the token, where it is by this issuer, for this client and this sign-in, and young.

    `keys`: the provider's JWK set. `offered`: the algorithms that it says it signs with.

    Raises:
        VerificationError: saying what is not so; what the token says stands in no message.
    """
    usable = [a for a in ALGORITHMS if a in offered] or ["RS256"]
    wanted = jwt.JWTClaimsRegistry(
        now=at_seconds, leeway=LEEWAY_SECONDS, iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client}, sub={"essential": True}, exp={"essential": True},
        iat={"essential": True}, nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    try:
        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=usable).claims  # type: ignore[arg-type]
        wanted.validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise VerificationError(f"the ID token does not hold: {type(error).__name__}") from error
    audience = claims["aud"]
    if claims.get("azp", client) != client or (
        isinstance(audience, list) and len(audience) > 1 and "azp" not in claims
    ):
        raise VerificationError("the ID token is for another client")
    if at_seconds - claims["iat"] > OLDEST_SECONDS:
        raise VerificationError("the ID token is too old")
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT or not claims["sub"].isascii():
        raise VerificationError("the ID token names nobody by an identifier")
    return dict(claims)


def proves_two_factors(claims: dict[str, Any], amr: Sequence[str], acr: Sequence[str]) -> bool:
    """Whether the provider says that the person proved it as wanted: one of these methods or classes (RFC 8176)."""
    methods = claims.get("amr")
    said = {m for m in methods if isinstance(m, str)} if isinstance(methods, list) else set()
    return bool(said & set(amr)) or claims.get("acr") in set(acr)

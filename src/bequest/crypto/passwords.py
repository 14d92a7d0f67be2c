"""How people of the console prove who they are: Argon2id (RFC 9106) and time-based codes (RFC 6238)."""

import base64
import secrets

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

ITERATIONS, LANES, MEMORY_KIB = 3, 4, 64 * 1024
"""RFC 9106, second recommended option."""
LEAST = 12
"""Characters of a password."""
PERIOD_SECONDS = 30


def password_digest(password: str) -> str:
    """The digest to keep, with salt and parameters (PHC form)."""
    kdf = Argon2id(salt=secrets.token_bytes(16), length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive_phc_encoded(password.encode())


def is_password(password: str, digest: str) -> bool:
    """Whether the password is the one of the digest."""
    try:
        Argon2id.verify_phc_encoded(password.encode(), digest)
    except (InvalidKey, ValueError):
        return False
    return True


def new_password() -> str:
    """A password nobody guesses, for the first sign-in: 100 bits."""
    return base64.b32encode(secrets.token_bytes(13)).decode().rstrip("=").lower()[:20]


def new_recovery_code() -> str:
    """A code of 80 bits that stands in for an authenticator once, in groups of four."""
    text = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return "-".join(text[n : n + 4] for n in range(0, len(text), 4))


def new_totp_secret() -> bytes:
    """The secret of a code generator: 160 bits, as RFC 4226 recommends."""
    return secrets.token_bytes(20)


def totp_address(secret: bytes, account: str, issuer: str) -> str:
    """The address that an authenticator reads as a QR code."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def totp_code(secret: bytes, at_seconds: int) -> str:
    """The code of that moment."""
    return _totp(secret).generate(at_seconds).decode()


def totp_step(secret: bytes, code: str, at_seconds: int) -> int | None:
    """The time step whose code this is: the present one, or one beside it. None where it is none of them."""
    if not (len(code) == 6 and code.isascii() and code.isdigit()):
        return None
    for beside in (0, -1, 1):
        try:
            _totp(secret).verify(code.encode(), at_seconds + beside * PERIOD_SECONDS)
        except InvalidToken:
            continue
        return at_seconds // PERIOD_SECONDS + beside
    return None


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), PERIOD_SECONDS)  # noqa: S303 - what authenticators speak

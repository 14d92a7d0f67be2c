"""Tokens of programs, and the secrets with which web hooks are signed.

A token has 256 random bits and is kept as its SHA-256: there is nothing to guess, so no slow digest is needed. Messages
of web hooks are signed as Standard Webhooks 1.0 has it: HMAC-SHA256 over `id.timestamp.body`, the secret `whsec_` and
base64, the signature `v1,` and base64.
"""

import base64
import hashlib
import secrets

from bequest.crypto.cipher import derive, hmac_sha256

TOKEN_PREFIX = "bqt_"  # noqa: S105 - what every token begins with, so that scanners of source code know one
SECRET_PREFIX = "whsec_"  # noqa: S105 - the same for secrets, as the standard has it
_SECRET_BYTES = 32


def new_token() -> str:
    """A token: shown once, never kept."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_id() -> str:
    """A short random name that opens nothing."""
    return secrets.token_hex(6)


def token_digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def answer_key(token: str) -> bytes:
    """The key under which answers to a token's requests are kept: it follows from the token, which is not."""
    return derive(hashlib.sha256(b"bequest/api-answers\0" + token.encode()).digest(), "api", "answers")


def new_secret() -> str:
    """The secret of a web hook, shown once."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature` for one message; `timestamp`: seconds since 1970."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac_sha256(key, signed)).decode()

"""Bodies of events: kept off the log, erasable, and bound to it by a commitment.

Erase the openings and the `evidence` key, and the commitments are noise while every proof still verifies.
"""

import base64
import re

from bequest.crypto.cipher import commit, hmac_sha256, is_commitment
from bequest.evidence.event import Body
from bequest.evidence.jcs import decode_object, encode
from bequest.kernel.canonical import Json
from bequest.kernel.errors import VerificationError

_SALT = re.compile(r"[A-Za-z0-9_-]{43}")
_NAME = "body"


def event_salt(key: bytes, event_id: str, name: str) -> bytes:
    """The salt of one commitment of one event: it follows from the `evidence` key, so a repeated run commits alike."""
    return hmac_sha256(key, b"\0".join((b"bequest/salt/v1", event_id.encode(), name.encode())))


def commit_body(key: bytes, event_id: str, content: Json, *, media: str = "application/json") -> tuple[Body, bytes]:
    """The commitment for the log, and the opening to keep off it: `{"content": …, "salt": …}`.

    Keep the opening where bodies are kept (sealed, dated, erasable).
    """
    salt = event_salt(key, event_id, _NAME)
    opening = encode({"content": content, "salt": _base64url(salt)})
    return Body(_base64url(commit(salt, _NAME, encode(content))), media), opening


def open_body(body: Body, opening: bytes) -> Json:
    """The content of a body, once its opening has been checked against the commitment in the log.

    Raises:
        VerificationError: where it does not open the commitment.
    """
    value = decode_object(opening, "the opening")
    salt = value.get("salt")
    if set(value) != {"content", "salt"} or not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise VerificationError("an opening has a content and a salt")
    content = value["content"]
    committed = base64.urlsafe_b64decode(body.commit + "=")
    if not is_commitment(committed, base64.urlsafe_b64decode(salt + "="), _NAME, encode(content)):
        raise VerificationError("the opening does not fit the commitment in the log")
    return content


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")

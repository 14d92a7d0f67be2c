"""A signature made where the key is, over a text that was fetched here: how old it may be when it comes in."""

from datetime import datetime, timedelta

from bequest.kernel.clock import parse_rfc3339
from bequest.kernel.errors import ApprovalError

SIGN_WITHIN = timedelta(hours=24)
"""How old a signature made elsewhere may be when it comes in."""


def signing_instant(text: str, now: datetime) -> datetime:
    """The instant that stands in the text to sign.

    Raises:
        ApprovalError: where it is none, too old, or to come.
    """
    try:
        at = parse_rfc3339(text)
    except ValueError:
        at = now + SIGN_WITHIN
    if not now - SIGN_WITHIN <= at <= now:
        raise ApprovalError(
            "the text to sign is too old, or names no instant that is past",
            hint="Fetch the text again, sign it, and paste the new signature within a day.",
        )
    return at

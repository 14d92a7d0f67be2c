"""Times that people type."""

from datetime import datetime

from bequest.kernel.clock import SystemClock, parse_rfc3339
from bequest.kernel.errors import InputError


def instant(text: str) -> datetime:
    """The time that was given, else now.

    Raises:
        InputError: where it is no time with a time zone.
    """
    if not text:
        return SystemClock().now()
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise InputError(f"{text!r} is no time with a time zone", hint="Write --at 2026-12-08T00:00:00Z.") from None

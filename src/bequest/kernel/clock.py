"""Time as an argument: nothing in the product reads the system clock except through a `Clock`."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time; a rehearsal's clock can be moved."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC, cut to seconds."""
        return datetime.now(UTC).replace(microsecond=0)


@dataclass(slots=True)
class MovableClock:
    """The clock of a rehearsal: stands still until it is moved."""

    at: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at

    def advance(self, step: timedelta) -> None:
        """Move forward; going back is refused."""
        if step < timedelta(0):
            raise ValueError("a clock is never moved backwards")
        self.at += step


def since_start() -> int | None:
    """Milliseconds since the machine started, asleep too; setting its clock moves nothing. None where unknown."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return None
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def local_date(at: datetime, zone: str) -> date:
    """The calendar date of an instant in the case's time zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def rfc3339(at: datetime) -> str:
    """The instant as RFC 3339 text in UTC with `Z`, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_of(seconds: int) -> str:
    """The same of seconds since 1970."""
    return rfc3339(datetime.fromtimestamp(seconds, UTC))


def parse_rfc3339(text: str) -> datetime:
    """The aware instant written as RFC 3339 text."""
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return at.astimezone(UTC)

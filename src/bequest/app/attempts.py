"""Slows down whoever tries links, data or passwords: so many failures of one source in a window, then a wait.

A source is a keyed digest of an address; no address is kept, and old windows are removed.
"""

from dataclasses import dataclass
from datetime import datetime

from bequest.crypto.cipher import hmac_sha256
from bequest.store.repositories import Store

WINDOW_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures of one source are borne in a window of ten minutes."""

    what: str
    most: int


LINKS = Limit("link", 30)
DATUM = Limit("datum", 5)
"""Per link."""
SIGN_IN = Limit("sign-in", 20)
FINDS = Limit("find", 10)
"""Addresses typed, whatever was found."""
CODES = Limit("code", 3)
"""Codes sent to one address."""
CHECKS = Limit("check", 60)
"""Certificates looked at, whatever was found."""
TRIALS = Limit("trial", 10)
"""Notices that one person sends to addresses of the staff."""
REQUESTS = Limit("request", 3000)
"""Requests of one token of a program."""
TOKENS = Limit("token", 60)
"""Requests with a token that opens nothing."""


Counter = tuple[str, int]
"""Keyed digest of a source, and the window of time: the name of what is counted."""


def counter(limit: Limit, source: str, key: bytes, now: datetime) -> Counter:
    """Where the failures of this source are counted now."""
    return hmac_sha256(key, f"{limit.what}\0{source}".encode()).hex()[:32], int(now.timestamp()) // WINDOW_SECONDS


def is_over(store: Store, limit: Limit, source: str, key: bytes, now: datetime) -> bool:
    """Whether this source has failed too often of late."""
    return store.looks.tried(*counter(limit, source, key, now)) >= limit.most


def note_failure(store: Store, limit: Limit, source: str, key: bytes, now: datetime) -> None:
    """One more failure."""
    with store.transaction() as tx:
        tx.attempts.add(*counter(limit, source, key, now))


def count_up(store: Store, limit: Limit, source: str, key: bytes, now: datetime) -> int:
    """One more of it, whether it failed or not; how many there are in this window now."""
    with store.transaction() as tx:
        return tx.attempts.add(*counter(limit, source, key, now))


def window_ends_in(now: datetime) -> int:
    """Seconds until the window is over."""
    return WINDOW_SECONDS - int(now.timestamp()) % WINDOW_SECONDS

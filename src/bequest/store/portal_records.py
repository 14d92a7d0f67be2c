"""What the repositories of portal and console return."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class RequestState(StrEnum):
    """How far a request is."""

    NEW = "new"
    """Waits for the worker (a choice), or for the person who answers it (a request)."""
    TAKEN = "taken"
    """A choice that counts now."""
    LATE = "late"
    """A choice that came too late: there was nothing left to act on."""
    ANSWERED = "answered"
    """A request that somebody answered."""


class RequestOutcome(StrEnum):
    """How a request ended. One that is not done as asked needs reasons (PIPL Art. 50(1))."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"


class ReplyTold(StrEnum):
    """Whether somebody was told that a reply stands on the page."""

    NOBODY = ""
    """A message that nobody has to be told of."""
    WAITS = "waits"
    SENT = "sent"
    NO_WAY = "no_way"
    """There is no address any more, or nothing to send with."""
    REHEARSAL = "rehearsal"
    """Nothing is sent of a rehearsal."""


@dataclass(frozen=True, slots=True)
class Card:
    """A sealed card as it lies in the control database."""

    case_id: str
    lookup: str
    sealed: bytes
    opens_until: datetime


@dataclass(frozen=True, slots=True)
class AskedAtPortal:
    """One choice or request."""

    case_id: str
    code: str
    ref: str
    kind: str
    lot: str
    sealed_text: bytes
    due_on: date | None
    state: RequestState
    created_at: datetime
    asker: str = ""
    """Follows from the link; empty where it was asked otherwise than through a link."""
    owner: str = ""
    """Person of the case who took it on."""
    outcome: RequestOutcome | None = None


@dataclass(frozen=True, slots=True)
class LookFor:
    """Under which names a page finds how its case stands."""

    page: str
    """Setting: what stands for the wording of the case."""
    erased: str
    """Setting: the attempt of the destruction that came to its end."""
    begun: str
    """Id of the event that the first attempt begins with."""
    refused: str
    """Kind of the event that ends an attempt without success."""


@dataclass(frozen=True, slots=True)
class Look:
    """A card with how its case stands, all at one moment, and how often this visitor has failed."""

    tried: int
    card: Card | None
    rehearsal: bool
    clock_at: datetime | None
    status: str
    page: str | None
    erased: str | None
    """JSON texts of the two settings; None where there is none."""
    n_refused: int
    """Counted where `erased` is set only."""
    has_begun: bool
    asked: tuple[AskedAtPortal, ...]
    """What was asked with this link, in order."""


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account. `totp_sealed` opens under the home's master key."""

    organisation: str
    person: str
    name: str
    password: str
    totp_sealed: bytes
    totp_last: int
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in with a cookie."""

    organisation: str
    person: str
    name: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """One message about a request, sealed."""

    code: str
    from_staff: bool
    author: str
    """Person of the case, where staff wrote it."""
    sealed: bytes
    created_at: datetime
    told: ReplyTold = ReplyTold.NOBODY


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A reply of staff of which the customer was not told yet."""

    pk: int
    case_id: str
    ref: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who typed an address. `sealed_address` is empty once a worker has looked at it."""

    lookup: str
    sealed_address: bytes
    sealed_links: bytes
    tries: int
    created_at: datetime
    ends_at: datetime

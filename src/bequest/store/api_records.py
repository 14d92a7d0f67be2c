"""What the repositories of the interface for programs return."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bequest.kernel.canonical import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """A token, without what it is known by. Empty `cases` or `roles`: all that its person has."""

    token_id: str
    organisation: str
    person: str
    name: str
    label: str
    cases: tuple[str, ...]
    roles: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request under this key was answered; `status` 0: it is still worked on, or was cut off."""

    request_digest: str
    status: int
    sealed: bytes


class MessageState(StrEnum):
    """How far the delivery of a message is."""

    BEFORE = "before"
    """Happened before the address was declared, or says nothing: never sent."""
    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    """Tried as often as is tried, or its address was ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRecord:
    """An address that is told of events of a case."""

    case_id: str
    endpoint_id: str
    url: str
    kinds: tuple[str, ...]
    secret_sealed: bytes
    allow_private: bool
    created_at: datetime
    ended_at: datetime | None = None
    ended_why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """One event for one address."""

    case_id: str
    endpoint_id: str
    message_id: str
    kind: str
    body: Mapping[str, Json]
    state: MessageState
    created_at: datetime
    state_at: datetime
    tries: int = 0
    next_at: datetime | None = None
    status: int | None = None
    trouble: str = ""

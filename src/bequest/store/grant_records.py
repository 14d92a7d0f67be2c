"""What the repository of role changes returns."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bequest.model.case import Person, Role


class ChangeState(StrEnum):
    """How far a wanted change of a role is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """A role that one person wants given to, or taken from, somebody."""

    change_id: str
    gives: bool
    person: Person
    """As the case would name the person; `roles` is empty here."""
    role: Role
    until_on: date | None
    """The last day on which a role that is given for a time is held."""
    asked_by: str
    asked_at: datetime
    state: ChangeState
    state_at: datetime
    decided_by: str = ""

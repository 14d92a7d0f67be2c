"""What people say of a policy before it is in force."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RemarkKind(StrEnum):
    """What a remark does."""

    COMMENT = "comment"
    """Nothing but to be read."""
    CONDITION = "condition"
    """The policy is not in force until whoever set it says that it is met."""
    REFUSAL = "refusal"
    """The policy is not in force unless whoever refused withdraws it; a new policy starts anew."""


class RemarkState(StrEnum):
    """Whether a remark stands in the way."""

    SAID = "said"
    """A comment."""
    OPEN = "open"
    SETTLED = "settled"
    """The condition is met, the refusal withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkRecord:
    """One remark. `text` is for people of the case and names no customer."""

    remark_id: str
    policy_digest: str
    person: str
    role: str
    kind: RemarkKind
    text: str
    state: RemarkState
    created_at: datetime
    state_at: datetime

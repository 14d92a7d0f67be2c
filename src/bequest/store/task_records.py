"""What the repository of tasks returns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bequest.model.destruction import OwnerTask

SUPERVISION = "supervision"
"""Kind of a task by which the transferor looks at how a recipient keeps to the agreement."""

RETURN = "return"
"""Kind of a task by which what was entrusted comes back or is deleted at the end of the engagement (PIPL Art. 21)."""


class TaskState(StrEnum):
    """Whether somebody else has done his part."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """Something that somebody outside the tool must do, and how it ended."""

    task_id: str
    task: OwnerTask
    due_on: str
    created_at: datetime
    state_at: datetime
    persons: int = 0
    list_digest: str = ""
    state: TaskState = TaskState.OPEN
    outcome: str = ""
    evidence_digest: str = ""
    statement_digest: str = ""

"""What the repository of ordered steps returns."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OrderState(StrEnum):
    """How far an ordered step is."""

    WAITING = "waiting"
    """A second person has to agree."""
    QUEUED = "queued"
    """The next worker takes it."""
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({OrderState.WAITING, OrderState.QUEUED, OrderState.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOrder:
    """One step that somebody ordered. `error_*` say what went wrong and the way out, in English."""

    case_id: str
    order_id: str
    step: str
    asked_by: str
    asked_at: datetime
    agreed_by: str = ""
    agreed_at: datetime | None = None
    state: OrderState = OrderState.QUEUED
    state_at: datetime
    runs_before: int = 0
    tries: int = 0
    holder: str = ""
    beat_at: datetime | None = None
    label: str = ""
    done: int = 0
    total: int = 0
    error_code: str = ""
    error_text: str = ""
    error_hint: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class WorkerSeen:
    """A worker and the steps it can run."""

    holder: str
    steps: frozenset[str]
    seen_at: datetime

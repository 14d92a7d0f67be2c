"""When each key and store of our own dies, as data (decision D1); the app carries it out and logs it."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Stages of the purge, in order."""

    AFTER_RESCAN = "after_rescan"
    AFTER_FEEDBACK = "after_feedback"
    AT_CLOSE = "at_close"
    LAST_COPY = "last_copy"


@dataclass(frozen=True, slots=True)
class PurgeRule:
    """What goes at a stage: a key purpose, and the workspace folders it protected or that derive from it."""

    stage: Stage
    key: str
    folders: tuple[str, ...]


RULES: tuple[PurgeRule, ...] = (
    PurgeRule(Stage.AFTER_RESCAN, "verifier", ("verifier",)),
    PurgeRule(Stage.AFTER_FEEDBACK, "outbox", ("stores/outbox",)),
    PurgeRule(
        Stage.AT_CLOSE,
        "link",
        tuple(f"work/{w}" for w in ("index", "link", "decided", "custody", "erase", "delivered", "holds")),
    ),
    PurgeRule(Stage.AT_CLOSE, "bodies", ("letters", "stores/tasks")),
    PurgeRule(Stage.LAST_COPY, "replay", ("stores/ledger",)),
)
"""Custody keys are the custodian's and die on their buckets' due dates; `evidence` stays with the case file."""


def due(stage: Stage) -> tuple[PurgeRule, ...]:
    """The rules of a stage."""
    return tuple(r for r in RULES if r.stage is stage)

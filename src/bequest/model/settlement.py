"""What a person of the case decides, with reason, on records that the law leaves open where the company ends.

An open dispute, a dead person's records, a column that nobody classified: as long as the company goes on they are
blocked where they are. Once it is gone nobody could settle them, so it is settled before, and approved with the policy.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Unsettled(StrEnum):
    """What the law leaves open."""

    DISPUTE = "dispute"
    """Records of people with an open dispute, and the records of disputes themselves."""
    DECEASED = "deceased"
    UNCLASSIFIED = "unclassified"
    """Columns and tables of which nobody said what they are."""


class Settled(StrEnum):
    """How it ends."""

    KEEPER = "keeper"
    """Sealed, to the keeper named in the case, until a day."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One decision: `by` is the id of a person of the case, `until` the last day that the keeper keeps."""

    what: Unsettled
    how: Settled
    by: str
    reason: str
    until: date | None = None

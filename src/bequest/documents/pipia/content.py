"""What the impact assessment is made from, beside the assessment itself: one frozen value, made by the caller."""

from dataclasses import dataclass
from datetime import date

from bequest.documents.assessment.content import AssessmentPage
from bequest.documents.words import Word
from bequest.model.case import Case, Party, Role
from bequest.model.disposition import Operator, Release, Residue


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemLine:
    """A source and what lies in it. `personal` and `sensitive` count columns."""

    name: Word
    kind: Word
    tables: int
    rows: int
    personal: int
    sensitive: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeLine:
    """What is decided for the values of a class of data, on both axes."""

    said: Word
    values: int
    release: dict[Release, int]
    residue: dict[Residue, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """A control of a receiver, and whether it is on record."""

    lot: str
    said: Word
    there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PipiaInput:
    """Everything the form says. `roles` are those whose opinion is asked for beside the protection officer's."""

    case: Case
    page: AssessmentPage
    made_at: str
    law_pack: str
    policy_digest: str
    keeper: Party
    keep_until: date
    roles: tuple[Role, ...]
    systems: tuple[SystemLine, ...]
    outcomes: tuple[OutcomeLine, ...]
    operators: tuple[tuple[Operator, int], ...]
    controls: tuple[ControlLine, ...]
    open_points: tuple[Word, ...]
    unverified: int
    """Rules and values behind the plan that were not read in the law itself."""

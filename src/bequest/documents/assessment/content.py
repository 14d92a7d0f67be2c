"""What an assessment says, as lines in both languages, put together by the caller."""

from dataclasses import dataclass
from datetime import date

from bequest.documents.assessment.costs import CostPage
from bequest.documents.words import Word
from bequest.model.assessment import Assessment, Dimension, Figure, ImpactKind, Origin, RiskState, Standing
from bequest.model.disposition import ReasonStatus

SMALL = 10
"""Counts of people below are not printed: they could point at somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One measured fact. `where` is the class of data or the lot; empty for the case."""

    key: str
    said: Word
    left: Word
    """What the figure after the plan says; empty where it says the same."""
    where: Word
    unit: str
    before: Figure | None
    after: Figure | None
    origin: Origin
    share: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """A risk in one dimension: likelihood, impact, level, and the level after the plan."""

    dimension: Dimension
    likelihood: int
    impact: int
    before: int
    after: int | None
    unknown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskLine:
    """One line of the register with what is behind it. A risk that is closed because it is gone has no scores."""

    id: str
    said: Word
    where: Word
    origin: str
    state: RiskState
    before: int
    after: int | None
    opened_on: date
    n_turns: int
    treatment: Word
    scores: tuple[ScoreLine, ...]
    facts: tuple[FactLine, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """A class of data, or the case as a whole: level before and after by dimension; no cell where no risk speaks."""

    id: str
    said: Word
    cells: dict[Dimension, tuple[int, int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningLine:
    """A fact at or beyond its threshold."""

    fact: FactLine
    threshold: int
    source: Word
    crossed: bool
    after: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleLine:
    """A scale of the catalogue, with where its numbers are from."""

    said: Word
    at: tuple[int, ...]
    source: Word
    status: ReasonStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyLine:
    """A sanction with what the law allows, under a number by which liabilities refer to it."""

    number: int
    said: Word
    ranges: tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiabilityLine:
    """A consequence in law of a finding of this case."""

    finding: Word
    kind: str
    """`civil`, `administrative`, `criminal` or `reputation`."""
    said: Word
    penalty: int
    """Number of its line in `AssessmentPage.penalties`."""
    articles: tuple[str, ...]
    status: ReasonStatus
    risks: tuple[str, ...]
    """Ids of the risks of the register that lead to it."""
    open_risks: int
    """How many of them are open; where none is, the plan deals with what would lead to it."""
    facts: tuple[FactLine, ...]
    """What was measured for it: the crime meter, where it is a crime to provide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactLine:
    """The impact assessment that people filed, and what opens it again. Where none is filed only `latest` says."""

    kind: ImpactKind
    standing: Standing
    latest: int
    """The last run of the assessment."""
    run: int = 0
    """The run on which it was filed."""
    at: str = ""
    conclusion: str = ""
    reasons: tuple[Word, ...] = ()
    changes: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentPage:
    """Everything that is shown of one run."""

    assessment: Assessment
    company: tuple[HeatRow, ...]
    rights: tuple[HeatRow, ...]
    risks: tuple[RiskLine, ...]
    facts: tuple[FactLine, ...]
    warnings: tuple[WarningLine, ...]
    scales: tuple[ScaleLine, ...]
    matrix: tuple[tuple[int, ...], ...]
    matrix_source: Word
    matrix_status: ReasonStatus
    accept: int
    liabilities: tuple[LiabilityLine, ...] = ()
    penalties: tuple[PenaltyLine, ...] = ()
    impacts: tuple[ImpactLine, ...] = ()
    costs: CostPage | None = None

"""What can go wrong in a case, how likely and how grave, before and after the plan; each figure with where it is from.

Levels are 0 (not there) to 4, as in GB/T 39335-2020: likelihood and impact low, medium, high, and very high or severe.
A figure that is None was not measured, which is never the same as none.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bequest.kernel.canonical import digest


class Dimension(StrEnum):
    """What a risk hurts: the company along six dimensions, and the rights of people (GB/T 39335-2020, 5.5)."""

    LEGAL = "legal"
    TECHNICAL = "technical"
    OPERATIONAL = "operational"
    MARKET = "market"
    REPUTATION = "reputation"
    FINANCIAL = "financial"
    DECISION = "decision"
    """A person's freedom to decide."""
    DISCRIMINATION = "discrimination"
    DISTRESS = "distress"
    """Good name and peace of mind."""
    HARM = "harm"
    """Body and property."""


COMPANY = (
    Dimension.LEGAL, Dimension.TECHNICAL, Dimension.OPERATIONAL, Dimension.MARKET, Dimension.REPUTATION,
    Dimension.FINANCIAL,
)  # fmt: skip
RIGHTS = (Dimension.DECISION, Dimension.DISCRIMINATION, Dimension.DISTRESS, Dimension.HARM)


class Extent(StrEnum):
    """Of what a figure or a risk speaks: a class of data, a lot, or the whole case."""

    GROUP = "group"
    LOT = "lot"
    CASE = "case"


class ImpactKind(StrEnum):
    """An assessment that people sign: of PIPL Art. 55, of GDPR Art. 35."""

    PIPIA = "pipia"
    DPIA = "dpia"


class Standing(StrEnum):
    """Where the impact assessment that people filed stands against the facts of the last run."""

    NONE = "none"
    CURRENT = "current"
    MOVED = "moved"
    """Facts changed, within the tolerance."""
    REOPENED = "reopened"


class RiskState(StrEnum):
    """Where a risk of the register stands."""

    OPEN = "open"
    """Nothing decided yet brings it down to what is accepted."""
    TREATED = "treated"
    """The plan brings it down; it is not carried out yet."""
    CLOSED = "closed"
    """The plan was carried out, or what made the risk is no longer there."""


class Origin(StrEnum):
    """Which record of the case a figure was taken from."""

    DATA_MAP = "data_map"
    LINK = "link"
    PLAN = "plan"
    CASE = "case"
    NOTICES = "notices"
    SOURCE = "source"
    """Counted in the sources themselves."""
    FAIRNESS = "fairness"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class Figure:
    """A count, out of how many where it is a share; `of` is 0 for a plain count."""

    n: int
    of: int = 0

    @property
    def per_mille(self) -> int:
        """The share per mille, rounded up so that somebody never becomes nobody; 0 of a plain count."""
        return -(-1000 * self.n // self.of) if self.of else 0


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured fact: as found, and as it will be once the plan is carried out (None: not measured, not planned).

    `where` is the class of data or the lot, empty for the case.
    """

    id: str
    where: str
    before: Figure | None
    after: Figure | None
    origin: Origin

    @property
    def key(self) -> str:
        """What scores name it by: `id` or `id@where`."""
        return f"{self.id}@{self.where}" if self.where else self.id


@dataclass(frozen=True, slots=True)
class Score:
    """Likelihood × impact of a risk in one dimension, and the measured facts that made it, the heaviest first.

    `unknown`: at least one fact was not measured and counted as high.
    """

    likelihood: int
    impact: int
    level: int
    facts: tuple[str, ...]
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """A risk in one dimension: as found, and what is left of it after the plan (None before there is one)."""

    dimension: Dimension
    before: Score
    after: Score | None


@dataclass(frozen=True, slots=True)
class Risk:
    """One risk of the case, scored. `id` is stable from run to run: the catalogue's word and where it was met."""

    kind: str
    where: str
    scores: tuple[DimensionScore, ...]

    @property
    def id(self) -> str:
        """`kind` or `kind@where`."""
        return f"{self.kind}@{self.where}" if self.where else self.kind

    @property
    def before(self) -> int:
        """The highest level over all dimensions, as found."""
        return max((s.before.level for s in self.scores), default=0)

    @property
    def after(self) -> int | None:
        """The highest level left after the plan; None before there is one."""
        left = [s.after.level for s in self.scores if s.after is not None]
        return max(left) if left else None


@dataclass(frozen=True, slots=True)
class Turn:
    """How a risk stood in one run."""

    run: int
    on: date
    state: RiskState
    before: int
    after: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the risk register, followed from run to run; the last turn is how it stands."""

    id: str
    turns: tuple[Turn, ...]

    @property
    def state(self) -> RiskState:
        """How it stands."""
        return self.turns[-1].state

    @property
    def opened_on(self) -> date:
        """The day of the run that met it first."""
        return self.turns[0].on


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """An early warning: a fact is at or beyond its threshold. `crossed`: it was not at the run before."""

    measure: str
    """`Measure.key`."""
    threshold: int
    """In the measure's own unit: a count, or per mille for a share."""
    at: int
    was: int | None
    crossed: bool


@dataclass(frozen=True, slots=True)
class Basis:
    """Digests of what the assessment was made from; empty where there was none yet."""

    data_map: str
    policy: str
    population: str
    catalogue: str
    """Scales, thresholds, weights and risks."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One run of the assessment of a case."""

    case_id: str
    run: int
    on: date
    basis: Basis
    measures: tuple[Measure, ...]
    risks: tuple[Risk, ...]
    register: tuple[Entry, ...]
    warnings: tuple[EarlyWarning, ...]
    previous: str = ""
    """Digest of the run before."""

    @property
    def facts_digest(self) -> str:
        """Digest of the measured facts alone: equal where nothing that was measured has changed."""
        return digest(self.measures)

    @property
    def digest(self) -> str:
        """Digest of the whole run."""
        return digest(self)

    def measure(self, key: str) -> Measure | None:
        """The fact of that key."""
        return next((m for m in self.measures if m.key == key), None)

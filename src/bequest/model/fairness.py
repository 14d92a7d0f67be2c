"""Whether the plan treats kinds of people alike: rates of outcomes per group, and differences that nothing explains.

Shares are whole numbers per mille. A count that is None is not printed: it, or one next to it, is below `Thresholds.k`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Dimension(StrEnum):
    """By what people are told apart; the last three are rights they have used."""

    AGE = "age"
    REGION = "region"
    VALUE = "value"
    KIND = "kind"
    OBJECTED = "objected"
    REFUSED = "refused"
    DISPUTE = "dispute"


class Verdict(StrEnum):
    """What a comparison came to."""

    ALIKE = "alike"
    EXPLAINED = "explained"
    """The groups differ, people in the same lawful situation do not."""
    APART = "apart"
    """The groups differ, and hardly anybody of both stands in the same lawful situation: nothing to compare."""
    FINDING = "finding"
    """People in the same lawful situation end differently by group."""
    FEW = "few"
    """Too few people to compare, or to tell whether a difference is explained."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on a difference counts. Ours: no law sets these numbers.

    `points`: smallest difference, per mille. `alpha`: error allowed over all comparisons together, per mille; each one
    is held to `alpha` divided by their number (Bonferroni). `comparable`: smallest part of a group, per mille, that has
    somebody of the others in the same situation, for a difference to count as explained.
    """

    k: int = 10
    points: int = 50
    alpha: int = 50
    comparable: int = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """A share or a difference of shares with its interval, per mille."""

    at: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What goes with a finding: a fact that is no ground in law, the shares that have it, and what it accounts for.

    `accounts_for`: the part of the difference that is gone where people alike in this fact are compared, per mille.
    """

    fact: str
    value: str
    group: int | None
    rest: int | None
    accounts_for: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """One group against all others on one outcome, in one lot (empty: the whole case)."""

    lot: str
    by: Dimension
    group: str
    outcome: str
    verdict: Verdict
    size: int | None
    persons: int | None
    rate: Interval | None
    raw: Interval | None
    """The difference in percentage points × 10, group less rest."""
    held: Interval | None
    """The same between people in the same lawful situation."""
    comparable: int
    """Part of the group that has somebody of the rest in the same lawful situation, per mille."""
    goes_with: tuple[Circumstance, ...] = ()


@dataclass(frozen=True, slots=True)
class Fairness:
    """All comparisons of a plan. `told`: notices counted as they stood, not as planned."""

    told: bool
    persons: int
    without_record: int
    """People without a main record of their own: their data follows somebody else's record; they are not compared."""
    thresholds: Thresholds
    held_to: int
    """Number of comparisons that were made, by which `alpha` was divided."""
    facts: tuple[str, ...]
    """The facts held equal: the lawful ones that decisions read."""
    comparisons: tuple[Comparison, ...]

    @property
    def findings(self) -> tuple[Comparison, ...]:
        """The differences that nothing lawful explains."""
        return tuple(c for c in self.comparisons if c.verdict is Verdict.FINDING)

"""What people say of single hits of the verifier that its rules leave open, and what they see of them: no value.

A hit is one known value (by its token under the verifier's key) in one place. A rule suggests a verdict; people decide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """What a hit is. `organic` and `allowed` let it stand, so two people say so; `residue` one alone may say."""

    ORGANIC = "organic"
    """Equal by chance: a number of its own that belongs to nobody who was erased."""
    ALLOWED = "allowed"
    """The value may lawfully remain in this place; the plan did not foresee it."""
    RESIDUE = "residue"
    """It should be gone: the certificate is refused until it is."""


class Why(StrEnum):
    """The rule that judged a hit."""

    OUTSIDE = "outside"
    """It stands where the plan lets no such value stand."""
    MANY = "many"
    """Whole cells that identify nobody, but more of them than chance explains."""
    BYTES = "bytes"
    """It stands in the bytes of a file, and in no cell."""
    CHANCE = "chance"
    """A whole cell of a column that identifies nobody, and few of them."""
    PIECE = "piece"
    """A piece of a longer number among bytes, with nothing else known beside it."""


SUGGESTED: Final[Mapping[Why, Verdict]] = {
    Why.OUTSIDE: Verdict.RESIDUE,
    Why.MANY: Verdict.RESIDUE,
    Why.BYTES: Verdict.RESIDUE,
    Why.CHANCE: Verdict.ORGANIC,
    Why.PIECE: Verdict.ORGANIC,
}
"""What each rule makes of a hit as long as nobody said otherwise."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One known value in one place.

    `cell`: token and place as one, in hex, noise to whoever does not hold the verifier's key; `where`: number of the
    row as it was read, from 1, or of the byte in the file, from 0; `shape`: what stands there with every letter and
    digit hidden; `hits`: how often it is there (more than once only where rows have no lasting name).
    """

    hit_id: str
    cell: str
    source: str
    table: str
    column: str
    where: int
    kind: str
    cls: str
    shape: str
    hits: int
    why: Why

    @property
    def suggested(self) -> Verdict:
        """What the rule makes of it."""
        return SUGGESTED[self.why]


class Answer(StrEnum):
    """How far a decision is."""

    OPEN = "open"
    """The second person has not spoken."""
    AGREED = "agreed"
    ALONE = "alone"
    """Real residue: one person's word counts at once."""
    DECLINED = "declined"
    GONE = "gone"
    """The hit was no longer on the list when the verifier looked again: gone, or standing by an earlier decision."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on a hit: what was said, by whom and why, and the second person's word.

    `number` is its own in the log.
    """

    number: int
    hit: Hit
    verdict: Verdict
    reason: str
    first: str
    first_role: str
    first_at: datetime
    answer: Answer
    second: str = ""
    second_role: str = ""
    second_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Whether it is in force, as long as no later one on the same hit is."""
        return self.answer in {Answer.AGREED, Answer.ALONE}


def in_force(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """By hit, the last decision that counts; `decisions` in the order in which they were made."""
    return {d.hit.hit_id: d for d in decisions if d.counts}


def waiting(decisions: Iterable[Decision]) -> dict[str, Decision]:
    """By hit, the decision that waits for the second person."""
    return {d.hit.hit_id: d for d in decisions if d.answer is Answer.OPEN}

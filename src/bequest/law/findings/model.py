"""The nouns of findings. A finding holds where its condition is true; a fact nobody named makes it unknown.

Numbers never stand in a condition: it names a parameter, and the value is that of the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bequest.law.citations import Instrument
from bequest.law.days import WorkCalendar
from bequest.law.params import Parameter, Reading
from bequest.model.disposition import ReasonStatus

FactValue = bool | int | str | date | datetime
Facts = Mapping[str, FactValue]

ONLY = ("running", "over")
"""When a finding with a period speaks, where that matters."""

COMPARISONS = ("at_least", "above", "below", "at_most", "from", "before")
"""How a test may compare: numbers with a parameter, dates with a date of the condition."""


@dataclass(frozen=True, slots=True)
class FactText:
    """A fact that findings ask for: how a lawyer writes it, and how it is asked for where it is missing."""

    id: str
    topics: tuple[str, ...]
    kind: str
    """`flag`, `choice`, `number`, `date` or `moment`."""
    values: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a fact. `among` are values it may have; else `how` compares it with `param` or `day`."""

    fact: str
    among: tuple[FactValue, ...] = ()
    how: str = ""
    param: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """All of `tests`, at least one of `any_of` (where there are any), and none of `none_of`."""

    tests: tuple[Test, ...] = ()
    any_of: tuple["Condition", ...] = ()
    none_of: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """A period of a finding: its length is a parameter, its start a fact of kind date or moment."""

    param: str
    start: str
    before: bool
    """It ends so long before the start, as a notice that must be out 30 days ahead."""
    keeps: bool
    """A minimum of keeping: its last day is not moved off a holiday."""
    year_end: bool
    """Counted from 31 December of the start's year."""
    or_less: str
    """A fact of kind number that shortens the period where it names less, in the same unit; empty: none does."""
    only: str
    """`running`: the finding falls silent once the last day is over; `over`: it speaks only then; empty: always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the law says where a condition holds."""

    id: str
    topic: str
    gate: str
    """Gate of the decision model, G1 to G16, or nothing."""
    when: Condition
    outcomes: tuple[str, ...]
    articles: tuple[str, ...]
    status: ReasonStatus
    since: date | None
    until: date | None
    term: Term | None
    yields_to: tuple[str, ...]
    """Findings before which this one falls silent: the named rule of precedence inside a pack."""
    waits_for: tuple[str, ...]
    """Findings that must be known to hold or not before this one speaks."""
    rests_on: tuple[str, ...]
    """Findings of which one at least must hold (none named: nothing must)."""
    asks: bool
    """Whether a fact that is missing is asked for; a finding about a rare fact speaks only where that is named."""
    only_if: str
    """A switch that must be on; empty: none."""
    unless: str
    """A switch that must be off; empty: none."""
    readings: tuple[Reading, ...]
    zh: str
    en: str
    unblock_zh: str
    unblock_en: str

    @property
    def switch(self) -> str:
        """The switch that it hangs on; empty where it hangs on none."""
        return self.only_if or self.unless


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FindingPack:
    """The findings of one jurisdiction with the values and instruments they rest on."""

    jurisdiction: str
    version: str
    as_of: date
    zh: str
    en: str
    instruments: Mapping[str, Instrument]
    parameters: Mapping[str, Parameter]
    findings: tuple[Finding, ...]
    facts: Mapping[str, FactText]
    calendar: WorkCalendar
    rolls: bool
    """Whether a last day moves off days of rest; where it does not, the earlier day is named, which is safer."""
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding that holds, as of the date."""

    id: str
    jurisdiction: str
    topic: str
    gate: str
    outcomes: tuple[str, ...]
    articles: tuple[str, ...]
    status: ReasonStatus
    zh: str
    en: str
    unblock_zh: str
    unblock_en: str
    readings: tuple[Reading, ...]
    switch: str
    """The switch that chooses between the readings; empty where there is none."""
    switch_is_on: bool
    """Its value for this answer: the default of the pack, or what the sheet sets."""
    period: str
    """Such as `30 working_day`; empty where none runs."""
    counted_from: str
    """The fact from which the period is counted, and its value where it is known."""
    last_day: str
    """The last day (or moment, for hours) of the period; empty where its start is not known."""
    last_day_is_known: bool
    """False where the table of holidays does not reach that far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A fact that is missing, with the findings that wait for it."""

    fact: str
    kind: str
    values: tuple[str, ...]
    zh: str
    en: str
    needed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAnswer:
    """What one pack says: what holds, and what must be known to say more."""

    jurisdiction: str
    version: str
    digest: str
    on: date
    found: tuple[Found, ...]
    asked: tuple[Asked, ...]

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Every outcome word, each once."""
        return tuple(dict.fromkeys(w for f in self.found for w in f.outcomes))

"""Notices and answers day by day: how many were told, who answered what."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from bequest.app.context import Context
from bequest.app.telling import register, saved_answers, window_closes
from bequest.kernel.clock import local_date
from bequest.kernel.errors import BequestError
from bequest.steps.notify.answers import ANSWERS

AGAINST = frozenset({"object", "refuse_transfer", "refuse_sensitive", "refuse_new_purpose", "guardian_refuse"})
FOR = frozenset(
    {"withdraw_objection", "consent_transfer", "consent_sensitive", "consent_new_purpose", "guardian_consent"}
)
_WORDS = {(fact.value, value): name for name, (fact, value) in ANSWERS.items()}


@dataclass(frozen=True, slots=True)
class Day:
    """One day. Answers count where they are the last of their kind of a person."""

    on: date
    told: int
    """Told on that day, for the first time."""
    against: int
    agreed: int
    other: int

    @property
    def answers(self) -> int:
        """All answers of the day."""
        return self.against + self.agreed + self.other


@dataclass(frozen=True, slots=True)
class TellingDays:
    """The days on which anything happened, between the first and today."""

    days: tuple[Day, ...]
    owed_to: int
    today: date
    window_ends: date | None
    """The last day to object, of everybody."""


def telling_days(ctx: Context, case_id: str) -> TellingDays | None:
    """Day by day; None before anybody was enrolled."""
    record = ctx.case(case_id)
    case, workspace = record.case, ctx.workspace(case_id)
    try:
        state = register(workspace)
    except BequestError:
        return None
    told = Counter(d for d in state["told_on"].to_list() if d is not None)
    said: dict[date, Counter[str]] = {}
    answers = saved_answers(workspace)
    for fact, value, at in answers.select("fact", "value", "at").iter_rows() if answers is not None else ():
        said.setdefault(local_date(at, case.timezone), Counter())[_side(_WORDS.get((fact, value), ""))] += 1
    try:
        ends = window_closes(workspace, case)
    except BequestError:
        ends = None
    days = tuple(
        Day(d, told[d], *(said.get(d, Counter())[s] for s in ("against", "for", "other")))
        for d in sorted({*told, *said})
    )
    return TellingDays(days, state.height, local_date(ctx.clock(record).now(), case.timezone), ends)


def _side(answer: str) -> str:
    return "against" if answer in AGAINST else "for" if answer in FOR else "other"

"""A law pack in memory: everything loaded for one jurisdiction. Read it through the modules that ask it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from bequest.kernel.canonical import digest
from bequest.kernel.errors import LawError
from bequest.law.citations import Instrument
from bequest.law.days import WorkCalendar
from bequest.law.params import Parameter, Reading
from bequest.law.rule import Rule
from bequest.model.case import Event, LegalRoute, OnSilence, PaperKind, Role, SystemKind
from bequest.model.disposition import ReasonStatus, Release, Residue


class Phase(StrEnum):
    """What the rules of a gate are asked for."""

    DECIDE = "decide"
    """The first that speaks decides."""
    SHARED = "shared"
    """Whether a row shared with the outside stays in use."""
    KEEP = "keep"
    """What remains at the source; the first that speaks decides."""
    NOTE_RELEASED = "note_released"
    """What must be said of a value that goes, or waits to go, to a receiver. All speak."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A place in the order in which rules are asked. `line` is its line in the outcome table, empty where none."""

    id: str
    phase: Phase
    line: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A legal question that is not settled: the readings, and what we do until counsel says otherwise."""

    id: str
    zh: str
    en: str
    articles: tuple[str, ...]
    readings: tuple[Reading, ...]
    default_zh: str
    default_en: str
    switch: str = ""
    """The parameter that chooses, where there is one; the readings are then those of its off and its on."""


@dataclass(frozen=True, slots=True)
class BandText:
    """A retention duty as written in the pack; its period is a parameter."""

    id: str
    param: str
    from_year_end: bool
    from_law_date: bool
    articles: tuple[str, ...]
    status: ReasonStatus
    counting_status: ReasonStatus
    zh: str
    en: str
    counting_zh: str
    counting_en: str


@dataclass(frozen=True, slots=True)
class NoticeNeed:
    """Where an item is needed: by which checklist, under which condition, as a duty or as a recommendation."""

    route: str
    when: str
    """`always`, `changed`, `sensitive`, `minors` or `consent`."""
    mandatory: bool
    article: str
    status: ReasonStatus
    events: tuple[str, ...] = ()
    """Only for these events; empty means any."""


@dataclass(frozen=True, slots=True)
class NoticeText:
    """An item of the notice checklist."""

    id: str
    zh: str
    en: str
    needs: tuple[NoticeNeed, ...]


@dataclass(frozen=True, slots=True)
class When:
    """The conditions of a duty; all must hold. Empty means any. The two numbers name a parameter."""

    events: tuple[str, ...]
    routes: tuple[str, ...]
    flags: tuple[str, ...]
    unless: tuple[str, ...]
    persons_at_least: str
    persons_below: str


@dataclass(frozen=True, slots=True)
class DutyText:
    """A duty of the whole case as written in the pack. `keep` and `within` name a parameter, or nothing."""

    id: str
    phase: str
    zh: str
    en: str
    articles: tuple[str, ...]
    status: ReasonStatus
    keep: str
    within: str
    owner: str
    when: When


@dataclass(frozen=True, slots=True)
class RequiredRoles:
    """Who must approve: one natural person may fill one role, and at most `max_external` come from outside."""

    event: Event
    roles: tuple[Role, ...]
    min_persons: int
    max_external: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class EventText:
    """What an event is in law: who processes afterwards, on which routes a lot may pass, which dates must be known."""

    event: Event
    path: str
    """`no_transfer`, `succession`, `provision`, `account` or `ending`."""
    routes: tuple[LegalRoute, ...]
    """Routes a lot may be set to; the first is the default."""
    dates: tuple[str, ...]
    """Dates of the case file that must be filled in."""
    articles: tuple[str, ...]
    status: ReasonStatus
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class PaperText:
    """A paper that must be there before a case opens (`opening`) or before its cutover (`cutover`)."""

    kind: PaperKind
    by: str
    events: tuple[Event, ...]
    role: str
    """The role that only this paper gives; empty where it gives none."""
    articles: tuple[str, ...]
    status: ReasonStatus
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class StoreText:
    """What becomes of a whole store of a kind in some events, and who keeps it (decision D10)."""

    system_kind: SystemKind
    events: tuple[Event, ...]
    words: tuple[str, ...]
    articles: tuple[str, ...]
    status: ReasonStatus
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ObjectionText:
    """What an objection does to data held on one ground, in words for the person, where the rules decide so."""

    ground: str
    release: Release
    residue: Residue
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class BreachText:
    """A breach that the assessment can find."""

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class PenaltyRange:
    """What the law allows from a day on: from `low` to `to` of a unit; None where it names no such bound."""

    since: date
    who: str
    """`company` or `persons`: those in charge or responsible."""
    unit: str
    """`yuan`, `percent` (of last year's turnover), `factor` (of unlawful income), `year` or `day` (of detention)."""
    low: int | None
    to: int | None
    zh: str
    en: str
    reference: str
    status: ReasonStatus


@dataclass(frozen=True, slots=True)
class Penalty:
    """A sanction that several findings share."""

    id: str
    zh: str
    en: str
    ranges: tuple[PenaltyRange, ...]


@dataclass(frozen=True, slots=True)
class LiabilityText:
    """One consequence of a finding as written in the pack."""

    id: str
    finding: str
    kind: str
    penalty: str
    zh: str
    en: str
    articles: tuple[str, ...]
    status: ReasonStatus
    industries: tuple[str, ...] = ()
    """Only companies of these industries; empty means any."""


@dataclass(frozen=True, slots=True)
class Obsolete:
    """A citation that is out of date: a pattern, what to cite instead, and why."""

    pattern: str
    replacement: str
    zh: str
    en: str
    status: ReasonStatus


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawPack:
    """One jurisdiction's law. Two packs are the same law when their digests are equal."""

    jurisdiction: str
    version: str
    as_of: date
    zh: str
    en: str
    events: frozenset[Event]
    instruments: Mapping[str, Instrument]
    parameters: Mapping[str, Parameter]
    gates: tuple[Gate, ...]
    rules: tuple[Rule, ...]
    open_points: Mapping[str, OpenPoint]
    bands: Mapping[str, BandText]
    notices: tuple[NoticeText, ...]
    duties: tuple[DutyText, ...]
    duty_flags: Mapping[str, tuple[str, str]]
    roles: Mapping[Event, RequiredRoles]
    on_silence: Mapping[str, OnSilence]
    """Legal route → what silence means unless the lot says otherwise (decision D7)."""
    obsolete: tuple[Obsolete, ...]
    objections: tuple[ObjectionText, ...]
    event_texts: Mapping[Event, EventText]
    papers: tuple[PaperText, ...]
    stores: tuple[StoreText, ...]
    breaches: Mapping[str, BreachText]
    penalties: tuple[Penalty, ...]
    liabilities: tuple[LiabilityText, ...]
    texts: Mapping[str, str]
    """Every file of the pack by path, for the checks."""
    calendar: WorkCalendar
    digest: str

    def rule(self, rule_id: str) -> Rule:
        """The rule of that id.

        Raises:
            LawError: where there is none.
        """
        for r in self.rules:
            if r.id == rule_id:
                return r
        raise LawError(f"no rule is named {rule_id!r}", hint="Rules are listed in the pack's folders, one per theme.")


@lru_cache(maxsize=64)
def with_switches(pack: LawPack, switches: tuple[tuple[str, bool], ...]) -> LawPack:
    """The same law with counsel's choices for switch parameters, and a digest of its own.

    Raises:
        LawError: where a name is no switch.
    """
    parameters = dict(pack.parameters)
    for name, value in switches:
        known = parameters.get(name)
        if known is None or known.unit != "switch":
            switchable = ", ".join(n for n, p in pack.parameters.items() if p.unit == "switch")
            raise LawError(f"{name!r} is no switch", hint=f"Switches are {switchable}.", code="BQ-LAW-3")
        parameters[name] = replace(known, values=tuple(replace(v, value=value) for v in known.values))
    return replace(pack, parameters=parameters, digest=digest([pack.digest, dict(switches)]))


def required_roles(pack: LawPack, event: Event | str) -> RequiredRoles:
    """Who must approve the plan of such a case (decision D6).

    Raises:
        LawError: where the pack has no such event.
    """
    return pack.roles[require_event(pack, event)]


def require_event(pack: LawPack, event: Event | str) -> Event:
    """The event, where the pack answers for it.

    Raises:
        LawError: where it does not.
    """
    for known in pack.events:
        if known == event:
            return known
    raise LawError(
        f"the law pack {pack.jurisdiction} {pack.version} has no rules for event {event}",
        hint=f"It answers for {', '.join(sorted(pack.events))}.",
        code="BQ-LAW-5",
    )

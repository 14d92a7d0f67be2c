"""What is measured of the case itself: systems, copies, days, roles, receivers, requests. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from bequest.model.assessment import Figure, Measure, Origin
from bequest.model.case import ALL_STAYS, Case, Lot, Party, Role, SourceKind
from bequest.model.datamap import DataMap, TableState
from bequest.steps.assess.measures import LotPeople

ACTING = (Role.OPERATOR, Role.VERIFIER, Role.OFFICER, Role.CUTOVER)
"""Roles that later steps need beside those that approve."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the case beside its tables.

    `needed_days`: the longer of notice lead and objection window. `window_ends`: the last day of the window, once
    people are told. `unkept`: values that go into custody. None where it was not looked at.
    """

    case: Case
    datamap: DataMap
    today: date
    planned: bool
    needed_days: int
    window_ends: date | None
    required: Collection[Role]
    doubt: int
    shared_phones: int
    unkept: int
    whole: tuple[int, int]
    """Values in stores that are decided on as a whole, and those that stay in their place in clear."""
    unfair: int | None
    requests_open: int
    requests_overdue: int


def circumstances(given: Circumstances) -> tuple[Measure, ...]:
    """The measures of the case as a whole."""
    return tuple(_measures(given))


def _measures(c: Circumstances) -> Iterator[Measure]:
    def same(name: str, n: int, origin: Origin) -> Measure:
        """A fact that no decision on data changes."""
        return Measure(name, "", Figure(n), Figure(n) if c.planned else None, origin)

    inside = [t for t in c.datamap.tables if t.in_case]
    held = [s for s in c.case.sources if s.kind is SourceKind.HELD_ELSEWHERE]
    yield same("systems", len({t.source for t in inside} | {s.name for s in c.case.sources if s.is_whole}), Origin.CASE)
    yield same("unknown_columns", len(c.datamap.unknown_columns()), Origin.DATA_MAP)
    yield same("unread_tables", sum(t.state is TableState.NOT_SCANNED for t in c.datamap.tables), Origin.DATA_MAP)
    yield same("doubt", c.doubt, Origin.LINK)
    yield same("shared_phones", c.shared_phones, Origin.LINK)
    yield same("copies", len(c.case.copies) + len(held), Origin.CASE)
    yield same("copies_loose", _loose(c.case, c.today), Origin.CASE)
    yield same("roles_missing", _missing(c.case, {*c.required, *ACTING}), Origin.CASE)
    if c.unfair is not None:
        yield same("unfair", c.unfair, Origin.FAIRNESS)
    yield same("requests_open", c.requests_open, Origin.PORTAL)
    yield same("requests_overdue", c.requests_overdue, Origin.PORTAL)
    if c.whole[0]:
        left = Figure(c.whole[1]) if c.planned else None
        yield Measure("whole_values", "", Figure(c.whole[0]), left, Origin.PLAN)
    yield same("custody_without_keeper", 0 if c.case.custodian else c.unkept, Origin.PLAN)
    if c.case.event not in ALL_STAYS:
        yield same("days_short", days_short(c), Origin.CASE)


def days_short(c: Circumstances) -> int:
    """Days missing between today and the last day for the cutover for everybody's window to end; 0 where it fits."""
    latest = c.case.cutover_not_after or c.case.effective_on
    if c.window_ends is not None:
        return max(0, (c.window_ends - latest).days)
    return max(0, c.needed_days - (latest - c.today).days)


def _loose(case: Case, today: date) -> int:
    copies = sum(x.expires_on is None or x.expires_on < today or not x.control.strip() for x in case.copies)
    held = sum(s.kind is SourceKind.HELD_ELSEWHERE and s.due_on is None for s in case.sources)
    return copies + held + sum(s.managed for s in case.sources)


def _missing(case: Case, roles: Iterable[Role]) -> int:
    held = {r for p in case.people for r in p.roles}
    return len(set(roles) - held)


CONTROLS = ("registered", "reachable", "key", "signer", "traced")
"""What the case knows of a receiver's controls: its number on the register, an office and an address, a key to which
packages are encrypted, a person who signs for it, marks in the delivery by which a leak is traced."""


def controls_of(case: Case, lot: Lot, receiver: Party) -> dict[str, bool]:
    """Which controls are on record for the receiver of a lot."""
    signers = [p for p in case.people if Role.RECEIVER in p.roles and p.party in {"", receiver.id} and p.public_key]
    return {
        "registered": bool(receiver.uscc),
        "reachable": bool(receiver.contact and receiver.address),
        "key": bool(receiver.age_recipient),
        "signer": bool(signers),
        "traced": bool(lot.watermark),
    }


def lot_measures(case: Case, lot: Lot, people: LotPeople, *, planned: bool) -> tuple[Measure, ...]:
    """The measures of one lot beside re-identification."""
    receiver = case.receiver(lot.receiver)
    missing = sum(not there for there in controls_of(case, lot, receiver).values())
    controls = Figure(missing, len(CONTROLS))
    named = Figure(people.named, people.rows)
    found = [
        Measure("controls_missing", lot.id, controls, controls if planned else None, Origin.CASE),
        Measure("named", lot.id, named, named if planned else None, Origin.PLAN),
    ]
    if receiver.country.lower() != "cn":
        for name, n in (("abroad", people.persons), ("abroad_sensitive", people.sensitive)):
            found.append(Measure(name, lot.id, Figure(n), Figure(n) if planned else None, Origin.PLAN))
    return tuple(found)

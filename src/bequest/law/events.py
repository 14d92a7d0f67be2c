"""An event at a glance: path, gates, papers, who approves, notices, defaults, what an objection does, whole stores.

Nothing here is written down twice: what an objection or silence does is asked of the rules themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bequest.law.citations import on_date
from bequest.law.duties import PHASES
from bequest.law.evaluate import law_for, params_on
from bequest.law.notices import NoticeItem, checklist_of, notice_items
from bequest.law.pack import EventText, LawPack, PaperText, RequiredRoles, StoreText, require_event, required_roles
from bequest.law.windows import WindowRules, window_rules
from bequest.model.case import TELLS_NOBODY, Event, LegalRoute, Lot, OnSilence, SystemKind
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import CellDecision
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind

GROUNDS: dict[str, dict[Fact, str]] = {
    "consent": {},
    "contract": {Fact.OPEN_ORDER: "yes"},
    "statutory_duty": {Fact.RETENTION: "invoice_10y"},
}
"""On what the processing rests that a person objects to, as far as facts tell: nothing but consent, a contract that
runs, a duty of law to keep the record."""

_PHONE = FieldKind(FieldClass.PHONE, personal=True, sensitive=False, need=Need.NEEDED)
_ORDINARY = {fact: values[0] for fact, values in FACT_VALUES.items()} | {
    Fact.KIND: "customer",
    Fact.AGE_BAND: "adult",
    Fact.NOTICE: "delivered",
    Fact.CONSENT_TRANSFER: "silent",
    Fact.CONSENT_NEW_PURPOSE: "silent",
}
_LOT = "lot"


@dataclass(frozen=True, slots=True)
class Said:
    """What becomes of an ordinary person's phone number on a route: by a ground of processing, or after silence."""

    what: str
    route: str
    decision: CellDecision


@dataclass(frozen=True, slots=True)
class GateOfEvent:
    """A gate that can speak in an event, with the articles of its rules."""

    id: str
    zh: str
    en: str
    articles: tuple[str, ...]
    statuses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOverview:
    """All that the pack says of an event on a date."""

    text: EventText
    articles: tuple[str, ...]
    roles: RequiredRoles
    papers: tuple[PaperText, ...]
    gates: tuple[GateOfEvent, ...]
    windows: WindowRules
    on_silence: dict[str, OnSilence]
    checklists: dict[str, tuple[NoticeItem, ...]]
    objections: tuple[Said, ...]
    silence: tuple[Said, ...]
    stores: tuple[StoreText, ...]
    duties: tuple[tuple[str, str, str, str], ...]
    """Phase, id, owner and deadline (`30 day`) of the duties that name this event."""


def event_overview(pack: LawPack, event: Event | str, *, on: date) -> EventOverview:
    """What the pack says of an event under the law of a date.

    Raises:
        LawError: where the pack has no rules for the event or the date.
    """
    known = require_event(pack, event)
    text = pack.event_texts[known]
    return EventOverview(
        text=text,
        articles=on_date(pack.instruments, text.articles, on),
        roles=required_roles(pack, known),
        papers=papers_of(pack, known),
        gates=_gates(pack, known, on),
        windows=window_rules(pack, on),
        on_silence={r: pack.on_silence[r] for r in text.routes if r in pack.on_silence},
        checklists=_checklists(pack, known, text),
        objections=objection_rules(pack, known, on=on),
        silence=tuple(Said("silence", r, _ask(pack, known, on, r, {})) for r in text.routes),
        stores=stores_of(pack, known),
        duties=_duties(pack, known, on),
    )


def papers_of(pack: LawPack, event: Event | str) -> tuple[PaperText, ...]:
    """The papers that a case of this event needs, those of the opening first."""
    found = [p for p in pack.papers if event in p.events]
    return tuple(sorted(found, key=lambda p: p.by != "opening"))


def stores_of(pack: LawPack, event: Event | str) -> tuple[StoreText, ...]:
    """What becomes of whole stores in this event (decision D10)."""
    return tuple(s for s in pack.stores if event in s.events)


def store_rule(pack: LawPack, event: Event | str, kind: SystemKind) -> StoreText | None:
    """What becomes of a whole store of this kind; None for an ordinary business store, or where nothing moves."""
    return next((s for s in stores_of(pack, event) if s.system_kind is kind), None)


def objection_rules(pack: LawPack, event: Event | str, *, on: date) -> tuple[Said, ...]:
    """What an objection does, by the ground of the processing, on each route of the event; as the rules decide it."""
    known = require_event(pack, event)
    return tuple(
        Said(ground, route, _ask(pack, known, on, route, {Fact.OBJECTION: "objected", **facts}))
        for route in pack.event_texts[known].routes
        for ground, facts in GROUNDS.items()
    )


def _ask(pack: LawPack, event: Event, on: date, route: LegalRoute, facts: dict[Fact, str]) -> CellDecision:
    silence = pack.on_silence.get(route, OnSilence.RELEASE_NONE)
    lot = Lot(id=_LOT, receiver="receiver", legal_route=route, on_silence=silence)
    record = RecordClass.ADDRESS_BOOK if event is Event.E11 else RecordClass.ORDER
    ask = law_for(pack, event=event, on=on, lot=lot, record_class=record, role=RowRole.CUSTOMER)
    return ask({**_ORDINARY, **facts}, _PHONE)


def _gates(pack: LawPack, event: Event, on: date) -> tuple[GateOfEvent, ...]:
    params = params_on(pack, on)
    out = []
    for gate in pack.gates:
        rules = [
            r
            for r in pack.rules
            if r.gate == gate.id
            and event in r.events
            and r.is_in_force(on)
            and (not r.only_if or params.flag(r.only_if))
        ]
        if rules:
            articles = _once(a for r in rules for a in on_date(pack.instruments, r.reference, on))
            out.append(GateOfEvent(gate.id, gate.zh, gate.en, articles, _once(r.status.value for r in rules)))
    return tuple(out)


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _checklists(pack: LawPack, event: Event, text: EventText) -> dict[str, tuple[NoticeItem, ...]]:
    if event in TELLS_NOBODY:
        return {}
    names = _once(checklist_of(event, r) for r in (*text.routes,)) or (checklist_of(event, None),)
    return {n: notice_items(pack, n, event=event, minors=n == "ENDING") for n in names}


def _duties(pack: LawPack, event: Event, on: date) -> tuple[tuple[str, str, str, str], ...]:
    params = params_on(pack, on)
    named = [d for d in pack.duties if event.value in d.when.events and on_date(pack.instruments, d.articles, on)]
    rows = [
        (d.phase, d.id, d.owner, f"{params.number(d.within)} {params.unit(d.within)}" if d.within else "")
        for d in named
        if not d.within or params.holds(d.within)
    ]
    return tuple(sorted(rows, key=lambda r: PHASES.index(r[0])))

"""What must hold for a whole pack, beyond each file being well formed. `check_pack` says everything that does not."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from bequest.kernel.errors import LawError
from bequest.law.cases import LawCase, differences, run_case
from bequest.law.citations import instrument_of, parse_citation
from bequest.law.duties import PHASES, parameters_of
from bequest.law.loader import load_cases
from bequest.law.notices import ROUTES, notice_items
from bequest.law.objecting import missing_texts
from bequest.law.outcomes import WORDS, is_lawful
from bequest.law.pack import LawPack, Obsolete, Phase
from bequest.law.params import DatedValue, Parameter, placeholders
from bequest.law.rule import Rule
from bequest.model.case import RELEASES_NOTHING, LegalRoute, Role
from bequest.model.facts import FACT_VALUES, Fact

LAST_YEAR = "cn.calendar.working_days_last_year"


def check_pack(pack: LawPack, cases: Sequence[LawCase] | None = None) -> tuple[str, ...]:
    """Every problem of the pack in words; empty where there is none. Without `cases`, with the pack's own.

    Checked: each citation is in the register and in force; each parameter that is named exists; each rule, open point
    and gate has a law case, and every case its answer; every answer is a lawful pair of known words; no text cites
    repealed law; bands, notices, duties and roles fit the model; the calendar says the year it knows.
    """
    checks: tuple[Callable[[], Iterable[str]], ...] = (
        lambda: _citations(pack),
        lambda: _parameters(pack),
        lambda: _structure(pack),
        lambda: _notices(pack),
        lambda: _duties(pack),
        lambda: (f"no words for an objection: {m}" for m in missing_texts(pack)),
        lambda: _liability(pack),
        lambda: _obsolete(pack),
        lambda: _calendar(pack),
        lambda: _cases(pack, load_cases(pack) if cases is None else cases),
    )
    return tuple(problem for check in checks for problem in check())


def find_obsolete(pack: LawPack, text: str) -> tuple[Obsolete, ...]:
    """The out-of-date citations in a text, in the order of the register."""
    return tuple(o for o in pack.obsolete if re.search(o.pattern, text))


def _citations(pack: LawPack) -> Iterator[str]:
    cited: list[tuple[str, Sequence[str]]] = [
        *((f"rule {r.id}", r.reference) for r in pack.rules),
        *((f"open point {o.id}", o.articles) for o in pack.open_points.values()),
        *((f"band {b.id}", b.articles) for b in pack.bands.values()),
        *((f"duty {d.id}", d.articles) for d in pack.duties),
        *((f"event {t.event}", t.articles) for t in pack.event_texts.values()),
        *((f"paper {t.kind}", t.articles) for t in pack.papers),
        *((f"store {t.system_kind}", t.articles) for t in pack.stores),
        *((f"liability {x.id}", x.articles) for x in pack.liabilities),
        *((f"penalty {p.id}", [r.reference]) for p in pack.penalties for r in p.ranges),
        *((f"notice item {n.id}", [need.article for need in n.needs]) for n in pack.notices),
        *((f"parameter {p.name}", [v.reference for v in _not_past(p, pack.as_of)]) for p in pack.parameters.values()),
    ]
    for who, citations in cited:
        if not citations:
            yield f"{who} cites no article"
        for citation in citations:
            try:
                instrument = instrument_of(pack.instruments, citation)
            except LawError as wrong:
                yield f"{who}: {wrong.message}"
                continue
            if not instrument.is_in_force(pack.as_of):
                yield f"{who} cites {citation}, which is not in force on {pack.as_of.isoformat()}"
    for p in pack.parameters.values():
        for v in p.values:
            instrument_cited = pack.instruments.get(parse_citation(v.reference)[0])
            start = instrument_cited.in_force_from if instrument_cited else None
            if v.value is not None and start is not None and v.since < start:
                yield f"parameter {p.name} has a value from {v.since}, before {v.reference} was in force"


def _not_past(p: Parameter, on: date) -> tuple[DatedValue, ...]:
    """The value of the day and those to come; one that has been replaced rests on the law of its own time."""
    now = p.at(on)
    return tuple(v for v in p.values if now is None or v.since >= now.since)


def _parameters(pack: LawPack) -> Iterator[str]:
    named: list[tuple[str, Iterable[str]]] = [
        *((f"rule {r.id}", (*placeholders(r.zh + r.en), *filter(None, [r.only_if]))) for r in pack.rules),
        *((f"band {b.id}", (b.param, *placeholders(b.zh + b.en))) for b in pack.bands.values()),
        *((f"duty {d.id}", parameters_of(d)) for d in pack.duties),
        *((f"open point {o.id}", tuple(filter(None, [o.switch]))) for o in pack.open_points.values()),
    ]
    for who, names in named:
        for name in names:
            if name not in pack.parameters:
                yield f"{who} names the parameter {name}, which does not exist"
    for r in pack.rules:
        if set(placeholders(r.zh)) != set(placeholders(r.en)):
            yield f"rule {r.id} names other numbers in Chinese than in English"
        if r.only_if in pack.parameters and pack.parameters[r.only_if].unit != "switch":
            yield f"rule {r.id} hangs on {r.only_if}, which is no switch"


def _structure(pack: LawPack) -> Iterator[str]:
    for event in sorted(pack.events - set(pack.roles)):
        yield f"event {event} has no required roles"
    for event in sorted(pack.events ^ set(pack.event_texts)):
        yield f"event {event} is either not answered for or not described in events.yaml"
    for event in sorted(RELEASES_NOTHING & pack.events):
        if pack.event_texts[event].routes:
            yield f"event {event} releases nothing and yet has routes"
    for event, needed in pack.roles.items():
        given = {p.role for p in pack.papers if p.role and event in p.events and p.by == "opening"}
        for role in sorted({Role.ADMINISTRATOR, Role.LIQUIDATOR}.intersection(needed.roles)):
            if role not in given:
                yield f"event {event} has {role} approve without a paper that gives the role"
    wanted = set(FACT_VALUES[Fact.RETENTION]) - {"none"}
    if set(pack.bands) != wanted:
        yield f"bands are {sorted(pack.bands)}, the fact `retention` takes {sorted(wanted)}"
    used = {r.gate for r in pack.rules}
    for gate in pack.gates:
        if gate.id not in used:
            yield f"gate {gate.id} has no rule"
        if gate.phase is not Phase.DECIDE and any(r.releases or r.leaves_rest for r in pack.rules if r.gate == gate.id):
            yield f"gate {gate.id} decides nothing, so its rules neither release nor leave the residue"
    for route in pack.on_silence:
        if route not in tuple(LegalRoute):
            yield f"on_silence names the route {route}, which does not exist"


def _notices(pack: LawPack) -> Iterator[str]:
    for text in pack.notices:
        for need in text.needs:
            if need.route not in ROUTES:
                yield f"notice item {text.id} is needed by {need.route}, which is no checklist"
    for route in ROUTES:
        if not any(i.mandatory for i in notice_items(pack, route)):
            yield f"the checklist {route} has no mandatory item"


def _duties(pack: LawPack) -> Iterator[str]:
    for d in pack.duties:
        if d.phase not in PHASES:
            yield f"duty {d.id} falls due in {d.phase!r}, which is no phase"
        if d.owner not in tuple(Role):
            yield f"duty {d.id} belongs to {d.owner!r}, which is no role"
        unknown = {*d.when.flags, *d.when.unless} - set(pack.duty_flags)
        unknown |= set(d.when.events) - set(pack.events)
        unknown |= set(d.when.routes) - set(LegalRoute)
        for name in sorted(unknown):
            yield f"duty {d.id} depends on {name!r}, which is declared nowhere"


def _liability(pack: LawPack) -> Iterator[str]:
    penalties = {p.id for p in pack.penalties}
    for x in pack.liabilities:
        if x.finding not in pack.breaches:
            yield f"liability {x.id} is of {x.finding!r}, which is no finding"
        if x.penalty not in penalties:
            yield f"liability {x.id} has the penalty {x.penalty!r}, which does not exist"
    for p in sorted(penalties - {x.penalty for x in pack.liabilities}):
        yield f"penalty {p} belongs to no liability"
    for b in sorted(set(pack.breaches) - {x.finding for x in pack.liabilities}):
        yield f"finding {b} leads to nothing"
    for penalty in pack.penalties:
        for r in penalty.ranges:
            start = pack.instruments[parse_citation(r.reference)[0]].in_force_from
            if start is not None and r.since < start:
                yield f"penalty {penalty.id} has a range from {r.since}, before {r.reference} was in force"


def _obsolete(pack: LawPack) -> Iterator[str]:
    for path, text in pack.texts.items():
        if path != "obsolete.yaml":
            for o in find_obsolete(pack, text):
                yield f"{path} cites law that is out of date: {o.en}; cite {o.replacement}"


def _calendar(pack: LawPack) -> Iterator[str]:
    said = pack.parameters.get(LAST_YEAR)
    last = said.at(pack.as_of) if said is not None else None
    if last is not None and last.value != str(pack.calendar.last_known_year()):
        yield f"{LAST_YEAR} says {last.value}, the holiday table knows {pack.calendar.last_known_year()}"
    for year in pack.calendar.years.values():
        if any(d.year != year.year for d in year.off | year.work) or year.off & year.work:
            yield f"holidays {year.year} holds days of another year, or one both off and worked"


def _cases(pack: LawPack, cases: Sequence[LawCase]) -> Iterator[str]:
    spoke: set[str] = set()
    opened: set[str] = set()
    for case in cases:
        try:
            got = run_case(pack, case)
        except LawError as wrong:
            yield f"{case.place} ({case.en}): {wrong.message}"
            continue
        spoke.update(r.rule for r in got.reasons)
        opened.update(got.open_points)
        for difference in differences(case, got):
            yield f"{case.place} ({case.en}): {difference}"
        if not is_lawful(got.disposition):
            yield f"{case.place} ({case.en}): the pair is not lawful"
        yield from (f"{case.place}: {w!r} is no outcome word" for w in got.outcomes if w not in WORDS)
        yield from (f"{case.place}: {o!r} is no open point" for o in got.open_points if o not in pack.open_points)
    yield from (f"rule {r.id} has no law case" for r in _unspoken(pack, spoke))
    yield from (f"open point {o} has no law case" for o in sorted(set(pack.open_points) - opened))


def _unspoken(pack: LawPack, spoke: set[str]) -> Iterable[Rule]:
    return (r for r in pack.rules if r.id not in spoke)

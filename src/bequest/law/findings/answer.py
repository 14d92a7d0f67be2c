"""What a pack says to given facts, on a date. Pure.

Conditions follow Kleene's logic of three values: a finding whose condition is unknown is not said; the facts it waits
for are asked. A finding counts where one of its articles is in force, within its own dates, its numbers having values.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta

from bequest.law.citations import on_date
from bequest.law.days import add_months
from bequest.law.findings.model import (
    Asked,
    Condition,
    Facts,
    FactValue,
    Finding,
    FindingAnswer,
    FindingPack,
    Found,
    Term,
    Test,
)
from bequest.law.findings.parse import parameters_of
from bequest.law.params import Params, placeholders


def answer(pack: FindingPack, facts: Facts, *, on: date, topics: Iterable[str] = ()) -> FindingAnswer:
    """The findings that hold, and the facts that are missing in the topics asked about.

    Without `topics`, those that any given fact belongs to.
    """
    params = Params(on, pack.parameters)
    order = {f.id: n for n, f in enumerate(pack.findings)}
    asked_about = set(topics) or {t for f in facts for t in pack.facts[f].topics}
    held: dict[str, tuple[Finding, tuple[str, ...]]] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    for finding in sorted(pack.findings, key=lambda f: bool(f.rests_on)):
        articles = on_date(pack.instruments, finding.articles, on)
        if finding.topic not in asked_about or not articles or not _is_live(finding, params, on):
            continue
        rested = _one_of(finding.rests_on, held, unknown)
        truth = _both(holds(finding.when, facts, params), _both(_in_time(pack, finding, facts, params), rested))
        if truth:
            held[finding.id] = finding, articles
        elif truth is None and finding.asks:
            unknown[finding.id] = tuple(_missing(finding.when, facts, params))
        if truth is not False and finding.term is not None and finding.term.start not in facts:
            unknown[finding.id] = (*unknown.get(finding.id, ()), finding.term.start)
    found = [
        _found(pack, f, articles, facts, params)
        for f, articles in held.values()
        if held.keys().isdisjoint(f.yields_to) and (unknown.keys() - held.keys()).isdisjoint(f.waits_for)
    ]
    return FindingAnswer(
        jurisdiction=pack.jurisdiction, version=pack.version, digest=pack.digest, on=on,
        found=tuple(sorted(found, key=lambda x: order[x.id])), asked=_questions(pack, unknown),
    )  # fmt: skip


def _questions(pack: FindingPack, unknown: Mapping[str, tuple[str, ...]]) -> tuple[Asked, ...]:
    """Every fact that is missing, once, with the findings that wait for it or for the day their period begins."""
    waiting: dict[str, list[str]] = {}
    for finding_id, names in unknown.items():
        for name in dict.fromkeys(names):
            waiting.setdefault(name, []).append(finding_id)
    return tuple(_asked(pack, name, ids) for name, ids in waiting.items())


def _both(one: bool | None, other: bool | None) -> bool | None:
    return False if False in (one, other) else None if None in (one, other) else True


def _one_of(ids: Iterable[str], held: Container[str], unknown: Container[str]) -> bool | None:
    """Whether one of the findings holds that another rests on; True where it rests on none."""
    named = tuple(ids)
    if not named or any(i in held for i in named):
        return True
    return None if any(i in unknown for i in named) else False


def _in_time(pack: FindingPack, finding: Finding, facts: Facts, params: Params) -> bool | None:
    """Whether the period runs, or is over, as the finding wants it. Where its start is not known it may run."""
    term = finding.term
    if term is None or not term.only:
        return True
    last = _period(pack, term, facts, params)[2]
    if not last:
        return True if term.only == "running" else None
    is_over = last < params.on.isoformat()
    return is_over == (term.only == "over")


def holds(condition: Condition, facts: Facts, params: Params) -> bool | None:
    """Whether a condition holds; None where a fact that is not known decides."""
    parts: list[bool | None] = [_compare(t, facts, params) for t in condition.tests]
    if condition.any_of:
        either = [holds(c, facts, params) for c in condition.any_of]
        parts.append(True if True in either else None if None in either else False)
    for c in condition.none_of:
        inner = holds(c, facts, params)
        parts.append(None if inner is None else not inner)
    return False if False in parts else None if None in parts else True


def _missing(condition: Condition, facts: Facts, params: Params) -> Iterator[str]:
    """The facts an unknown condition waits for: not those of a part that is known without them."""
    yield from (t.fact for t in condition.tests if t.fact not in facts)
    if condition.any_of and not any(holds(c, facts, params) for c in condition.any_of):
        yield from (n for c in condition.any_of if holds(c, facts, params) is None for n in _missing(c, facts, params))
    for c in condition.none_of:
        if holds(c, facts, params) is None:
            yield from _missing(c, facts, params)


def _compare(test: Test, facts: Facts, params: Params) -> bool | None:
    value = facts.get(test.fact)
    if value is None:
        return None
    if test.among:
        return value in test.among
    limit: object = params.number(test.param) if test.param else test.day
    return _ordered(test.how, value, limit)


def _ordered(how: str, value: FactValue, limit: object) -> bool:
    """Numbers count the limit itself in where it says so (Civil Code Art. 1259)."""
    if isinstance(value, int) and isinstance(limit, int):
        return {"at_least": value >= limit, "above": value > limit, "below": value < limit, "at_most": value <= limit}[
            how
        ]
    if isinstance(value, date) and isinstance(limit, date):
        return value >= limit if how == "from" else value < limit
    return False


def _is_live(finding: Finding, params: Params, on: date) -> bool:
    dated = (finding.since is None or finding.since <= on) and (finding.until is None or on <= finding.until)
    named = (*parameters_of(finding), *placeholders(finding.zh))
    if not (dated and all(params.holds(name) for name in named)):
        return False
    return (not finding.only_if or params.flag(finding.only_if)) and not (
        finding.unless and params.flag(finding.unless)
    )


def _found(pack: FindingPack, f: Finding, articles: tuple[str, ...], facts: Facts, params: Params) -> Found:
    period, counted, last, known = ("", "", "", True) if f.term is None else _period(pack, f.term, facts, params)
    return Found(
        id=f.id, jurisdiction=pack.jurisdiction, topic=f.topic, gate=f.gate, outcomes=f.outcomes, articles=articles,
        status=f.status, zh=params.fill(f.zh), en=params.fill(f.en), unblock_zh=f.unblock_zh, unblock_en=f.unblock_en,
        readings=f.readings, switch=f.switch, switch_is_on=bool(f.switch) and params.flag(f.switch),
        period=period, counted_from=counted, last_day=last, last_day_is_known=known,
    )  # fmt: skip


def _period(pack: FindingPack, term: Term, facts: Facts, params: Params) -> tuple[str, str, str, bool]:
    length, unit = params.number(term.param), params.unit(term.param)
    promised = facts.get(term.or_less)
    if isinstance(promised, int):
        length = min(length, max(promised, 0))
    start = facts.get(term.start)
    period = f"{length} {unit}"
    if not isinstance(start, date):
        return period, term.start, "", True
    counted = f"{term.start} {start.isoformat()}"
    if unit == "hour":
        last = (start + timedelta(hours=length)).isoformat(timespec="seconds") if isinstance(start, datetime) else ""
        return period, counted, last, True
    day = start.date() if isinstance(start, datetime) else start
    if term.year_end:
        day = date(day.year, 12, 31)
    if term.before:
        return period, counted, *_back(pack, day, length, unit)
    if term.keeps or (not pack.rolls and unit != "working_day"):
        return period, counted, _plain(day, length, unit).isoformat(), True
    end = pack.calendar.last_day(day, length, unit)
    return period, counted, end.on.isoformat(), end.is_known


def _plain(day: date, length: int, unit: str) -> date:
    return day + timedelta(days=length) if unit == "day" else add_months(day, length * (12 if unit == "year" else 1))


def _back(pack: FindingPack, day: date, length: int, unit: str) -> tuple[str, bool]:
    """The last day on which something can be done that must be done so long before a day."""
    if unit != "working_day":
        return _plain(day, -length, unit).isoformat(), True
    first = day
    for _ in range(length):
        first -= timedelta(days=1)
        while not pack.calendar.is_workday(first):
            first -= timedelta(days=1)
    return first.isoformat(), pack.calendar.knows(first) and pack.calendar.knows(day)


def _asked(pack: FindingPack, name: str, needed_by: list[str]) -> Asked:
    text = pack.facts[name]
    return Asked(fact=name, kind=text.kind, values=text.values, zh=text.zh, en=text.en, needed_by=tuple(needed_by))

"""How sure the law of a pack is: every value and rule with article, dates, status and source, and what is weak in it.

Rules kept:
- a rule is no surer than the numbers it names: its status is the weakest of its own and theirs;
- whatever is not `verified` is named on every output that rests on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bequest.law.citations import instrument_of
from bequest.law.pack import LawPack, LiabilityText
from bequest.law.params import Parameter, placeholders
from bequest.model.disposition import Reason, ReasonStatus
from bequest.model.plan import Policy

SUREST_FIRST = (
    ReasonStatus.VERIFIED,
    ReasonStatus.DERIVED,
    ReasonStatus.SECONDARY,
    ReasonStatus.FROM_KNOWLEDGE,
    ReasonStatus.OURS,
    ReasonStatus.OPEN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One value or rule: what it is, since when, on which articles, how sure, and where it was read."""

    kind: str
    """`parameter`, `rule`, `band`, `duty`, `event`, `paper`, `store`, `notice`, `instrument`, `open_point` …"""
    id: str
    value: str
    articles: tuple[str, ...]
    since: date | None
    until: date | None
    """The last day; None where it is in force without end."""
    status: ReasonStatus
    source: str
    zh: str
    en: str

    def is_in_force(self, on: date) -> bool:
        """Whether it holds on that date."""
        return self.since is not None and self.since <= on and (self.until is None or on <= self.until)


def law_status(pack: LawPack) -> tuple[Standing, ...]:
    """Everything of the pack, of all dates: registers first, then parameters with each value, then rules."""
    return (
        *_instruments(pack),
        *(s for p in pack.parameters.values() for s in _values(p)),
        *_rules(pack),
        *_texts(pack),
    )


def weakest(statuses: Iterable[ReasonStatus]) -> ReasonStatus:
    """The least sure of these; verified where there is none."""
    return max(statuses, key=SUREST_FIRST.index, default=ReasonStatus.VERIFIED)


def rests_on(pack: LawPack, reasons: Iterable[Reason], *, on: date) -> tuple[Standing, ...]:
    """What of the pack behind these reasons was not read in the law: rules, and the values they name, each once."""
    stated: dict[str, ReasonStatus] = {}
    for r in reasons:
        stated[r.rule] = weakest([stated.get(r.rule, ReasonStatus.VERIFIED), r.status])
    standings = [s for s in law_status(pack) if s.is_in_force(on)]
    rules = {s.id: s for s in standings if s.kind == "rule"}
    values = {s.id: s for s in standings if s.kind == "parameter"}
    found: dict[str, Standing] = {}
    for rule_id, status in sorted(stated.items()):
        rule = rules.get(rule_id)
        if rule is not None and status is not ReasonStatus.VERIFIED:
            found[rule_id] = _with(rule, status)
        for name in _named(pack, rule_id):
            value = values.get(name)
            if value is not None and value.status is not ReasonStatus.VERIFIED:
                found[name] = value
    return tuple(found.values())


def weak_grounds(pack: LawPack, policy: Policy) -> tuple[Standing, ...]:
    """What an approved or proposed policy rests on that was not read in the law."""
    reasons = (r for d in policy.decisions for r in d.reasons)
    return rests_on(pack, reasons, on=policy.law_date)


def _of_liability(pack: LawPack, text: LiabilityText) -> ReasonStatus:
    """A consequence is no surer than the ranges of its penalty."""
    ranges = next((p.ranges for p in pack.penalties if p.id == text.penalty), ())
    return weakest([text.status, *(r.status for r in ranges)])


def _with(s: Standing, status: ReasonStatus) -> Standing:
    return Standing(
        kind=s.kind, id=s.id, value=s.value, articles=s.articles, since=s.since, until=s.until,
        status=weakest([status, s.status]), source=s.source, zh=s.zh, en=s.en,
    )  # fmt: skip


def _named(pack: LawPack, rule_id: str) -> tuple[str, ...]:
    return next((placeholders(r.zh) for r in pack.rules if r.id == rule_id), ())


def _source(pack: LawPack, articles: Iterable[str]) -> str:
    """Where the instruments cited were read."""
    sources = (instrument_of(pack.instruments, a).source for a in articles)
    return "; ".join(dict.fromkeys(sources))


def _since(pack: LawPack, articles: Iterable[str]) -> date | None:
    """The first day on which any of the instruments cited was in force."""
    days = [instrument_of(pack.instruments, a).in_force_from for a in articles]
    return min((d for d in days if d is not None), default=None)


def _until(pack: LawPack, articles: Iterable[str]) -> date | None:
    """The last day of the instruments cited; None where one of them is still in force."""
    days = [instrument_of(pack.instruments, a).in_force_to for a in articles]
    return None if None in days or not days else max(d for d in days if d is not None)


def _instruments(pack: LawPack) -> list[Standing]:
    return [
        Standing(
            kind="instrument", id=i.code, value=i.note, articles=(i.code,), since=i.in_force_from,
            until=i.in_force_to, status=i.status, source=i.source, zh=i.zh, en=i.en,
        )
        for i in pack.instruments.values()
    ]  # fmt: skip


def _values(p: Parameter) -> list[Standing]:
    ends = [v.since - timedelta(days=1) for v in p.values[1:]]
    return [
        Standing(
            kind="parameter", id=p.name, value=f"{v.value} {p.unit}", articles=(v.reference,), since=v.since,
            until=end, status=v.status, source=p.verified.source, zh=p.zh, en=p.en,
        )
        for v, end in zip(p.values, [*ends, None], strict=True)
        if v.value is not None
    ]  # fmt: skip


def _rules(pack: LawPack) -> list[Standing]:
    out = []
    for r in pack.rules:
        numbers = [v for name in placeholders(r.zh) if (v := pack.parameters[name].at(max(r.since, pack.as_of)))]
        out.append(
            Standing(
                kind="rule", id=r.id, value=r.gate, articles=r.reference, since=r.since, until=r.until,
                status=weakest([r.status, *(v.status for v in numbers)]), source=_source(pack, r.reference),
                zh=r.zh, en=r.en,
            )
        )  # fmt: skip
    return out


def _texts(pack: LawPack) -> list[Standing]:
    """Bands, duties, events, papers, stores, notice items and open points, dated by the instruments they cite."""
    found: list[tuple[str, str, str, tuple[str, ...], ReasonStatus, str, str]] = [
        *(("band", b.id, b.param, b.articles, weakest([b.status, b.counting_status]), b.zh, b.en) for b in
          pack.bands.values()),
        *(("duty", d.id, d.phase, d.articles, d.status, d.zh, d.en) for d in pack.duties),
        *(("event", t.event.value, t.path, t.articles, t.status, t.zh, t.en) for t in pack.event_texts.values()),
        *(("paper", f"{p.kind.value}.{p.by}", p.by, p.articles, p.status, p.zh, p.en) for p in pack.papers),
        *(("store", s.system_kind.value, ", ".join(s.words), s.articles, s.status, s.zh, s.en) for s in pack.stores),
        *(("notice", n.id, ", ".join(dict.fromkeys(x.route for x in n.needs)),
           tuple(dict.fromkeys(x.article for x in n.needs)), weakest(x.status for x in n.needs), n.zh, n.en)
          for n in pack.notices),
        *(("liability", x.id, f"{x.finding}: {x.kind}", x.articles, _of_liability(pack, x), x.zh, x.en)
          for x in pack.liabilities),
        *(("open_point", o.id, o.switch, o.articles, ReasonStatus.OPEN, o.zh, o.en)
          for o in pack.open_points.values()),
    ]  # fmt: skip
    return [
        Standing(
            kind=kind, id=name, value=value, articles=articles, since=_since(pack, articles),
            until=_until(pack, articles), status=status, source=_source(pack, articles), zh=zh, en=en,
        )
        for kind, name, value, articles, status, zh, en in found
    ]  # fmt: skip

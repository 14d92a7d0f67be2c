"""Mutate the law packs one value, date, comparison or outcome at a time, and see which law cases notice.

`python scripts/law_mutants.py [--every N] [--survivors]`: prints cases, mutants, kill rate. Packs are loaded once; each
mutant is a changed copy in memory. A mutant is killed where a law case, a row or an example written in YAML no longer
gets the answer it expects. `--every N` takes each N-th mutant only.

Mutants that change no answer at all stand, with the reason, in `law_mutants_equivalent.toml` and are left out of the
count; `--dead` names entries that do not belong there.

Mutated of rules (cells of the plan): the first day (per module and date), each event, route, role and kind of record,
what silence means, a receiver abroad, the switch; each outcome word, custody band, operator, open point, who says what
remains, each comparison of a fact (inverted), each article; and that the rule is not there. Of parameters: value, first
day. Of duties: each condition and article. Of findings: each comparison, value, word, article, period, precedence.
Texts are not mutated.
"""

import argparse
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bequest.kernel.errors import LawError
from bequest.law.cases import LawCase, differences, run_case
from bequest.law.findings.examples import Example, differences_of
from bequest.law.findings.load import jurisdictions, load_examples, load_findings
from bequest.law.findings.model import Condition, Finding, FindingPack
from bequest.law.findings.model import Test as Compared
from bequest.law.loader import load_cases, load_pack, load_tables
from bequest.law.pack import DutyText, LawPack
from bequest.law.params import Parameter
from bequest.law.rule import Answer, FactView, Rest, Rule
from bequest.law.tables import failure
from bequest.model.case import OnSilence
from bequest.model.disposition import Operator
from bequest.model.facts import Fact, RowRole

DAY = timedelta(days=1)
EQUIVALENT = Path(__file__).with_name("law_mutants_equivalent.toml")


@dataclass(frozen=True)
class Mutant:
    """One change: its name, and whether a case notices."""

    name: str
    is_killed: Callable[[], bool]


@dataclass
class Score:
    """What came out."""

    cases: int
    mutants: int
    survivors: list[str]

    @property
    def rate(self) -> float:
        """Share of mutants that a case noticed."""
        return 1 - len(self.survivors) / max(1, self.mutants)


def score(every: int = 1) -> Score:
    """Run the mutants of all packs, or a fixed sample of them, without those that change no answer."""
    same = equivalent()
    chosen = [m for m in all_mutants() if m.name not in same][::every]
    return Score(count_cases(), len(chosen), [m.name for m in chosen if not m.is_killed()])


def all_mutants() -> list[Mutant]:
    """The mutants of all packs."""
    return [*cell_mutants(), *(m for j in jurisdictions() for m in finding_mutants(j))]


def equivalent() -> frozenset[str]:
    """Names of the mutants that change no answer, as listed with the reason."""
    groups = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))["equivalent"]
    return frozenset(name for group in groups if group["reason"] for name in group["mutants"])


def dead_entries() -> list[str]:
    """What is listed as equivalent but is no mutant any more, or is noticed by a case after all."""
    alive = {m.name for m in all_mutants() if m.name in equivalent() and not m.is_killed()}
    return sorted(equivalent() - alive)


def count_cases() -> int:
    """Law cases, rows and examples of all packs."""
    return (
        len(load_cases(load_pack("cn"))) + len(load_tables("cn")) + sum(len(load_examples(j)) for j in jurisdictions())
    )


# Rules of the plan


class _Inverted(FactView):
    """Facts in which every comparison of one fact is turned round."""

    __slots__ = ("_inner", "_turned")

    def __init__(self, inner: FactView, turned: Fact) -> None:
        self._inner, self._turned = inner, turned

    def __getitem__(self, fact: Fact) -> str:
        return self._inner[fact]

    def has(self, fact: Fact, *values: str) -> bool:
        return self._inner.has(fact, *values) != (fact is self._turned)


def cell_mutants() -> list[Mutant]:
    """Mutants of the rules, parameters and duties of the whole pack."""
    pack = load_pack("cn")
    cases, rows = load_cases(pack), load_tables("cn")
    spoke: dict[str, list[LawCase]] = {}
    for c in cases:
        for r in run_case(pack, c).reasons:
            spoke.setdefault(r.rule, []).append(c)

    def noticed(mutated: LawPack, rule_id: str, events: Sequence[str]) -> bool:
        first = spoke.get(rule_id, [])
        rest = [c for c in cases if c.event in events and c not in first]
        return any(failure(r, mutated) for r in rows if r.about == rule_id) or any(
            _fails(mutated, c) for c in (*first, *rest)
        )

    out: list[Mutant] = []
    for at, rule in enumerate(pack.rules):
        out += [
            Mutant(
                f"{rule.id}: {what}",
                lambda at=at, made=made, rule=rule: noticed(
                    replace(pack, rules=(*pack.rules[:at], made, *pack.rules[at + 1 :])), rule.id, tuple(rule.events)
                ),
            )
            for what, made in rule_mutants(rule, spoke.get(rule.id, []), pack)
        ]
    groups = sorted({(r.source, r.since) for r in pack.rules})
    for source, since in groups:
        later = tuple(
            replace(r, since=r.since + DAY) if (r.source, r.since) == (source, since) else r for r in pack.rules
        )
        mine = [r for r in pack.rules if (r.source, r.since) == (source, since)]
        out.append(
            Mutant(
                f"{source}: from {since + DAY}",
                lambda later=later, mine=mine: any(
                    _fails(replace(pack, rules=later), c)
                    for c in {id(c): c for r in mine for c in spoke.get(r.id, [])}.values()
                ),
            )
        )
    for name, p in pack.parameters.items():
        near = [r for r in rows if r.about == name or not r.about.startswith(name)]
        for what, made in parameter_mutants(p):
            mutated = replace(pack, parameters={**pack.parameters, name: made})
            out.append(
                Mutant(
                    f"{name}: {what}",
                    lambda mutated=mutated, near=near, name=name: (
                        any(failure(r, mutated) for r in sorted(near, key=lambda r: r.about != name))
                        or any(_fails(mutated, c) for c in cases)
                    ),
                )
            )
    for at, duty in enumerate(pack.duties):
        for what, made_duty in duty_mutants(duty):
            mutated = replace(pack, duties=(*pack.duties[:at], made_duty, *pack.duties[at + 1 :]))
            out.append(
                Mutant(
                    f"{duty.id}: {what}",
                    lambda mutated=mutated, duty=duty: any(failure(r, mutated) for r in rows if r.about == duty.id),
                )
            )
    return out


def _fails(pack: LawPack, case: LawCase) -> bool:
    try:
        return bool(differences(case, run_case(pack, case)))
    except LawError:
        return True


def rule_mutants(rule: Rule, heard: Sequence[LawCase], pack: LawPack) -> Iterator[tuple[str, Rule]]:
    """Changed copies of a rule."""
    yield "silent", replace(rule, function=lambda *_: None, always=False)
    for event in sorted(rule.events):
        yield f"without {event}", replace(rule, events=rule.events - {event})
    if len(rule.routes) < 4:
        for route in sorted(rule.routes):
            yield f"without {route}", replace(rule, routes=rule.routes - {route}, always=False)
    if len(rule.record_classes) < 5:
        for cls in sorted(rule.record_classes):
            yield f"without {cls}", replace(rule, record_classes=rule.record_classes - {cls})
    if len(rule.roles) < 5:
        for role in sorted(rule.roles):
            yield f"without the role {role}", replace(rule, roles=rule.roles - {role}, always=False)
    elif left_out := frozenset(RowRole) - rule.roles:
        yield f"for the roles {', '.join(sorted(left_out))} too", replace(rule, roles=rule.roles | left_out)
    if len(rule.on_silence) < len(OnSilence):
        yield "whatever silence means", replace(rule, on_silence=frozenset(OnSilence))
    if rule.only_abroad:
        yield "in the mainland too", replace(rule, only_abroad=False)
    if rule.only_if:
        yield "whatever the switch", replace(rule, only_if="")
    for fact in sorted(rule.reads):
        yield f"{fact} inverted", _wrapped(rule, lambda a: a, turned=fact)
    for article in rule.reference:
        yield f"does not cite {article}", replace(rule, reference=tuple(a for a in rule.reference if a != article))
    answers = _answers(rule, heard, pack)
    for word in sorted({w for a in answers for w in a.words}):
        yield (
            f"without the word {word}",
            _wrapped(rule, lambda a, word=word: replace(a, words=tuple(w for w in a.words if w != word))),
        )
    if any(a.until for a in answers):
        yield "another band", _wrapped(rule, lambda a: replace(a, until=_other_band(a.until)))
    if any(a.open_points for a in answers):
        yield "no open point", _wrapped(rule, lambda a: replace(a, open_points=()))
    for operator in sorted({a.operator for a in answers} - {Operator.NONE}):
        other = Operator.MASK if operator is not Operator.MASK else Operator.TOKEN
        yield (
            f"{operator} becomes {other}",
            _wrapped(rule, lambda a, o=operator, n=other: replace(a, operator=n) if a.operator is o else a),
        )
    for rest in sorted({a.rest for a in answers} - {Rest.STATED}):
        other_rest = Rest.BY_DUTY if rest is Rest.BY_DUTY_OR_SHARED else Rest.BY_DUTY_OR_SHARED
        yield (
            f"{rest} becomes {other_rest}",
            _wrapped(rule, lambda a, o=rest, n=other_rest: replace(a, rest=n) if a.rest is o else a),
        )


def _wrapped(rule: Rule, change: Callable[[Answer], Answer], *, turned: Fact | None = None) -> Rule:
    def function(facts, kind, params, lot):  # type: ignore[no-untyped-def]
        seen = _Inverted(facts, turned) if turned is not None else facts
        if turned is not None:
            facts.reader = rule
        answer = rule.function(seen, kind, params, lot)
        return None if answer is None else change(answer)

    return replace(rule, function=function)


def _answers(rule: Rule, heard: Sequence[LawCase], pack: LawPack) -> list[Answer]:
    """What the rule was heard to say in its cases."""
    said: list[Answer] = []

    def listening(facts, kind, params, lot):  # type: ignore[no-untyped-def]
        answer = rule.function(facts, kind, params, lot)
        if answer is not None:
            said.append(answer)
        return answer

    at = pack.rules.index(rule)
    listener = replace(pack, rules=(*pack.rules[:at], replace(rule, function=listening), *pack.rules[at + 1 :]))
    for case in heard:
        _fails(listener, case)
    return list(dict.fromkeys(said))


def _other_band(until: str) -> str:
    return "retention:log_6m" if until != "retention:log_6m" else "retention:invoice_10y"


def parameter_mutants(p: Parameter) -> Iterator[tuple[str, Parameter]]:
    """Another value, and another first day, for each value."""
    for at, v in enumerate(p.values):
        others = (
            [not v.value]
            if isinstance(v.value, bool)
            else [v.value + 1, v.value - 1]
            if isinstance(v.value, int)
            else ["x"]
        )
        for other in others:
            made = (*p.values[:at], replace(v, value=other), *p.values[at + 1 :])
            yield f"{v.value} becomes {other}", replace(p, values=made)
        for days in (DAY, -DAY):
            moved = (*p.values[:at], replace(v, since=v.since + days), *p.values[at + 1 :])
            yield f"from {v.since + days}", replace(p, values=moved)


def duty_mutants(duty: DutyText) -> Iterator[tuple[str, DutyText]]:
    """A duty that does not exist, with one condition less, or with a period changed."""
    w = duty.when
    yield "gone", replace(duty, when=replace(w, flags=("no_such_flag",)))
    for event in w.events:
        yield (
            f"without {event}",
            replace(duty, when=replace(w, events=tuple(e for e in w.events if e != event) or ("-",))),
        )
    for what, empty in (
        ("events", ()),
        ("routes", ()),
        ("flags", ()),
        ("unless", ()),
        ("persons_at_least", ""),
        ("persons_below", ""),
    ):
        if getattr(w, what):
            yield f"whatever the {what}", replace(duty, when=replace(w, **{what: empty}))
    for article in duty.articles:
        yield f"does not cite {article}", replace(duty, articles=tuple(a for a in duty.articles if a != article))
    if duty.keep:
        yield "no keeping", replace(duty, keep="")
    if duty.within:
        yield "no deadline", replace(duty, within="")


# Findings


def finding_mutants(jurisdiction: str) -> list[Mutant]:
    """Mutants of the findings of a jurisdiction, and of the parameters that only they use."""
    pack, examples = load_findings(jurisdiction), load_examples(jurisdiction)
    out = []
    for at, f in enumerate(pack.findings):
        near = sorted(examples, key=lambda x, t=f.topic: t not in x.topics)
        for what, made in _finding_changes(f):
            mutated = replace(pack, findings=(*pack.findings[:at], made, *pack.findings[at + 1 :]))
            out.append(Mutant(f"{f.id}: {what}", lambda mutated=mutated, near=near: _noticed(mutated, near)))
    used = {n for f in pack.findings for n in _numbers(f)}
    for name in sorted(used):
        for what, made_p in parameter_mutants(pack.parameters[name]):
            if not what.startswith("from "):
                changed = replace(pack, parameters={**pack.parameters, name: made_p})
                out.append(Mutant(f"{name} in findings: {what}", lambda m=changed, e=examples: _noticed(m, e)))
    return out


def _numbers(f: Finding) -> tuple[str, ...]:
    from bequest.law.findings.parse import parameters_of

    return parameters_of(f)


def _noticed(pack: FindingPack, examples: Sequence[Example]) -> bool:
    return any(differences_of(pack, e) for e in examples)


def _finding_changes(f: Finding) -> Iterator[tuple[str, Finding]]:
    yield "gone", replace(f, topic="no such topic")
    for what, when in _condition_changes(f.when):
        yield what, replace(f, when=when)
    for word in f.outcomes:
        yield f"without {word}", replace(f, outcomes=tuple(w for w in f.outcomes if w != word))
    for article in f.articles:
        yield f"does not cite {article}", replace(f, articles=tuple(a for a in f.articles if a != article))
    for other in f.yields_to:
        yield f"does not yield to {other}", replace(f, yields_to=tuple(y for y in f.yields_to if y != other))
    for other in f.waits_for:
        yield f"does not wait for {other}", replace(f, waits_for=tuple(y for y in f.waits_for if y != other))
    for other in f.rests_on:
        named = tuple(y for y in f.rests_on if y != other)
        yield f"does not rest on {other}", replace(f, rests_on=named or ("no such finding",))
    if not f.asks:
        yield "asks for what is missing", replace(f, asks=True)
    if f.switch:
        yield "whatever the switch", replace(f, only_if="", unless="")
        yield "the other way of the switch", replace(f, only_if=f.unless, unless=f.only_if)
    if f.term is not None:
        if f.term.or_less:
            yield "whatever is promised", replace(f, term=replace(f.term, or_less=""))
        if f.term.only:
            yield f"whether or not it is {f.term.only}", replace(f, term=replace(f.term, only=""))
        for name in ("before", "keeps", "year_end"):
            yield f"{name} turned", replace(f, term=replace(f.term, **{name: not getattr(f.term, name)}))


def _condition_changes(c: Condition) -> Iterator[tuple[str, Condition]]:
    for at, t in enumerate(c.tests):
        rest = (c.tests[:at], c.tests[at + 1 :])
        yield f"whatever {t.fact}", replace(c, tests=(*rest[0], *rest[1]))
        for what, made in _test_changes(t):
            yield what, replace(c, tests=(*rest[0], made, *rest[1]))
    for name in ("any_of", "none_of"):
        inner = getattr(c, name)
        for at, x in enumerate(inner):
            if len(inner) > 1 or name == "none_of":
                yield f"{name} without {at + 1}", replace(c, **{name: (*inner[:at], *inner[at + 1 :])})
            for what, made in _condition_changes(x):
                yield f"{name} {at + 1}: {what}", replace(c, **{name: (*inner[:at], made, *inner[at + 1 :])})


def _test_changes(t: Compared) -> Iterator[tuple[str, Compared]]:
    if t.among and isinstance(t.among[0], bool):
        yield f"{t.fact} turned", replace(t, among=(not t.among[0],))
    elif len(t.among) > 1:
        for value in t.among:
            yield f"{t.fact} without {value}", replace(t, among=tuple(v for v in t.among if v != value))
    elif t.among:
        yield f"{t.fact} is another", replace(t, among=("no such value",))
    turned = {"at_least": "above", "above": "at_least", "below": "at_most", "at_most": "below"}
    if t.how in turned:
        yield f"{t.fact} {t.how} becomes {turned[t.how]}", replace(t, how=turned[t.how])
    if t.day is not None:
        yield f"{t.fact} one day later", replace(t, day=t.day + DAY)


def main() -> int:
    """Print the score; 1 where the kill rate is below 0.98."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--survivors", action="store_true")
    parser.add_argument("--dead", action="store_true")
    chosen = parser.parse_args()
    if chosen.dead:
        print("\n".join(dead_entries()))
        return 1 if dead_entries() else 0
    got = score(chosen.every)
    if chosen.survivors:
        print("\n".join(got.survivors))
    print(
        f"{got.cases} law cases, {got.mutants} mutants, {got.mutants - len(got.survivors)} killed: {got.rate:.4f}"
        f" ({len(equivalent())} equivalent ones left out)"
    )
    return 0 if got.rate >= 0.98 else 1


if __name__ == "__main__":
    sys.exit(main())

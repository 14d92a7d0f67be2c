"""Decide one cell of the plan: a situation × a kind of field, under the law of a date. Pure.

The order of asking is that of the pack's gates:
1. the gates that decide, in order; the first rule that speaks decides;
2. where it leaves the residue open: whether a shared row stays in use, then the retention duties;
3. where something goes or waits to go to a receiver: every note that belongs on the record.
Every rule that spoke is among the reasons, in that order.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from bequest.kernel.errors import LawError
from bequest.law.citations import on_date
from bequest.law.outcomes import combine
from bequest.law.pack import LawPack, Phase, require_event
from bequest.law.params import Params
from bequest.law.rule import OUTSIDE, Answer, FactView, LotView, Rest, Rule, lot_view
from bequest.model.case import Event, LegalRoute, Lot, OnSilence
from bequest.model.disposition import CellDecision, Reason, Release
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind, SituationKey


@dataclass(frozen=True, slots=True, eq=False)
class _Bound:
    """A rule bound to the law of one date, with the reasons it has given before."""

    rule: Rule
    pack: LawPack
    params: Params
    given: dict[Answer, Reason] = field(default_factory=dict)

    def ask(self, facts: FactView, kind: FieldKind, lot: LotView) -> Answer | None:
        """The rule's answer; only facts it declared are open to it."""
        facts.reader = self.rule
        return self.rule.function(facts, kind, self.params, lot)

    def reason(self, answer: Answer) -> Reason:
        """The answer as a step of the why-chain."""
        made = self.given.get(answer)
        if made is None:
            made = Reason(
                rule=self.rule.id,
                outcome=answer.words[0] if answer.words else "open",
                articles=on_date(self.pack.instruments, answer.articles or self.rule.reference, self.params.on),
                status=answer.status or self.rule.status,
                zh=self.params.fill(answer.zh or self.rule.zh),
                en=self.params.fill(answer.en or self.rule.en),
            )
            self.given[answer] = made
        return made


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """A rule in its turn. `answer` and its reason are set where the rule reads no fact: it says the same each time."""

    bound: _Bound
    answer: Answer | None
    reason: Reason | None


@dataclass(frozen=True, slots=True, eq=False)
class _Turns:
    """The rules still to be asked for one kind of field: without those that read no fact and are silent for it."""

    decide: tuple[_Turn, ...]
    shared_and_keep: tuple[_Turn, ...]
    keep: tuple[_Turn, ...]
    notes: tuple[_Turn, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _LineUp:
    """The rules that can apply to records of one class in one role of one lot, by phase, in the order of asking."""

    lot: LotView
    decide: tuple[_Bound, ...]
    shared_and_keep: tuple[_Bound, ...]
    keep: tuple[_Bound, ...]
    notes: tuple[_Bound, ...]
    of_kind: dict[FieldKind, _Turns] = field(default_factory=dict)
    made: dict[tuple[int, ...], CellDecision] = field(default_factory=dict)
    """Decisions by the reasons they stand on (which `_Bound` keeps, one object for one answer)."""

    def turns(self, kind: FieldKind) -> _Turns:
        """The rules to ask for a kind of field."""
        found = self.of_kind.get(kind)
        if found is None:
            phases = (self.decide, self.shared_and_keep, self.keep, self.notes)
            found = self.of_kind[kind] = _Turns(*(_turns(rules, kind, self.lot) for rules in phases))
        return found


def params_on(pack: LawPack, on: date) -> Params:
    """The pack's parameters as of a date.

    Raises:
        LawError: where the pack's law was not yet in force.
    """
    return _params(pack, on)


@lru_cache(maxsize=64)
def _params(pack: LawPack, on: date) -> Params:
    return Params(on, pack.parameters)


def facts_read(
    pack: LawPack,
    event: Event | str,
    record_class: RecordClass,
    role: RowRole,
    *,
    on: date | None = None,
    lots: Iterable[Lot] | None = None,
) -> frozenset[Fact]:
    """The facts that any rule able to apply to these records reads: what a situation must hold, and no more.

    Without `on` rules of all dates count, without `lots` those of all legal routes; naming them narrows the answer to
    these lots and what lies in none.

    Raises:
        LawError: where the pack has no rules for the event.
    """
    rules = _applicable(pack, require_event(pack, event), record_class, role)
    if on is not None:
        rules = tuple(r for r in rules if _is_live(r, pack, on))
    else:
        rules = tuple(r for r in rules if not r.only_if or _is_ever_true(pack, r.only_if))
    if lots is not None:
        views = [OUTSIDE, *(lot_view(lot) for lot in lots)]
        rules = tuple(r for r in rules if any(r.is_for(v) for v in views))
    return frozenset(fact for r in _reachable(pack, rules) for fact in r.reads)


def decide(
    pack: LawPack,
    *,
    event: Event | str,
    on: date,
    lot: Lot | None,
    situation: SituationKey,
    field: FieldKind,
    abroad: bool = False,
) -> CellDecision:
    """The answer of the law for one situation and kind of field.

    `lot` is None for what lies outside every lot; `abroad` says that its receiver is outside the mainland. Facts beyond
    those of `facts_read` do not matter.

    Raises:
        LawError: where the pack has no rules for the event or the date.
        MissingFactError: where the situation lacks a fact that is read.
    """
    if lot is not None and lot.id != situation.lot:
        raise LawError(
            f"the situation belongs to lot {situation.lot!r}, not to {lot.id!r}",
            hint="Pass the lot that the situation names, or None where it names none.",
        )
    rules = _line_up(pack, event, on, situation.record_class, situation.role, lot_view(lot, abroad=abroad))
    return _decide(rules, FactView(situation.facts), field)


Ask = Callable[[Mapping[Fact, str], FieldKind], CellDecision]
"""Asks the law with facts and a kind of field."""


def law_for(
    pack: LawPack, *, event: Event | str, on: date, lot: Lot | None, record_class: RecordClass, role: RowRole,
    abroad: bool = False,
) -> Ask:  # fmt: skip
    """`decide` for records of one class in one role of one lot, for who asks many times.

    Raises:
        LawError: where the pack has no rules for the event or the date.
    """
    rules = _line_up(pack, event, on, record_class, role, lot_view(lot, abroad=abroad))
    return lambda facts, field: _decide(rules, FactView(facts.items()), field)


def _decide(rules: _LineUp, facts: FactView, field: FieldKind) -> CellDecision:
    """Who speaks first, who keeps the rest, who notes: the decision follows from their reasons alone."""
    turns = rules.turns(field)
    first, answer, reason = _first(turns.decide, facts, field, rules.lot)
    reasons: tuple[Reason, ...] = (reason,)
    answers: tuple[Answer, ...] = (answer,)
    if answer.rest is not Rest.STATED:
        _require(first.rule, first.rule.leaves_rest, "leaves the residue open", "leaves_rest")
        asked = turns.shared_and_keep if answer.rest is Rest.BY_DUTY_OR_SHARED else turns.keep
        _, kept, keeping = _first(asked, facts, field, rules.lot)
        reasons, answers = (reason, keeping), (answer, kept)
    made = rules.made.get(tuple(map(id, reasons))) or _made(rules, reasons, answers)
    if made.disposition.release is Release.NONE:
        return made
    _require(first.rule, first.rule.releases, "releases", "releases")
    notes = [
        (note, turn.reason or turn.bound.reason(note))
        for turn in turns.notes
        if (note := turn.answer or turn.bound.ask(facts, field, rules.lot)) is not None
    ]
    noted = (*reasons, *(r for _, r in notes))
    return rules.made.get(tuple(map(id, noted))) or _made(rules, noted, answers, tuple(n for n, _ in notes))


def _made(
    rules: _LineUp, reasons: tuple[Reason, ...], answers: tuple[Answer, ...], notes: tuple[Answer, ...] = ()
) -> CellDecision:
    """The decision that stands on these reasons, kept: very many cells share it."""
    first, last = answers[0], answers[-1]
    words = tuple(word for answer in answers for word in answer.words)
    disposition = combine(words, operator=first.operator, fallback=first.fallback, until=last.until)
    open_points = tuple(point for answer in (*answers, *notes) for point in answer.open_points)
    made = CellDecision(disposition, _once(words), reasons, _once(open_points))
    rules.made[tuple(map(id, reasons))] = made
    return made


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words)) if len(words) > 1 else words


def _require(rule: Rule, declared: bool, does: str, name: str) -> None:
    if not declared:
        raise LawError(f"rule {rule.id} {does} without declaring it", hint=f"Declare `{name}=True`.", code="BQ-LAW-4")


def _first(turns: tuple[_Turn, ...], facts: FactView, kind: FieldKind, lot: LotView) -> tuple[_Bound, Answer, Reason]:
    """The first rule that speaks, and what it says: one loop without calls of ours, for it runs millions of times."""
    for turn in turns:
        bound = turn.bound
        if turn.answer is not None and turn.reason is not None:
            return bound, turn.answer, turn.reason
        facts.reader = rule = bound.rule
        answer = rule.function(facts, kind, bound.params, lot)
        if answer is not None:
            return bound, answer, bound.reason(answer)
    raise LawError(
        "no rule of the law pack decides this situation",
        hint="Every line of gates ends in a rule that always speaks; see the pack's last gates.",
        code="BQ-LAW-5",
    )


def _turns(rules: tuple[_Bound, ...], kind: FieldKind, lot: LotView) -> tuple[_Turn, ...]:
    """The rules in their order; those that declare no fact are asked here, once for all situations."""
    out = []
    for bound in rules:
        answer = reason = None
        if not bound.rule.reads:
            with suppress(LawError):  # a defective rule is told of in its turn, for it may never have one
                answer = bound.ask(FactView(()), kind, lot)
                if answer is None:
                    continue
                reason = bound.reason(answer)
        out.append(_Turn(bound, answer, reason))
    return tuple(out)


@lru_cache(maxsize=4096)
def _line_up(
    pack: LawPack, event: Event | str, on: date, record_class: RecordClass, role: RowRole, lot: LotView
) -> _LineUp:
    rules = _applicable(pack, require_event(pack, event), record_class, role)
    live = _reachable(pack, tuple(r for r in rules if _is_live(r, pack, on)))
    if not live:
        raise LawError(
            f"the law pack {pack.jurisdiction} {pack.version} has no rule in force on {on.isoformat()}",
            hint="Its first rules take effect with the Personal Information Protection Law on 2021-11-01.",
            code="BQ-LAW-5",
        )
    phases = _phases(pack)
    params = params_on(pack, on)

    def of(phase: Phase) -> tuple[_Bound, ...]:
        return tuple(_Bound(r, pack, params) for r in live if phases[r.gate] is phase and r.is_for(lot))

    keep = of(Phase.KEEP)
    return _LineUp(lot, of(Phase.DECIDE), of(Phase.SHARED) + keep, keep, of(Phase.NOTE_RELEASED))


def _is_live(rule: Rule, pack: LawPack, on: date) -> bool:
    return rule.is_in_force(on) and (not rule.only_if or params_on(pack, on).flag(rule.only_if))


def _is_ever_true(pack: LawPack, switch: str) -> bool:
    return any(v.value is True for v in pack.parameters[switch].values)


def _phases(pack: LawPack) -> Mapping[str, Phase]:
    return {g.id: g.phase for g in pack.gates}


@lru_cache(maxsize=4096)
def _applicable(pack: LawPack, event: Event, record_class: RecordClass, role: RowRole) -> tuple[Rule, ...]:
    """Rules declared for the event, class and role, in the order of asking (the pack keeps them in it)."""
    return tuple(r for r in pack.rules if event in r.events and record_class in r.record_classes and role in r.roles)


def _reachable(pack: LawPack, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Without the rules that nothing can reach: gates behind those that always speak, duties and notes unasked."""
    phases = _phases(pack)
    open_ways = {(route, silence) for route in LegalRoute for silence in OnSilence}
    deciding: list[Rule] = []
    for r in rules:
        ways = {(route, silence) for route in r.routes for silence in r.on_silence}
        if phases[r.gate] is Phase.DECIDE and not open_ways.isdisjoint(ways):
            deciding.append(r)
            open_ways -= ways if r.always else set()
    wanted = {Phase.NOTE_RELEASED: any(r.releases for r in deciding)}
    wanted[Phase.SHARED] = wanted[Phase.KEEP] = any(r.leaves_rest for r in deciding)
    return (*deciding, *(r for r in rules if wanted.get(phases[r.gate], False)))

"""Costs against benefits of ways to handle a class: what the work costs, what loss it avoids, whom it keeps. Pure.

Rules kept:
- a way of handling changes the measured facts of a class; the risks are then scored by the same catalogue as the case's
  own, and the likelihood that comes out stands for a chance;
- an amount that falls due once for a person or for the case is borne by the classes by their values, so that rows add
  up to the total;
- what a customer is worth is spread over the classes by the values that the service needs; gains from values that have
  no ground are confiscated (PIPL Art. 66) and not counted;
- the plan is one of the ways: what it leaves and how much work it is are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from bequest.model.assessment import Figure, Measure
from bequest.steps.assess.catalogue import CHILDREN, Catalogue
from bequest.steps.assess.catalogue.costs import FACTS, KINDS, PLAN, WORK, Costs, Option
from bequest.steps.assess.score import score_risks

MILLE = Decimal(1000)
EXPOSED = ("no_ground", "unneeded", "outlived", "duty_broken")
"""Facts of which each value left is open to objection."""


@dataclass(frozen=True, slots=True)
class Work:
    """How much is done for a class, in parts of it from 0 to 1: of its persons (given, asked) or of its values."""

    given: Decimal
    asked: Decimal
    transformed: Decimal
    erased: Decimal
    kept: Decimal
    ways: tuple[str, ...] = ()
    """Of the plan: ids of the uniform ways that it makes use of."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """A way of handling a class of data, or the whole case (`group` empty). Amounts are CNY."""

    group: str
    option: str
    people: Mapping[str, Decimal]
    """Work of people by kind: technique, counsel, training."""
    handling: Decimal
    """What is done to values and said to people: by the piece."""
    loss: Decimal
    """Expected loss that is left."""
    avoided: Decimal
    """Expected loss against handling everything as it is."""
    persons: int
    kept: int
    """Customers who can be served and stay."""
    margin: Decimal
    """What they are worth, as far as this class of data serves them."""
    exposed: int
    """At least so many values are left without a ground, beyond need, kept too long, or destroyed under a duty."""

    @property
    def cost(self) -> Decimal:
        """All that the work costs."""
        return self.handling + sum(self.people.values(), Decimal(0))

    @property
    def net(self) -> Decimal:
        """Benefit less cost."""
        return self.avoided + self.margin - self.cost


def weigh(
    rules: Catalogue,
    costs: Costs,
    measures: Sequence[Measure],
    plan: Mapping[str, Work] | None,
    *,
    receiver: bool,
    goes_on: bool,
) -> tuple[CostLine, ...]:
    """Every class in every way that is open, the case's totals first.

    `plan`: the work the plan makes by class, None before there is one. `receiver`: somebody receives. `goes_on`:
    somebody serves the customers afterwards; else nobody is kept.
    """
    scene = _Scene.of(rules, costs, measures, goes_on=goes_on)
    open_ways = [o for o in costs.options if (plan is not None if o.id == PLAN else receiver or not o.receiver)]
    if not scene.groups:
        return ()
    left = {o.id: _left(costs, o, measures) for o in open_ways}
    losses = {o.id: _losses(scene, left[o.id]) for o in open_ways}
    base = losses[costs.options[0].id]
    by_way = {
        o.id: [
            _line(scene, o, g, plan[g] if o.id == PLAN and plan is not None else _work(costs, o), left[o.id],
                  losses[o.id][g], base[g])
            for g in scene.groups
        ]
        for o in open_ways
    }  # fmt: skip
    totals = [_total(scene, o, by_way[o.id]) for o in open_ways]
    return (*totals, *(by_way[o.id][n] for n in range(len(scene.groups)) for o in open_ways))


@dataclass(frozen=True, slots=True)
class _Scene:
    """The case as found. `by_values`: a class's part of all values; `worth`: its part of those that are needed."""

    rules: Catalogue
    costs: Costs
    facts: Mapping[tuple[str, str], Measure]
    groups: tuple[str, ...]
    by_values: Mapping[str, Decimal]
    worth: Mapping[str, Decimal]
    goes_on: bool

    @staticmethod
    def of(rules: Catalogue, costs: Costs, measures: Sequence[Measure], *, goes_on: bool) -> "_Scene":
        """Classes that hold values; people under 14 are in their own classes too, and are not counted twice."""
        facts = {(m.id, m.where): m for m in measures}
        values = {g.id: n for g in rules.groups if g.id != CHILDREN and (n := _before(facts, "values", g.id))}
        needed = {g: max(n - _before(facts, "unneeded", g), 0) for g, n in values.items()}
        return _Scene(rules, costs, facts, tuple(values), _parts(values), _parts(needed), goes_on)


def _parts(counts: Mapping[str, int]) -> dict[str, Decimal]:
    whole = sum(counts.values())
    return {name: Decimal(n) / whole if whole else Decimal(0) for name, n in counts.items()}


def _before(facts: Mapping[tuple[str, str], Measure], name: str, where: str) -> int:
    m = facts.get((name, where))
    return m.before.n if m is not None and m.before is not None else 0


def _after(facts: Mapping[tuple[str, str], Measure], name: str, where: str) -> int:
    m = facts.get((name, where))
    return m.after.n if m is not None and m.after is not None else 0


def _left(costs: Costs, option: Option, measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The measures with what this way leaves: of the classes' facts what it says, of all else what is there now."""
    if option.id == PLAN:
        return tuple(m if m.after is not None else replace(m, after=m.before) for m in measures)
    made = []
    for m in measures:
        share = costs.share(option.leaves.get(m.id, 1000)) if m.id in FACTS else MILLE
        made.append(replace(m, after=_part(m.before, share)))
    return tuple(made)


def _part(figure: Figure | None, share: Decimal) -> Figure | None:
    """So much of it, rounded up: somebody never becomes nobody."""
    if figure is None or share == MILLE:
        return figure
    return replace(figure, n=int((figure.n * share / MILLE).to_integral_value(ROUND_CEILING)))


def _losses(scene: _Scene, left: Sequence[Measure]) -> dict[str, Decimal]:
    """The expected loss of each class: chance of each risk times what it costs."""
    facts = {(m.id, m.where): m for m in left}
    found = dict.fromkeys(scene.groups, Decimal(0))
    by_risk = {loss.risk: loss for loss in scene.costs.losses}
    for risk in score_risks(scene.rules, left, planned=True):
        loss, score = by_risk.get(risk.kind), risk.scores[0].after
        if loss is None or score is None or not score.likelihood or risk.where not in found:
            continue
        chance = scene.costs.number(f"chance_{score.likelihood}") / MILLE
        present = _after(facts, scene.rules.kinds[risk.kind].present[0], risk.where)
        of, values = (_before(scene.facts, f, risk.where) for f in ("persons_of", "values"))
        persons = _share_of(of, present, values)
        each = scene.costs.number(loss.person) if loss.person else Decimal(0)
        found[risk.where] += chance * (each * persons + scene.costs.number(loss.once) * scene.by_values[risk.where])
    return found


def _share_of(persons: int, part: int, whole: int) -> int:
    """Persons behind a part of the values, as if values were spread evenly over them."""
    return -(-persons * min(part, whole) // whole)


def _work(costs: Costs, option: Option) -> Work:
    given, asked, transformed, erased, kept = (costs.share(option.work[name]) / MILLE for name in WORK)
    return Work(given, asked, transformed, erased, kept)


def _line(
    scene: _Scene, option: Option, group: str, work: Work, left: Sequence[Measure], loss: Decimal, base: Decimal
) -> CostLine:
    n = scene.costs.number
    persons, values = (_before(scene.facts, f, group) for f in ("persons_of", "values"))
    everybody = _before(scene.facts, "persons", "") * scene.by_values[group]
    piece = n("transform") * work.transformed + n("erase") * work.erased + n("keep") * n("keep_years") * work.kept
    kept = _staying(scene, option, persons * work.given)
    facts = {(m.id, m.where): m for m in left}
    ground = Decimal(min(_after(facts, "no_ground", group), values)) / values
    return CostLine(
        group=group,
        option=option.id,
        people={kind: hours * n(f"hour_{kind}") for kind, hours in _hours(scene.costs, option, work).items()},
        handling=(n("notice") + n("ask") * work.asked) * everybody + piece * values / 1000,
        loss=loss,
        avoided=base - loss,
        persons=persons,
        kept=kept,
        margin=n("customer") * kept * scene.worth[group] * (1 - ground),
        exposed=max(_after(facts, name, group) for name in EXPOSED),
    )


def _hours(costs: Costs, option: Option, work: Work) -> Mapping[str, Decimal]:
    """Of the plan: technique of every way it uses, of counsel and training the most that one of them takes."""
    if option.id != PLAN:
        return option.hours
    used = [o.hours for o in costs.options if o.id in work.ways]
    most = {kind: max((h[kind] for h in used), default=Decimal(0)) for kind in KINDS}
    return {**most, "technique": _sum(h["technique"] for h in used)}


def _staying(scene: _Scene, option: Option, given: Decimal) -> int:
    """Of the persons whose values are given those who stay; whole persons."""
    if not scene.goes_on:
        return 0
    leave = scene.costs.number(option.leave) if option.leave else Decimal(0)
    return int((given * (MILLE - leave) / MILLE).to_integral_value(ROUND_FLOOR))


def _total(scene: _Scene, option: Option, lines: Sequence[CostLine]) -> CostLine:
    """All classes together. A person counts once: those the plan gives nothing of are measured."""
    persons = _before(scene.facts, "persons", "")
    given = Decimal(persons)
    if option.id == PLAN:
        given -= _after(scene.facts, "customers_lost", "")
    else:
        given *= scene.costs.share(option.work["given"]) / MILLE
    return CostLine(
        group="",
        option=option.id,
        people={kind: _sum(x.people[kind] for x in lines) for kind in KINDS},
        handling=_sum(x.handling for x in lines),
        loss=_sum(x.loss for x in lines),
        avoided=_sum(x.avoided for x in lines),
        persons=persons,
        kept=_staying(scene, option, given),
        margin=_sum(x.margin for x in lines),
        exposed=sum(x.exposed for x in lines),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))

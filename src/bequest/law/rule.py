"""What a rule of law is here: a small dated function over facts that answers in outcome words, or is silent.

Rules kept:
- a rule declares the facts it reads; reading another fails;
- it declares what its answers may do (release something, leave the residue to the retention duties); doing more fails;
- it takes every number from `Params`; its texts name them as `{parameter.name}`;
- it sits at a gate; gates are asked in the pack's order and the first rule that speaks decides.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bequest.kernel.errors import LawError
from bequest.law.params import Params
from bequest.model.case import Event, LegalRoute, Lot, OnSilence
from bequest.model.disposition import Operator, ReasonStatus, Release
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind

NOT_IN_CASE = frozenset({RecordClass.STAFF, RecordClass.SUPPLIER, RecordClass.REFERENCE})
"""Tables that are no customer information: reported and left alone."""
IN_CASE = frozenset(RecordClass) - NOT_IN_CASE

_VALUES = {fact: frozenset(values) for fact, values in FACT_VALUES.items()}


class Rest(StrEnum):
    """Who says what remains at the source."""

    STATED = "stated"
    """The rule's own words say it."""
    BY_DUTY = "by_duty"
    """The retention duties: custody where one runs on the row, else deleted."""
    BY_DUTY_OR_SHARED = "by_duty_or_shared"
    """As by duty, but a row that the business outside the lot shares stays in use there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule says. Empty texts, articles and status are those of the rule.

    `until` names how the last day of custody is found (`retention:<band>`).
    """

    words: tuple[str, ...]
    rest: Rest = Rest.STATED
    operator: Operator = Operator.NONE
    fallback: Release | None = None
    until: str = ""
    open_points: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    status: ReasonStatus | None = None
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class LotView:
    """What a rule may know of the lot. `outside` is true for what lies in no lot, `abroad` where its receiver is.

    `other_basis`: its data is processed on a recorded basis other than consent (PIPL Art. 13(1)(2) to (7)).
    """

    outside: bool
    route: LegalRoute
    on_silence: OnSilence
    route_open: bool
    abroad: bool = False
    other_basis: bool = False


OUTSIDE = LotView(outside=True, route=LegalRoute.NONE, on_silence=OnSilence.RELEASE_NONE, route_open=False)


def lot_view(lot: Lot | None, *, abroad: bool = False) -> LotView:
    """The view of a lot that rules get. What goes abroad on consent needs a yes (Art. 39): there silence is none."""
    if lot is None:
        return OUTSIDE
    other = lot.basis.is_other_than_consent
    silence = OnSilence.RELEASE_NONE if abroad and not other else lot.on_silence
    return LotView(
        outside=False, route=lot.legal_route, on_silence=silence, route_open=lot.route_open, abroad=abroad,
        other_basis=other,
    )  # fmt: skip


class MissingFactError(LawError):
    """A rule reads a fact that the situation does not hold. A planner that grows situations asks again with it."""

    def __init__(self, fact: Fact, rule_id: str) -> None:
        super().__init__(
            f"the situation lacks the fact {fact.value}, which rule {rule_id} reads",
            hint="Build situations from the facts that `facts_read` names.",
            code="BQ-LAW-4",
        )
        self.fact = fact


class FactView:
    """The facts of a situation, open to one rule at a time and only as far as it declared."""

    __slots__ = ("_facts", "reader")

    reader: "Rule"
    """The rule that looks; set before each is asked."""

    def __init__(self, facts: Iterable[tuple[str, str]]) -> None:
        self._facts = dict(facts)

    def __getitem__(self, fact: Fact) -> str:
        """The value of a declared fact.

        Raises:
            LawError: where the rule did not declare it, or the situation does not hold it.
        """
        if fact not in self.reader.reads:
            raise LawError(
                f"rule {self.reader.id} reads the fact {fact.value} without declaring it",
                hint="Add the fact to `reads`, so that situations hold it.",
                code="BQ-LAW-4",
            )
        try:
            return self._facts[fact]
        except KeyError:
            raise MissingFactError(fact, self.reader.id) from None

    def has(self, fact: Fact, *values: str) -> bool:
        """Whether the fact has one of these values.

        Raises:
            LawError: also where a value is none the fact can take (a misspelt one would never match).
        """
        if not _VALUES[fact].issuperset(values):
            raise LawError(
                f"rule {self.reader.id} asks whether {fact.value} is {' or '.join(values)}, which it can never be",
                hint=f"It takes {', '.join(FACT_VALUES[fact])}.",
                code="BQ-LAW-4",
            )
        return self[fact] in values


RuleFunction = Callable[[FactView, FieldKind, Params, LotView], Answer | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rule:
    """A rule with all it declares; see `rule`."""

    id: str
    gate: str
    reads: frozenset[Fact]
    events: frozenset[Event]
    record_classes: frozenset[RecordClass]
    roles: frozenset[RowRole]
    routes: frozenset[LegalRoute]
    on_silence: frozenset[OnSilence]
    reference: tuple[str, ...]
    status: ReasonStatus
    since: date
    until: date | None
    only_if: str
    only_abroad: bool
    always: bool
    releases: bool
    leaves_rest: bool
    zh: str
    en: str
    function: RuleFunction
    source: str = ""
    """The module that holds it, relative to the pack."""

    def is_in_force(self, on: date) -> bool:
        """Whether the rule applies on that date."""
        return self.since <= on and (self.until is None or on <= self.until)

    def is_for(self, lot: LotView) -> bool:
        """Whether the rule applies to lots of this route, this meaning of silence and a receiver there."""
        here = lot.abroad or not self.only_abroad
        return here and lot.route in self.routes and lot.on_silence in self.on_silence

    def kept_in(self, source: str) -> "Rule":
        """The same rule with the module that holds it."""
        return replace(self, source=source)


def rule(
    id: str,  # noqa: A002 - the word a lawyer expects
    *,
    gate: str,
    reads: Iterable[Fact],
    events: Iterable[Event],
    reference: tuple[str, ...],
    status: ReasonStatus,
    since: date,
    zh: str,
    en: str,
    until: date | None = None,
    record_classes: Iterable[RecordClass] = IN_CASE,
    roles: Iterable[RowRole] = tuple(RowRole),
    routes: Iterable[LegalRoute] = tuple(LegalRoute),
    on_silence: Iterable[OnSilence] = tuple(OnSilence),
    only_if: str = "",
    only_abroad: bool = False,
    always: bool = False,
    releases: bool = False,
    leaves_rest: bool = False,
) -> Callable[[RuleFunction], Rule]:
    """Make a function a rule.

    `id` is a name with dots, unique in the pack; `gate` is where it is asked (`gates.yaml`); `reads` are all facts it
    may read. It can apply only to the `events`, `record_classes`, `roles`, `routes` and `on_silence` named, between
    `since` and `until`, where `only_if` names a switch parameter only while that is true, and with `only_abroad` only
    where the receiver is outside the mainland. `reference` are the articles, numbered as in the text in force today,
    `status` how sure they are, `zh` and `en` the reason in words.

    `always`: it speaks whatever the facts, so nothing behind it can apply to these records on its routes.
    `releases`: an answer may let something go to the receiver.
    `leaves_rest`: an answer may leave the residue to the retention duties.
    """

    def made(function: RuleFunction) -> Rule:
        return Rule(
            id=id,
            gate=gate,
            reads=frozenset(reads),
            events=frozenset(events),
            record_classes=frozenset(record_classes),
            roles=frozenset(roles),
            routes=frozenset(routes),
            on_silence=frozenset(on_silence),
            reference=reference,
            status=status,
            since=since,
            until=until,
            only_if=only_if,
            only_abroad=only_abroad,
            always=always,
            releases=releases,
            leaves_rest=leaves_rest,
            zh=zh,
            en=en,
            function=function,
        )

    return made

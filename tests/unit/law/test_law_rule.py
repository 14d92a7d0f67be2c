from datetime import date

import pytest

from bequest.kernel.errors import LawError
from bequest.law.evaluate import decide
from bequest.law.loader import load_pack
from bequest.law.outcomes import WORDS
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, Rest, Rule, rule
from bequest.model.case import Event, LegalRoute, Lot
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind, SituationKey

PHONE = FieldKind(FieldClass.PHONE, True, False, Need.NEEDED)
FACTS = tuple((f.value, v[0]) for f, v in FACT_VALUES.items())
LOT = Lot(id="lot", receiver="buyer", legal_route=LegalRoute.PIPL_22)


def made(answer: Answer | None = None, *, peek: Fact | None = None, value: str = "", **declared: object) -> Rule:
    """A rule for one test: it looks at `peek` and answers `answer`."""

    def function(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
        if peek is not None:
            facts.has(peek, value or FACT_VALUES[peek][0])
        return answer

    settings: dict[str, object] = {
        "gate": "scope",
        "reads": (),
        "events": {Event.E5},
        "reference": ("PIPL-22",),
        "status": ReasonStatus.VERIFIED,
        "since": date(2021, 11, 1),
        "zh": "测试",
        "en": "test",
    }
    return rule("test.rule", **(settings | declared))(function)  # type: ignore[arg-type]


def decide_with(first: Rule) -> object:
    """The decision of the pack with one more rule asked before all others."""
    from dataclasses import replace

    pack = load_pack("cn")
    situation = SituationKey(RecordClass.ORDER, RowRole.CUSTOMER, "lot", FACTS)
    changed = replace(pack, rules=(first, *pack.rules))
    return decide(changed, event="E5", on=date(2026, 12, 31), lot=LOT, situation=situation, field=PHONE)


def test_reading_a_fact_that_was_not_declared_fails() -> None:
    with pytest.raises(LawError, match="reads the fact objection without declaring it") as wrong:
        decide_with(made(peek=Fact.OBJECTION))
    assert wrong.value.code == "BQ-LAW-4"


def test_reading_a_declared_fact_is_fine() -> None:
    decide_with(made(peek=Fact.OBJECTION, reads={Fact.OBJECTION}))


def test_asking_for_a_value_the_fact_never_takes_fails() -> None:
    with pytest.raises(LawError, match="can never be"):
        decide_with(made(peek=Fact.OBJECTION, value="objcted", reads={Fact.OBJECTION}))


def test_a_rule_may_not_release_without_declaring_it() -> None:
    with pytest.raises(LawError, match="releases without declaring"):
        decide_with(made(Answer(("transfer_on_notice", "delete"))))


def test_a_rule_may_not_leave_the_residue_open_without_declaring_it() -> None:
    with pytest.raises(LawError, match="leaves the residue open without declaring"):
        decide_with(made(Answer(("exclude",), rest=Rest.BY_DUTY)))


def test_a_rule_that_says_too_little_fails() -> None:
    with pytest.raises(LawError, match="leave the residue open"):
        decide_with(made(Answer(("exclude",))))


def test_a_rule_with_a_word_nobody_knows_fails() -> None:
    assert "give_away" not in WORDS
    with pytest.raises(LawError, match="not an outcome word"):
        decide_with(made(Answer(("give_away",))))


def test_a_rule_that_names_an_unknown_parameter_fails() -> None:
    with pytest.raises(LawError, match=r"cn\.pipl\.no_such_number"):
        decide_with(made(Answer(("no_transfer",)), en="{cn.pipl.no_such_number}"))


OUT_OF_FORCE = {
    "not yet": {"since": date(2027, 1, 1)},
    "no more": {"until": date(2026, 12, 30)},
    "switched off": {"only_if": "cn.pipl.sensitive_in_art22_needs_separate_consent"},
    "another route": {"routes": {LegalRoute.PIPL_23}},
    "another event": {"events": {Event.E2}},
    "another class of record": {"record_classes": {RecordClass.TICKET}},
    "another role": {"roles": {RowRole.CONSIGNEE}},
}


@pytest.mark.parametrize("declared", OUT_OF_FORCE.values(), ids=OUT_OF_FORCE)
def test_a_rule_that_does_not_apply_is_not_asked(declared: dict[str, object]) -> None:
    got = decide_with(made(Answer(("block",)), **declared))
    assert got == decide_with(made(None))


def test_a_rule_that_applies_is_asked_first() -> None:
    assert decide_with(made(Answer(("block",)))) != decide_with(made(None))

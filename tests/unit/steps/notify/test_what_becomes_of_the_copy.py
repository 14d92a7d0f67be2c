"""What the letter says of the copy at the source is what the rules do: of what is not listed, and after a refusal."""

from dataclasses import replace

import pytest
from tests.unit.steps.notify.notice_cases import BY_CONSENT, SALE, SHOP, notice_of

from bequest.law.evaluate import law_for
from bequest.law.loader import load_pack
from bequest.law.switches import with_switches
from bequest.model.case import Case, Event, Lot, OnSilence
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import Disposition, Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind
from bequest.model.switch import Switch
from bequest.steps.notify.content import Notice

OFF = Switch(name="cn.pipl.part_sale_goes_on", value=False, by="legal-1", reason="the whole shop went")
ASKED = replace(SHOP, on_silence=OnSilence.RELEASE_NONE)


def case_of(event: Event, lot: Lot, *switches: Switch) -> Case:
    return replace(SALE, event=event, lots=(lot,), switches=switches)


ENDS_WITH_IT = {
    "a business passes": case_of(Event.E5, SHOP),
    "a business passes, all are asked": case_of(Event.E5, ASKED),
    "a part of a business, counsel reads it as a succession": case_of(Event.E5, BY_CONSENT, OFF),
    "a merger": case_of(Event.E3, SHOP),
    "bankruptcy with a buyer": case_of(Event.E8, SHOP),
    "bankruptcy, by consent": case_of(Event.E8, BY_CONSENT),
    "an account rides on a succession": case_of(Event.E11, SHOP),
}
GOES_ON = {
    "a part of a business": case_of(Event.E5, BY_CONSENT),
    "a list is sold": case_of(Event.E10, BY_CONSENT),
    "an account moves by consent": case_of(Event.E11, BY_CONSENT),
}
SHARING = {"shared inside a group": case_of(Event.E13, BY_CONSENT)}
ALL_CASES = ENDS_WITH_IT | GOES_ON | SHARING

NOT_LISTED = {
    "not needed": (RecordClass.CUSTOMER_PROFILE, FieldClass.PHONE, Need.NOT_NEEDED),
    "a password": (RecordClass.CUSTOMER_PROFILE, FieldClass.PASSWORD_SECRET, Need.NEEDED),
    "a network log": (RecordClass.WEB_LOG, FieldClass.DEVICE_ID, Need.NEEDED),
}
OVER_COLLECTED = (RecordClass.CUSTOMER_PROFILE, FieldClass.PHONE, Need.OVER_COLLECTED)
YES, NO_ANSWER, REFUSED = ({Fact.CONSENT_TRANSFER: v} for v in ("given", "silent", "refused"))


def decided(case: Case, what: tuple[RecordClass, FieldClass, Need], facts: dict[Fact, str]) -> Disposition:
    record, cls, need = what
    ask = law_for(
        with_switches(load_pack("cn"), tuple((s.name, s.value) for s in case.switches)),
        event=case.event, on=case.effective_on, lot=case.lots[0], record_class=record, role=RowRole.CUSTOMER,
    )  # fmt: skip
    known = {f: values[0] for f, values in FACT_VALUES.items()} | {
        Fact.KIND: "customer", Fact.AGE_BAND: "adult", Fact.NOTICE: "delivered",
    }  # fmt: skip
    field = FieldKind(cls, personal=True, sensitive=False, need=need)
    return ask(known | facts, field).disposition


def item(notice: Notice, item_id: str) -> tuple[str, str]:
    return next((i.zh, i.en) for i in notice.items if i.id == item_id)


@pytest.mark.parametrize("case", ALL_CASES.values(), ids=ALL_CASES)
def test_what_is_not_listed_is_said_to_be_deleted_where_the_rules_delete_it(case: Case) -> None:
    zh, en = item(notice_of(case), "what_is_passed_on")
    after_a_yes = {decided(case, what, YES).residue for what in NOT_LISTED.values()}
    assert after_a_yes in ({Residue.DELETE}, {Residue.IN_USE})
    assert ("依法须留存的以外一律删除" in zh) == ("deleted unless a law says to keep it" in en)
    assert ("依法须留存的以外一律删除" in zh) == (after_a_yes == {Residue.DELETE})
    without = {decided(case, what, NO_ANSWER).residue for what in NOT_LISTED.values()}
    stays = without == {Residue.IN_USE}
    assert ("照旧由原公司处理和保存" in zh) == stays
    assert ("stays" in en and "with the company you know" in en) == stays
    kept = decided(case, NOT_LISTED["a network log"], YES | {Fact.RETENTION: "log_6m"}).residue
    assert kept == (Residue.IN_USE if after_a_yes == {Residue.IN_USE} else Residue.CUSTODY)


@pytest.mark.parametrize("case", ALL_CASES.values(), ids=ALL_CASES)
def test_what_was_collected_beyond_any_purpose_is_deleted_with_a_yes_and_the_letter_says_so(case: Case) -> None:
    zh, en = item(notice_of(case), "what_is_passed_on")
    assert decided(case, OVER_COLLECTED, YES).residue is Residue.DELETE
    assert ("只有超出目的收集的，在您的信息移交时由原公司删除" in zh) == (case.event is Event.E13)
    assert ("only what was collected beyond any purpose is deleted" in en) == (case.event is Event.E13)


PASSES = (RecordClass.CUSTOMER_PROFILE, FieldClass.PHONE, Need.NEEDED)
WHERE_ASKED = {name: case for name, case in ALL_CASES.items() if case.lots[0].asks_consent}


@pytest.mark.parametrize("answer", [NO_ANSWER, REFUSED], ids=["silent", "refused"])
@pytest.mark.parametrize("case", WHERE_ASKED.values(), ids=WHERE_ASKED)
def test_silence_and_a_refusal_are_said_to_delete_where_the_rules_delete(case: Case, answer: dict[Fact, str]) -> None:
    notice = notice_of(case)
    d = decided(case, PASSES, answer)
    assert (d.release, d.residue in {Residue.DELETE, Residue.IN_USE}) == (Release.NONE, True)
    deleted = d.residue is Residue.DELETE
    assert ("原处的一份删除（依法须留存的除外）" in notice.silence_zh) == deleted
    assert ("the copy at the source is deleted, save what the law keeps" in notice.silence_en) == deleted
    assert ("照旧由原公司处理" in notice.silence_zh) is not deleted
    zh, en = item(notice, "separate_consent_action" if "PIPL-23" in notice.route else "how_to_object")
    assert ("不同意不影响任何已有的服务" in zh) is not deleted
    assert ("A refusal costs you no service" in en) is not deleted
    assert ("服务（如会员权益）随之停止" in zh) == deleted
    assert ("such as a membership, end with it" in en) == deleted


@pytest.mark.parametrize("case", [c for c in ALL_CASES.values() if not c.lots[0].asks_consent])
def test_an_objection_is_not_said_to_cost_nothing_where_it_deletes(case: Case) -> None:
    assert decided(case, PASSES, {Fact.OBJECTION: "objected"}).residue is Residue.DELETE
    zh, en = item(notice_of(case), "how_to_object")
    assert "反对不影响任何已有的服务" not in zh
    assert "costs you no service" not in en
    assert "依法享有的售后等权利" in zh
    assert "rights by law" in en

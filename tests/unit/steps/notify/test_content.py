"""A notice says every item its route requires, in both languages, and nothing that the case does not do."""

import itertools
import re
from dataclasses import replace

import pytest
from tests.unit.steps.notify.notice_cases import (
    ALL,
    BUYER,
    BY_CONSENT,
    SALE,
    SELLER,
    SHARES,
    SHOP,
    facts_of,
    notice_of,
    required,
)

from bequest.kernel.errors import CaseFileError
from bequest.law.evaluate import law_for
from bequest.law.loader import load_pack
from bequest.model.case import Event, LegalRoute, Lot, OnSilence
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import Release, Residue
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind
from bequest.steps.notify.content import RequiredItem, compose
from bequest.steps.notify.letters import body
from bequest.steps.notify.special_texts import SPECIAL_COMPOSERS
from bequest.steps.notify.texts import COMPOSERS

HAN = re.compile(r"[\u4e00-\u9fff]")
CONDITIONS = [dict(zip(ALL, on, strict=True)) for on in itertools.product([False, True], repeat=len(ALL))]


@pytest.mark.parametrize(
    ("case", "route"),
    [
        pytest.param(SALE, "PIPL-22", id="a business passes on"),
        pytest.param(SHARES, "PIPL-17", id="shares pass on"),
        pytest.param(replace(SALE, lots=(BY_CONSENT,)), "PIPL-23", id="a list passes on"),
    ],
)
@pytest.mark.parametrize("conditions", CONDITIONS, ids=lambda c: "+".join(k for k, v in c.items() if v) or "plain")
def test_every_item_the_law_requires_has_its_text_in_both_languages(case, route, conditions) -> None:
    items = required(route, **conditions)
    notice = compose(facts_of(case), items, route=route)
    said = {(i.zh, i.en) for i in notice.items}
    for item in items:
        zh, en = COMPOSERS[item.id](facts_of(case))
        assert (zh, en) in said
        assert zh.strip()
        assert re.search(r"[A-Za-z0-9]", en)
    for item in notice.items:
        assert (item.label_zh, item.label_en, item.article) in {(r.zh, r.en, r.article) for r in items}
    assert notice.route == route


def test_every_item_of_the_law_pack_has_somebody_who_writes_it() -> None:
    ids = {
        t.id
        for t in load_pack().notices
        if any(n.route in {"PIPL-17", "PIPL-22", "PIPL-23", "KIDS", "ENDING"} for n in t.needs)
    }
    assert ids <= set(COMPOSERS | SPECIAL_COMPOSERS)


def test_no_text_is_said_twice() -> None:
    texts = [(i.zh, i.en) for i in notice_of(SALE).items]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("case", "missing"),
    [
        (replace(SALE, transferor=replace(SELLER, contact="")), {"processor_contact", "rights_ways_and_procedure",
                                                                  "contact_of_both_sides", "kids_correct_delete"}),
        (replace(SALE, receivers=(replace(BUYER, contact=""),)), {"receiver_contact", "rights_ways_and_procedure",
                                                                  "contact_of_both_sides", "kids_correct_delete"}),
        (replace(SALE, lots=(replace(SHOP, purposes=()),)), {"purpose", "method", "unchanged_purpose"}),
        (replace(SHARES, transferor=replace(SELLER, contact=" ")), {"processor_contact"}),
    ],
)  # fmt: skip
def test_what_the_case_file_does_not_say_stops_the_notice_and_is_named(case, missing) -> None:
    with pytest.raises(CaseFileError) as caught:
        notice_of(case)
    named = set(caught.value.message.removeprefix("the notice lacks ").split(", "))
    assert missing <= named
    assert caught.value.hint


def test_what_happens_is_read_first_and_what_guardians_need_last() -> None:
    ids = [i.id for i in notice_of(SALE).items]
    assert ids[:4] == ["event_type_and_date", "receiver_name", "receiver_contact", "what_is_passed_on"]
    last = [i.startswith(("kids_", "guardian_")) for i in ids]
    assert any(last)
    assert last == sorted(last)


def test_only_what_passes_is_said_to_pass() -> None:
    facts = replace(facts_of(SALE), categories=(*facts_of(SALE).categories, ("密码", "password")))
    told = {i.id: i for i in compose(facts, required("PIPL-22", **ALL), route="PIPL-22").items}
    assert "密码" in told["pi_categories"].zh
    passed = told["what_is_passed_on"]
    assert "姓名、手机号；其中手机号先遮盖" in passed.zh
    assert "密码" not in passed.zh
    assert "of these, phone only masked or in part" in passed.en


def test_a_lot_without_categories_is_no_notice() -> None:
    with pytest.raises(CaseFileError, match="pi_categories"):
        compose(replace(facts_of(SALE), categories=()), required("PIPL-22"), route="PIPL-22")


def test_an_item_nobody_can_write_is_named() -> None:
    with pytest.raises(CaseFileError, match="the notice lacks an_item_of_next_year"):
        compose(
            facts_of(SALE), [RequiredItem("an_item_of_next_year", "新项目", "new item", "PIPL-99")], route="PIPL-22"
        )


@pytest.mark.parametrize(
    "words",
    [
        ["接收方", "签收", "反对这次移交", "移交以后", "移交继续", "回复“反对”"],
        ["receiver", "handover", "passes on", "pass on", "copy at the source"],
    ],
)
def test_where_nothing_moves_no_text_speaks_of_a_receiver_or_a_handover(words) -> None:
    text = body(notice_of(SHARES))
    assert [w for w in words if w in text] == []
    assert "没有移交给任何人" in text
    assert "nothing is handed to anybody" in text


def test_a_share_deal_moves_nothing_even_where_the_case_file_names_a_lot() -> None:
    lot = replace(SHOP, legal_route=LegalRoute.PIPL_17)
    case = replace(SHARES, receivers=(BUYER,), lots=(lot,))
    assert notice_of(case, "PIPL-17") == notice_of(SHARES, "PIPL-17")


def test_method_and_purpose_are_both_said_in_a_share_deal() -> None:
    item = next(i for i in notice_of(SHARES).items if i.id == "purpose")
    assert "目的和方式" in item.zh
    assert "methods" in item.en


@pytest.mark.parametrize(
    ("case", "zh", "en", "asks"),
    [
        (SALE, "没有收到您的反对，您的信息按上面所说移交", "If we hear no objection", False),
        (replace(SALE, lots=(replace(SHOP, on_silence=OnSilence.RELEASE_NONE),)), "没有收到您的同意，您的信息不移交",
         "your data does not pass on", True),
        (replace(SALE, lots=(BY_CONSENT,)), "没有收到您的同意，您的信息不移交", "your data does not pass on", True),
        (SHARES, "没有移交给任何人", "you need not do anything", False),
    ],
    ids=["on notice", "silence is no", "by consent", "shares"],
)  # fmt: skip
def test_people_are_told_what_their_silence_means(case, zh, en, asks) -> None:
    notice = notice_of(case)
    assert zh in notice.silence_zh
    assert en in notice.silence_en
    assert notice.asks_consent == asks
    text = body(notice)
    assert ("“同意移交”" in text) == asks
    assert ("“反对”" in text) == (not asks and bool(notice.lot))
    if notice.lot:
        assert "之日起 15 日内" in notice.silence_zh, "each person's own window"
        assert "within 15 days of receiving this letter" in notice.silence_en


def test_separate_consent_is_asked_for_and_not_called_needless() -> None:
    item = next(i for i in notice_of(replace(SALE, lots=(BY_CONSENT,))).items if i.id == "separate_consent_action")
    assert "不回复就是不同意" in item.zh
    assert "needs your consent" in item.en


@pytest.mark.parametrize("new", [(), ("联合营销",)])
def test_a_new_purpose_is_asked_for_separately_and_only_where_there_is_one(new) -> None:
    case = replace(SALE, lots=(replace(SHOP, new_purposes=new),))
    text = {i.id: i for i in notice_of(case).items}
    assert ("联合营销" in text["receiver_purpose"].zh) == bool(new)
    assert ("不回复就是不同意" in text["new_consent_action"].zh) == bool(new)


@pytest.mark.parametrize("sensitive", [(), (("身份证号", "national ID"), ("健康", "health"))])
def test_sensitive_classes_are_named_in_both_languages(sensitive) -> None:
    notice = compose(facts_of(SALE, sensitive=sensitive), required("PIPL-22", **ALL), route="PIPL-22")
    item = next(i for i in notice.items if i.id == "necessity_of_sensitive")
    if sensitive:
        assert "身份证号、健康" in item.zh
        assert "national ID, health" in item.en
    else:
        assert "不涉及" in item.zh


def test_the_keeper_is_the_custodian_where_there_is_one() -> None:
    keeper = replace(BUYER, id="keeper", name="示例档案有限公司", name_en="Example Archive Ltd.")
    with_keeper = {i.id: i for i in notice_of(replace(SALE, custodian=keeper)).items}["retention_period"]
    without = {i.id: i for i in notice_of(SALE).items}["retention_period"]
    assert "示例档案有限公司" in with_keeper.zh
    assert "Example Archive Ltd. The" in with_keeper.en
    assert SELLER.name in without.zh


@pytest.mark.parametrize("case", [SALE, SHARES, replace(SALE, lots=(BY_CONSENT,))])
def test_no_english_text_ends_in_a_stop_and_no_chinese_one_either(case) -> None:
    """The letter puts it."""
    text = body(notice_of(case))
    assert ".." not in text
    assert "。。" not in text
    for item in notice_of(case).items:
        assert not item.zh.endswith("。")


@pytest.mark.parametrize("case", [SALE, SHARES])
def test_english_texts_hold_chinese_only_where_the_case_file_does(case) -> None:
    lots = tuple(
        replace(lot, purposes=("after-sales",), new_purposes=("ads",), methods=("file",), route_reason="line")
        for lot in case.lots
    )
    plain = replace(case, title="Sale", complaint_authority="the authority", lots=lots)
    assert [i.id for i in notice_of(plain).items if HAN.search(i.en)] == []


def test_the_version_is_that_of_the_wording() -> None:
    one, same = notice_of(SALE), notice_of(SALE)
    assert one.version == same.version
    assert re.fullmatch(r"[0-9a-f]{64}", one.version)
    later = compose(replace(facts_of(SALE), answer_days=20), required("PIPL-22", **ALL), route="PIPL-22")
    others = {
        later.version,
        notice_of(replace(SALE, rehearsal=True)).version,
        notice_of(replace(SALE, receivers=(replace(BUYER, contact="office@buyer.example.com"),))).version,
    }
    assert len(others | {one.version}) == 4


def test_the_letter_says_what_an_objection_does_and_whose_the_days_are_before_anybody_objects() -> None:
    facts = replace(
        facts_of(SALE),
        objections=(("合同仍在履行：仍须移交", "a running contract: still passes"),),
        law_names_no_days=True,
    )
    made = compose(facts, required("PIPL-22", **ALL), route="PIPL-22")
    [item] = [i for i in made.items if i.id == "how_to_object"]
    assert "合同仍在履行：仍须移交" in item.zh
    assert "法律没有规定天数" in item.zh
    assert "a running contract: still passes" in item.en
    assert "the law names none" in item.en
    assert "我们就不移交您的信息" not in item.zh


REFUSALS = {
    "a list is sold": (Event.E10, BY_CONSENT, False),
    "shared inside a group": (Event.E13, BY_CONSENT, False),
    "an account moves by consent": (Event.E11, BY_CONSENT, False),
    "an account rides on a succession": (Event.E11, SHOP, True),
    "a business passes": (Event.E5, SHOP, True),
}


@pytest.mark.parametrize(("event", "lot", "deleted"), REFUSALS.values(), ids=REFUSALS)
def test_guardians_read_what_the_rules_do_with_the_copy_at_the_source(event: Event, lot: Lot, deleted: bool) -> None:
    notice = notice_of(replace(SALE, event=event, lots=(lot,)))
    said = next(i for i in notice.items if i.id == "kids_refusal_consequence")
    assert ("原处的一份删除" in said.zh) is deleted
    assert ("copy at the source is deleted" in said.en) is deleted
    assert ("照旧由原公司处理" in said.zh) is not deleted
    assert ("stays with the company you know" in said.en) is not deleted
    known = {f: values[0] for f, values in FACT_VALUES.items()}
    ask = law_for(
        load_pack("cn"), event=event, on=SALE.effective_on, lot=lot, record_class=RecordClass.ADDRESS_BOOK,
        role=RowRole.CUSTOMER,
    )  # fmt: skip
    facts = {**known, Fact.AGE_BAND: "under_14", Fact.GUARDIAN_CONSENT: "refused", Fact.NOTICE: "delivered"}
    decided = ask(facts, FieldKind(FieldClass.PHONE, personal=True, sensitive=False, need=Need.NEEDED)).disposition
    assert (decided.release, decided.residue is Residue.DELETE) == (Release.NONE, deleted)
    assert decided.residue in {Residue.DELETE, Residue.IN_USE}

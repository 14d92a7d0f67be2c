"""What the portal is told of a case, and what a letter says first."""

from dataclasses import replace

import polars as pl
import pytest
from tests.unit.documents.sample_report import sample_report

from bequest.app.phases import Phase
from bequest.app.portal.choices import Ask
from bequest.app.portal.done import outcome_texts
from bequest.app.portal.open_card import Situation, normal_datum
from bequest.app.portal.page import is_quiet, make_page, opens_until
from bequest.kernel.canonical import digest
from bequest.law.evaluate import law_for
from bequest.law.loader import load_pack
from bequest.model.basis import Basis
from bequest.model.case import Event, LegalRoute, OnSilence, SystemKind
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import Release
from bequest.model.facts import FACT_VALUES, Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind
from bequest.model.switch import Switch
from bequest.steps.notify.answers import ANSWERS
from bequest.steps.notify.content import Notice, NoticeItem
from bequest.steps.notify.letters import body, fill, short_text
from bequest.web.portal.effects import effect_of

CASE = sample_report(Event.E5).case
NOTICE = Notice(
    case_id="c", lot="l", route="PIPL-22", title_zh="告知", title_en="Notice",
    items=(NoticeItem("processor_name", "PIPL-17", "名称", "name", "康宁精神专科医院，信用代码", "hospital"),),
    silence_zh="不答复就移交。", silence_en="No answer: it passes on.", asks_consent=False, rehearsal=False,
    portal="https://p.example",
)  # fmt: skip
PEOPLE = pl.DataFrame({"name": ["王小明"], "ref": ["AB12"], "link": ["https://p.example/o/00ff"]})


@pytest.mark.parametrize(("industry", "quiet"), [
    ("e-commerce", False), ("logistics", False), ("private hospital", True), ("互联网医疗", True), ("消费金融", True),
])  # fmt: skip
def test_sensitive_industries_are_known(industry: str, quiet: bool) -> None:
    assert is_quiet(replace(CASE, industry=industry)) is quiet


def test_a_medical_store_makes_a_case_quiet_whatever_its_industry() -> None:
    sources = (replace(CASE.sources[0], system_kind=SystemKind.MEDICAL_RECORD), *CASE.sources[1:])
    assert is_quiet(replace(CASE, industry="services", sources=sources))


def test_the_first_text_of_a_sensitive_industry_tells_nothing() -> None:
    [text] = fill(short_text(replace(NOTICE, quiet=True)), PEOPLE)
    assert "https://p.example/o/00ff" in text
    for told in ("医院", "精神", "王小明", "移交", "信息"):
        assert told not in text


def test_a_letter_bears_the_persons_own_link_and_the_public_notice_none() -> None:
    [letter] = fill(body(NOTICE), PEOPLE)
    assert letter.count("https://p.example/o/00ff") == 2
    assert "{{" not in letter
    assert "/o/" not in body(replace(NOTICE, portal=""))


@pytest.mark.parametrize(("typed", "kept"), [
    (" A@B.Example ", "a@b.example"), ("138 0000-1111", "13800001111"), ("+86 138 0000 1111", "13800001111"), ("", ""),
])  # fmt: skip
def test_a_datum_is_read_as_people_type_it(typed: str, kept: str) -> None:
    assert normal_datum(typed) == kept


def test_cards_stay_open_after_the_handover() -> None:
    assert (opens_until(CASE) - max(CASE.effective_on, CASE.cutover_not_after or CASE.effective_on)).days == 90


def test_what_was_done_is_said_per_lot() -> None:
    names = {"a": ("甲", "A Ltd"), "b": ("乙", "B Ltd")}
    assert outcome_texts("", names) == []
    [(zh, en)] = outcome_texts("passed_on", {"a": names["a"]})
    assert "甲" in zh
    assert "A Ltd" in en
    both = outcome_texts("a:passed_on/b:deleted", names)
    assert "甲" in both[0][0]
    assert "没有移交" in both[1][0]


SENSITIVE_ASKED = {
    "a succession": ("PIPL-22", Basis.CONSENT, OnSilence.PROCEED, False, False),
    "a succession, read strictly": ("PIPL-22", Basis.CONSENT, OnSilence.PROCEED, True, True),
    "provision on consent: all of it is asked": ("PIPL-23", Basis.CONSENT, OnSilence.RELEASE_NONE, False, False),
    "provision on a contract": ("PIPL-23", Basis.CONTRACT, OnSilence.PROCEED, False, True),
    "provision on a contract, counsel asks for all": ("PIPL-23", Basis.CONTRACT, OnSilence.RELEASE_NONE, False, False),
}


@pytest.mark.parametrize(
    ("route", "basis", "silence", "strict", "asked"), SENSITIVE_ASKED.values(), ids=SENSITIVE_ASKED
)
def test_what_is_sensitive_is_asked_apart_where_notice_is_enough_for_the_rest(
    route: str, basis: Basis, silence: OnSilence, strict: bool, asked: bool
) -> None:
    switch = Switch(name="cn.pipl.sensitive_in_art22_needs_separate_consent", value=True, reason="从严", by="legal-1")
    lots = (replace(CASE.lots[0], legal_route=LegalRoute(route), basis=basis, on_silence=silence),)
    case = replace(CASE, lots=lots, switches=(switch,) if strict else ())
    [lot] = make_page(case, {}, "").lots
    assert lot.asks_sensitive is asked
    assert not (lot.asks_sensitive and lot.asks_consent)


def test_a_yes_to_sensitive_fields_is_taken_back_without_refusing_the_rest() -> None:
    assert ANSWERS["consent_sensitive"] == ANSWERS["consent_transfer"]
    fact, value = ANSWERS["refuse_sensitive"]
    assert (fact, value) == (Fact.CONSENT_TRANSFER, "silent")
    field = FieldKind(FieldClass.PHONE, personal=True, sensitive=False, need=Need.NEEDED)
    secret = replace(field, cls=FieldClass.HEALTH, sensitive=True)
    lot = replace(
        CASE.lots[0], id="lot", legal_route=LegalRoute.PIPL_23, basis=Basis.CONTRACT, on_silence=OnSilence.PROCEED
    )
    said = law_for(
        load_pack("cn"), event=Event.E5, on=CASE.effective_on, lot=lot, record_class=RecordClass.ORDER,
        role=RowRole.CUSTOMER,
    )  # fmt: skip
    known = {f: values[0] for f, values in FACT_VALUES.items()} | {Fact.NOTICE: "delivered", Fact.AGE_BAND: "adult"}

    def release(kind: FieldKind, transfer: str) -> Release:
        return said({**known, Fact.CONSENT_TRANSFER: transfer}, kind).disposition.release

    given = ANSWERS["consent_sensitive"][1]
    assert (release(field, given), release(secret, given)) == (Release.AS_IS, Release.AS_IS)
    assert (release(field, value), release(secret, value)) == (Release.AS_IS, Release.NONE)
    assert (release(field, "refused"), release(secret, "refused")) == (Release.NONE, Release.NONE)


OFF = Switch(name="cn.pipl.part_sale_goes_on", value=False, reason="整店", by="legal-1")
REFUSED = {
    "a part of a business": (Event.E5, "PIPL-23", (), True),
    "a part of a business, counsel reads it as a succession": (Event.E5, "PIPL-23", (OFF,), False),
    "a succession in which all are asked": (Event.E5, "PIPL-22", (), False),
    "a list": (Event.E10, "PIPL-23", (), True),
}


@pytest.mark.parametrize(("event", "route", "switches", "stays"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_said_to_cost_no_service_only_where_the_company_goes_on(
    event: Event, route: str, switches: tuple[Switch, ...], stays: bool
) -> None:
    lots = (replace(CASE.lots[0], legal_route=LegalRoute(route), on_silence=OnSilence.RELEASE_NONE),)
    page = make_page(replace(CASE, event=event, lots=lots, switches=switches), {}, "")
    at = Situation(page, NOTICE, digest(page), "", tuple(lot.id for lot in lots), Phase.OPEN, False, CASE.effective_on)
    for lang, costs_nothing in (("zh", "不影响任何已有的服务"), ("en", "It costs you no service")):
        said = " ".join(effect_of(Ask.REFUSE_TRANSFER, at, lang))
        assert (costs_nothing in said) is stays
        assert ("见通知" in said or "stands in the letter" in said) is not stays


@pytest.mark.parametrize("what", [Ask.OBJECT, Ask.REFUSE_SENSITIVE])
@pytest.mark.parametrize("stays", [True, False])
def test_a_no_is_said_to_cost_no_service_only_where_the_copy_stays(what: Ask, stays: bool) -> None:
    made = make_page(CASE, {}, "")
    page = replace(
        made, lots=tuple(replace(x, asks_consent=False, asks_sensitive=True, copy_stays=stays) for x in made.lots)
    )
    at = Situation(page, NOTICE, digest(page), "", tuple(x.id for x in page.lots), Phase.OPEN, False, CASE.effective_on)
    for lang, costs_nothing in (("zh", "不影响任何已有的服务"), ("en", "It costs you no service")):
        said = " ".join(effect_of(what, at, lang))
        assert (costs_nothing in said) is stays
        assert ("见通知" in said or "stands in the letter" in said) is not stays

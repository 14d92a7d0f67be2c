"""Notices of a company that ends, of a bankruptcy with a buyer, and of a business account that moves."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.unit.steps.notify.notice_cases import BUYER, BY_CONSENT, SALE, facts_of

from bequest.kernel.errors import CaseFileError
from bequest.law.loader import load_pack
from bequest.law.notices import checklist_of, notice_items
from bequest.model.case import Case, Event, OnSilence, Paper, PaperKind, SystemKind
from bequest.steps.notify.content import Notice, RequiredItem, compose
from bequest.steps.notify.letters import body

KEEPER = replace(BUYER, id="keeper", name="示例档案有限公司", name_en="Example Archive Ltd.", contact="k@example.com")


def paper(kind: PaperKind) -> Paper:
    return Paper(
        kind=kind,
        title="决定书",
        issued_by="示例人民法院",
        issued_on=date(2026, 11, 1),
        file=Path("p"),
        sha256="0" * 64,
    )


ENDING = replace(
    SALE, event=Event.E7, receivers=(), lots=(), custodian=KEEPER, register_closes_on=date(2027, 3, 31),
    papers=(paper(PaperKind.LIQUIDATION_GROUP),),
    sources=(*SALE.sources, replace(SALE.sources[0], name="fin", system_kind=SystemKind.LEDGER)),
)  # fmt: skip
BANKRUPT = replace(ENDING, event=Event.E9, papers=(paper(PaperKind.ADMINISTRATOR_APPOINTMENT),))
CONTINUED = replace(SALE, event=Event.E8, papers=(paper(PaperKind.ADMINISTRATOR_APPOINTMENT),))
ACCOUNT = replace(SALE, event=Event.E11, lots=(BY_CONSENT,))


def notice_of(case: Case) -> Notice:
    route = checklist_of(case.event, case.lots[0].legal_route if case.lots else None)
    items = notice_items(load_pack(), route, event=case.event, sensitive=True, minors=True)
    return compose(facts_of(case), [RequiredItem(i.id, i.zh, i.en, i.article) for i in items], route=route)


@pytest.mark.parametrize("case", [ENDING, BANKRUPT], ids=["E7", "E9"])
def test_a_company_that_ends_says_what_goes_what_stays_and_who_keeps_it(case: Case) -> None:
    notice = notice_of(case)
    said = {i.id: i for i in notice.items}
    assert "2027-03-31" in said["service_ends"].zh
    assert "deleted before 2027-03-31" in said["what_is_deleted"].en
    assert "会计账套整库保存" in said["what_is_kept"].zh
    assert "Example Archive Ltd., contact: k@example.com" in said["keeper"].en
    assert "guardians" in said["children_are_deleted"].en
    assert "示例人民法院" in said["who_acts"].zh
    assert "receiver_name" not in said
    assert not notice.asks_consent
    assert "删除" in notice.title_zh
    assert "goes on handling" not in notice.silence_en
    assert "移交以后" not in body(notice)


def test_the_liquidation_group_and_the_administrator_are_told_apart() -> None:
    assert "清算组" in {i.id: i.zh for i in notice_of(ENDING).items}["who_acts"]
    assert "管理人" in {i.id: i.zh for i in notice_of(BANKRUPT).items}["who_acts"]
    assert "administrator" in {i.id: i.en for i in notice_of(CONTINUED).items}["who_acts"]


def test_without_a_keeper_there_is_no_notice() -> None:
    with pytest.raises(CaseFileError, match="lacks keeper"):
        notice_of(replace(ENDING, custodian=None))


def test_an_account_that_moves_says_that_waybills_stay_and_asks_about_the_address_book() -> None:
    notice = notice_of(ACCOUNT)
    said = {i.id: i for i in notice.items}
    assert "承运人不变" in said["account_moves"].zh
    assert "stay with the carrier" in said["waybill_history_stays"].en
    assert "不回复就是不同意" in said["address_book_choice"].zh
    assert notice.asks_consent
    assert "业务账户" in notice.title_zh


def test_items_of_one_event_are_not_said_in_another() -> None:
    assert not {"account_moves", "who_acts"} & {i.id for i in notice_of(SALE).items}


def test_towards_a_receiver_abroad_the_notice_says_where_it_is_and_how_to_reach_it_and_asks() -> None:
    lot = replace(SALE.lots[0], on_silence=OnSilence.RELEASE_NONE)
    case = replace(SALE, receivers=(replace(BUYER, country="sg"),), lots=(lot,))
    items = notice_items(load_pack(), "PIPL-22", event=Event.E5, sensitive=True, consent_basis=True, abroad=True)
    required = [RequiredItem(i.id, i.zh, i.en, i.article) for i in items]
    notice = compose(facts_of(case), required, route="PIPL-22")
    [said] = [i for i in notice.items if i.id == "overseas_rights_procedure"]
    assert said.article == "PIPL-39"
    assert "（SG）" in said.zh
    assert "(SG)" in said.en
    assert "您的信息不移交" in notice.silence_zh
    assert any("Passing on needs your consent" in i.en for i in notice.items)
    silent = replace(case, receivers=(replace(BUYER, country="sg", contact=""),))
    with pytest.raises(CaseFileError, match="overseas_rights_procedure"):
        compose(facts_of(silent), required, route="PIPL-22")
    at_home = notice_items(load_pack(), "PIPL-22", event=Event.E5, sensitive=True)
    assert "overseas_rights_procedure" not in [i.id for i in at_home]

"""An invented case for letters: a shop passes to a buyer, or the company's shares do."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from bequest.law.loader import load_pack
from bequest.law.notices import notice_items
from bequest.model.case import (
    Case,
    Event,
    LegalRoute,
    Lot,
    OnSilence,
    Party,
    Scenario,
    Source,
    SourceKind,
    Window,
)
from bequest.steps.notify.content import Notice, RequiredItem, compose
from bequest.steps.notify.texts import NoticeFacts

SELLER = Party(
    id="seller", name="示例商贸有限公司", name_en="Example Trading Co., Ltd.", uscc="91330106MA2QWY108D",
    contact="privacy@seller.example.com", address="杭州市示例路1号",
)  # fmt: skip
BUYER = Party(id="buyer", name="示例接收有限公司", name_en="Example Receiver Ltd.", contact="privacy@buyer.example.com")
SHOP = Lot(
    id="shop-12", receiver="buyer", legal_route=LegalRoute.PIPL_22, route_reason="整条业务线",
    purposes=("订单履行与售后", "会员服务"), new_purposes=("联合营销",), methods=("加密文件一次性交付",),
)  # fmt: skip
BY_CONSENT = replace(SHOP, legal_route=LegalRoute.PIPL_23, on_silence=OnSilence.RELEASE_NONE)
SALE = Case(
    id="acme-2026", scenario=Scenario.COMPANY_TRANSFER, event=Event.E5, rehearsal=False, title="示例12号店转让",
    industry="e-commerce", jurisdictions=("cn",), effective_on=date(2026, 12, 31), timezone="Asia/Shanghai",
    transferor=SELLER, receivers=(BUYER,), lots=(SHOP,),
    sources=(Source(name="crm", kind=SourceKind.SQLITE, path=Path("/data/crm.db")),), copies=(), people=(),
    window=Window(), complaint_authority="示例市网信部门",
)  # fmt: skip
SHARES = replace(SALE, event=Event.E2, title="示例商贸股权转让", receivers=(), lots=())
CATEGORIES = (("姓名", "name"), ("手机号", "phone"))
SENSITIVE = (("身份证号", "national ID"),)


def facts_of(case: Case, *, sensitive: tuple[tuple[str, str], ...] = SENSITIVE) -> NoticeFacts:
    return NoticeFacts(
        case=case, lot=case.lots[0] if case.lots else None, categories=CATEGORIES, sensitive=sensitive,
        passing=CATEGORIES, reduced=CATEGORIES[1:],
        answer_days=15, effective_on=case.effective_on,
    )  # fmt: skip


def required(route: str, **conditions: bool) -> list[RequiredItem]:
    """The checklist of the real law."""
    return [RequiredItem(i.id, i.zh, i.en, i.article) for i in notice_items(load_pack(), route, **conditions)]


ALL = {"sensitive": True, "minors": True, "changed": True, "consent_basis": True}


def notice_of(case: Case, route: str = "", **conditions: bool) -> Notice:
    lot = case.lots[0] if case.lots else None
    route = route or (lot.legal_route.value if lot else "PIPL-17")
    return compose(facts_of(case), required(route, **(conditions or ALL)), route=route)

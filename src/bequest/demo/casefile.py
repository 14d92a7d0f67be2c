"""The case file of the demo."""

from collections.abc import Mapping
from datetime import date

from bequest.demo import toml
from bequest.demo.keys import DemoKeys
from bequest.demo.parties import BUYER, BUYERS, CARRIER, COMPLAINT_AUTHORITY, ESCROW, KEEPER, TRANSFEROR, people_for
from bequest.demo.variants import SoldLot, Variant, variant_of
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, Event, Party, Role
from bequest.model.datamap import NEVER_PASSES, FieldClass

ZONE = "Asia/Shanghai"
EFFECTIVE_ON = date(2026, 12, 31)
"""Law date and planned cutover."""
CUTOVER_NOT_AFTER = date(2027, 1, 31)
SHOWN_FILE = "papers/shown-customers.toml"
BACKUP = "copies/crm-20261025.sql.gz"
REGISTER_CLOSES_ON = date(2027, 3, 31)
"""Where the company ends: the day on which it is struck off."""
KEPT_UNTIL = date(2030, 1, 31)
"""How long the keeper keeps what was settled: three years in which a claim may be brought, and a month."""
PAPERS_ISSUED_ON = date(2026, 10, 30)
AGREED = "个人信息提供协议"
ENTRUSTED = "委托处理合同"
AGREED_UNTIL = date(2029, 12, 31)
AGREED_CLASSES = tuple(
    sorted(set(FieldClass) - NEVER_PASSES - {FieldClass.NOT_PI, FieldClass.UNKNOWN}, key=lambda c: c.value)
)
"""What may go to a recipient who is no successor: whatever was decided, nothing that authenticates."""
SCOPE_COLUMNS = (
    ("crm", "customers", "shop_id"),
    ("orders", "orders", "店铺"),
    ("loyalty", "loyalty", "shop_id"),
    ("tickets", "tickets", "shop_id"),
    ("weblog", "weblog", "shop_id"),
)
"""Where each table says which shop a row belongs to."""
ACCOUNT_COLUMNS = (("shipping", "address_book", "account_no"), ("shipping", "waybills", "account_no"))

_PURPOSES = {Event.E11: ["寄递收发"], Event.E12: ["客服系统迁移与运维"]}
"""Where it is not the business that goes on with the receiver."""

_SOURCES: tuple[dict[str, toml.Toml], ...] = (
    {"name": "crm", "kind": "sqlite", "path": "sources/crm.db", "label": "客户关系管理系统"},
    {"name": "orders", "kind": "xlsx", "path": "sources/orders.xlsx", "label": "订单表", "sheet": "订单"},
    {"name": "loyalty", "kind": "csv", "path": "sources/loyalty.csv", "label": "会员卡系统导出", "encoding": "gb18030"},
    {"name": "tickets", "kind": "jsonl", "path": "sources/tickets.jsonl", "label": "客服工单", "encoding": "utf-8"},
    {"name": "weblog", "kind": "parquet", "path": "sources/weblog.parquet", "label": "网站访问日志"},
)


def render_case(event: Event, case_id: str, keys: DemoKeys, lots: int = 1) -> str:
    """The whole case file as TOML text; paths are relative to it."""
    moves = event not in MOVES_NOTHING
    variant = variant_of(event, lots)
    parts = [
        toml.table(
            "[case]", _case(event, case_id, variant), comment="演练案件，人物、公司均为虚构 · A rehearsal; all invented"
        )
    ]
    parts.append(toml.table("[transferor]", _party(TRANSFEROR, {})))
    if moves:
        taking = {lot.receiver for lot in variant.lots}
        buyers = [b for b in BUYERS if b.id in taking]
        parts += [toml.table("[[receivers]]", _party(b, keys.party_recipients)) for b in buyers]
    if moves and event not in ENTRUSTS:
        parts.append(toml.table("[custodian]", _party(KEEPER, keys.party_recipients if variant.ends else {})))
        parts += [] if variant.ends else [toml.table("[escrow]", _party(ESCROW, keys.party_recipients))]
    if moves:
        outside = "范围之外的数据，交付和销毁都触及不到 · Out of scope is out of reach"
        parts += [
            toml.table("[[lots]]", _lot(event, lot), comment="" if n else outside) for n, lot in enumerate(variant.lots)
        ]
    if variant.shown:
        parts.append(toml.table("[[receivers]]", _party(BUYER, keys.party_recipients)))
        parts.append(toml.table("[[showings]]", {"id": "customers", "receiver": BUYER.id, "file": SHOWN_FILE}))
    parts += [toml.table("[[sources]]", s) for s in _sources(event)]
    parts.append(
        toml.table(
            "[[copies]]",
            {
                "of": "shipping" if event is Event.E11 else "crm",
                "kind": "backup",
                "where": BACKUP,
                "expires_on": date(2027, 2, 1),
                "control": "运维每月覆盖；到期前恢复须按销毁清单重放",
            },
            comment="本系统不读取的副本 · A copy that is not read",
        )
    )
    parts += [
        toml.table(
            "[[people]]",
            {
                "id": p.id,
                "name": p.name,
                "roles": [r.value for r in p.roles],
                "paper": p.paper,
                "external": p.external,
                "public_key": keys.person_public[p.id],
                **({"party": p.party} if p.party else {}),
            },
        )
        for p in people_for(event, lots)
    ]
    parts += [toml.table("[[papers]]", p) for p in _papers(variant)]
    parts += [toml.table("[[agreements]]", a) for a in _agreements(variant)]
    parts += [toml.table("[[settle]]", s) for s in _settlements(event, variant)]
    parts.append(toml.table("[window]", {"notice_lead_days": 30, "objection_days": 15}))
    return "\n".join(parts)


def _case(event: Event, case_id: str, variant: Variant) -> dict[str, toml.Toml]:
    return {
        "id": case_id,
        "title": variant.title,
        "scenario": variant.scenario.value,
        "event": event.value,
        "industry": "e-commerce",
        "jurisdictions": ["cn"],
        "effective_on": EFFECTIVE_ON,
        "rehearsal": True,
        "timezone": ZONE,
        "cutover_not_after": CUTOVER_NOT_AFTER,
        **({"register_closes_on": REGISTER_CLOSES_ON} if variant.ends else {}),
        "tolerance_percent": 5,
        "complaint_authority": COMPLAINT_AUTHORITY,
        "law_packs": ["cn"],
    }


def _party(party: Party, recipients: Mapping[str, str]) -> dict[str, toml.Toml]:
    values: dict[str, toml.Toml] = {
        "id": party.id,
        "name": party.name,
        "name_en": party.name_en,
        "uscc": party.uscc,
        "contact": party.contact,
        "address": party.address,
        "country": party.country,
    }
    if party in BUYERS:
        values["key_release"] = party.key_release.value
    if party.id in recipients:
        values["age_recipient"] = recipients[party.id]
    return values


def _lot(event: Event, lot: SoldLot) -> dict[str, toml.Toml]:
    columns = ACCOUNT_COLUMNS if event is Event.E11 else SCOPE_COLUMNS
    return {
        "id": lot.id,
        "receiver": lot.receiver,
        "legal_route": lot.route,
        "route_reason": lot.reason,
        **({"route_open": True} if lot.is_open else {}),
        "purposes": _PURPOSES.get(event, ["订单履行与售后", "会员服务"]),
        "new_purposes": [] if event in _PURPOSES else ["集团联合营销画像"],
        "methods": ["加密文件一次性交付", "接收方自建系统处理"],
        "on_silence": "release-none" if lot.agrees else "proceed",
        "scope": [{"source": s, "table": t, "column": c, "in": [str(n) for n in lot.shops]} for s, t, c in columns],
    }


def _sources(event: Event) -> list[dict[str, toml.Toml]]:
    more: dict[str, toml.Toml] = {"system_kind": "business", "timezone": ZONE}
    if event is not Event.E11:
        return [s | more for s in _SOURCES]
    shipping: dict[str, toml.Toml] = {
        "name": "shipping", "kind": "sqlite", "path": "sources/shipping.db", "label": "发货系统",
    }  # fmt: skip
    platform: dict[str, toml.Toml] = {
        "name": "carrier", "kind": "held-elsewhere", "label": "承运人平台：运单历史", "owner": CARRIER.name,
        "contact": CARRIER.contact, "due_on": CUTOVER_NOT_AFTER,
    }  # fmt: skip
    return [shipping | more, platform]


def _papers(variant: Variant) -> list[dict[str, toml.Toml]]:
    return [
        {
            "kind": kind.value,
            "title": title,
            "issued_by": issuer,
            "issued_on": PAPERS_ISSUED_ON,
            "file": f"papers/{kind}.txt",
        }
        for kind, title, issuer in variant.papers
    ]


def agreement_title(route: str) -> str:
    """What an agreement on a lot is called."""
    return ENTRUSTED if route == "PIPL-21" else AGREED


def _agreements(variant: Variant) -> list[dict[str, toml.Toml]]:
    """What was agreed with each recipient who is no successor."""
    return [
        {
            "lot": lot.id,
            "title": agreement_title(lot.route),
            "signed_on": PAPERS_ISSUED_ON,
            "ends_on": AGREED_UNTIL,
            "classes": [c.value for c in AGREED_CLASSES],
            "conditions": ["只用于告知书写明的目的", "不得转委托或者再提供"],
            "confidentiality": "限于经授权的人员接触；泄露后二十四小时内通知移交方",
            "supervise_months": 6,
            "file": f"papers/agreement-{lot.id}.txt",
        }
        for lot in variant.lots
        if lot.agrees
    ]


def _settlements(event: Event, variant: Variant) -> list[dict[str, toml.Toml]]:
    """What must be settled before the company is gone, decided by the officer."""
    if not variant.ends:
        return []
    officer = next(p.id for p in people_for(event) if Role.OFFICER in p.roles)
    reasons = {"dispute": "争议未了，作为双方的证据由保管人保存", "deceased": "近亲属可能主张权利，由保管人保存"}
    return [
        {"what": what, "how": "keeper", "by": officer, "reason": reason, "until": KEPT_UNTIL}
        for what, reason in reasons.items()
    ]

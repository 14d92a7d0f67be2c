"""The case file of the demo."""

from collections.abc import Mapping
from datetime import date

from bequest.demo import toml
from bequest.demo.keys import DemoKeys
from bequest.demo.parties import BUYER, COMPLAINT_AUTHORITY, ESCROW, KEEPER, SECOND_BUYER, TRANSFEROR, people_for
from bequest.demo.people import IN_DEAL, OUTSIDE
from bequest.model.case import MOVES_NOTHING, Event, Party

ZONE = "Asia/Shanghai"
EFFECTIVE_ON = date(2026, 12, 31)
"""Law date and planned cutover."""
CUTOVER_NOT_AFTER = date(2027, 1, 31)
BACKUP = "copies/crm-20261025.sql.gz"
LOT = "shop-12"
SECOND_LOT = "shop-13"
SCOPE_COLUMNS = (
    ("crm", "customers", "shop_id"),
    ("orders", "orders", "店铺"),
    ("loyalty", "loyalty", "shop_id"),
    ("tickets", "tickets", "shop_id"),
    ("weblog", "weblog", "shop_id"),
)
"""Where each table says which shop a row belongs to."""

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
    parts = [
        toml.table(
            "[case]", _case(event, case_id, lots), comment="演练案件，人物、公司均为虚构 · A rehearsal; all invented"
        )
    ]
    parts.append(toml.table("[transferor]", _party(TRANSFEROR, {})))
    if moves:
        buyers = (BUYER, SECOND_BUYER)[:lots]
        parts += [toml.table("[[receivers]]", _party(b, keys.party_recipients)) for b in buyers]
        parts.append(toml.table("[custodian]", _party(KEEPER, {})))
        parts.append(toml.table("[escrow]", _party(ESCROW, keys.party_recipients)))
        parts.append(
            toml.table(
                "[[lots]]", _lot(), comment="范围之外的数据，交付和销毁都触及不到 · Out of scope is out of reach"
            )
        )
        parts += [toml.table("[[lots]]", _second_lot())] if lots > 1 else []
    parts += [toml.table("[[sources]]", s | {"system_kind": "business", "timezone": ZONE}) for s in _SOURCES]
    parts.append(
        toml.table(
            "[[copies]]",
            {
                "of": "crm",
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
    parts.append(toml.table("[window]", {"notice_lead_days": 30, "objection_days": 15}))
    return "\n".join(parts)


def _case(event: Event, case_id: str, lots: int) -> dict[str, toml.Toml]:
    title = {
        Event.E5: "青梧优选12号店整体转让",
        Event.E2: "青梧优选股权转让",
    }[event]
    if lots > 1:
        title = "青梧优选12号店整体转让、13号店客户资料转让"
    return {
        "id": case_id,
        "title": title,
        "scenario": "company-transfer",
        "event": event.value,
        "industry": "e-commerce",
        "jurisdictions": ["cn"],
        "effective_on": EFFECTIVE_ON,
        "rehearsal": True,
        "timezone": ZONE,
        "cutover_not_after": CUTOVER_NOT_AFTER,
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
    if party in {BUYER, SECOND_BUYER}:
        values["key_release"] = party.key_release.value
    if party.id in recipients:
        values["age_recipient"] = recipients[party.id]
    return values


def _lot() -> dict[str, toml.Toml]:
    return {
        "id": LOT,
        "receiver": BUYER.id,
        "legal_route": "PIPL-22",
        "route_reason": "12号店为独立经营的整条业务线，连同人员、合同一并转让，处理目的、方式不变（律师意见 2026-09）",
        "route_open": True,
        "purposes": ["订单履行与售后", "会员服务"],
        "new_purposes": ["集团联合营销画像"],
        "methods": ["加密文件一次性交付", "接收方自建系统处理"],
        "on_silence": "proceed",
        "scope": [{"source": s, "table": t, "column": c, "in": [str(IN_DEAL)]} for s, t, c in SCOPE_COLUMNS],
    }


def _second_lot() -> dict[str, toml.Toml]:
    """Another shop to another buyer, who does not take over the business: each customer is asked (PIPL Art. 23)."""
    return {
        "id": SECOND_LOT,
        "receiver": SECOND_BUYER.id,
        "legal_route": "PIPL-23",
        "route_reason": "13号店只转让客户资料，业务不随之转移，须逐一取得单独同意（律师意见 2026-09）",
        "purposes": ["订单履行与售后", "会员服务"],
        "new_purposes": ["集团联合营销画像"],
        "methods": ["加密文件一次性交付", "接收方自建系统处理"],
        "on_silence": "release-none",
        "scope": [{"source": s, "table": t, "column": c, "in": [str(OUTSIDE)]} for s, t, c in SCOPE_COLUMNS],
    }

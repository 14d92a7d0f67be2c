"""What never passes, or must not stay: secrets, over-collection, disputes, the dead. PIPL Arts. 5-8, 44, 46, 47, 49."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import DISPOSES, ENDS, HANDS_OVER, SHARES
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, Rest, rule
from bequest.model.datamap import NEVER_PASSES, Need
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.pipl.secrets",
    gate="secret",
    reads=(),
    events=HANDS_OVER - SHARES,
    reference=("PIPL-6", "PIPL-28", "JRT-4.2"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="口令、密钥和生物识别等鉴别信息不得移交：不移交，删除；由接收方重新设置。",
    en="Passwords, keys and biometrics never pass: left out and deleted; the receiver issues new ones.",
)
def secrets(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """No continuing purpose needs the old secret (Art. 6); the financial standard names class C3 as not shared."""
    return Answer(("exclude", "delete")) if field.cls in NEVER_PASSES else None


@rule(
    "cn.pipl.secrets_of_a_sharer",
    gate="secret",
    reads=(),
    events=SHARES,
    reference=("PIPL-6", "PIPL-28", "JRT-4.2", "PIPL-13"),
    status=ReasonStatus.DERIVED,
    since=PIPL,
    zh="口令、密钥和生物识别等鉴别信息不得移交；共享方继续提供自己的服务，登录仍须使用，照旧。",
    en="Passwords, keys and biometrics never pass; the one who shares goes on with its own service, where people still "
    "sign in with them: they stay in use.",
)
def secrets_of_a_sharer(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 23 takes nothing from the transferor, so its own purpose lasts; what no purpose needs goes as ever."""
    held = field.cls in NEVER_PASSES and field.need is not Need.OVER_COLLECTED
    return Answer(("exclude", "stays_in_use")) if held else None


@rule(
    "cn.pipl.secrets_at_the_end",
    gate="secret",
    reads=(),
    events=ENDS,
    reference=("PIPL-28", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="口令、密钥和生物识别等鉴别信息：停止服务后无人再需要，删除。",
    en="Passwords, keys and biometrics: once service stops nobody needs them; deleted.",
)
def secrets_at_the_end(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """No duty to keep reaches a secret: it proves nothing about a transaction."""
    return Answer(("exclude", "delete")) if field.cls in NEVER_PASSES else None


@rule(
    "cn.pipl.dispute",
    gate="dispute",
    reads={Fact.DISPUTE},
    events=DISPOSES,
    reference=("PIPL-44", "PIPL-46"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="本人提出的争议尚未了结：其在该批次中的记录全部冻结，不移交、不删除。",
    en="The person's dispute is open: all their records in the lot are blocked, neither passed on nor deleted.",
)
def dispute(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 44 lets a person restrict processing, Art. 46 asks to check what is disputed."""
    return Answer(("freeze_or_flag",)) if facts.has(Fact.DISPUTE, "open") else None


@rule(
    "cn.pipl.deceased",
    gate="deceased",
    reads={Fact.DECEASED},
    events=DISPOSES,
    reference=("PIPL-49",),
    status=ReasonStatus.OPEN,
    since=PIPL,
    zh="本人已去世：近亲属享有查阅、复制、更正、删除等权利，能否移交尚无定论；冻结，待律师决定。",
    en="The person has died: relatives may access, copy, correct and delete; whether it may pass is open. "
    "Blocked until counsel decides.",
)
def deceased(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Nobody can be told; relatives' rights under Art. 49 must not be cut off by deleting."""
    if facts.has(Fact.DECEASED, "yes"):
        return Answer(("block_for_counsel",), open_points=("PIPL-49",))
    return None


@rule(
    "cn.pipl.over_collected",
    gate="over_collected",
    reads=(),
    events=DISPOSES,
    reference=("PIPL-6", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="超出任何既定目的而收集：不移交，删除。",
    en="Collected beyond any stated purpose: left out and deleted.",
)
def over_collected(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 6(2) forbids over-collection; Art. 47(1), (4): what no purpose needs is deleted."""
    return Answer(("exclude", "delete")) if field.need is Need.OVER_COLLECTED else None


@rule(
    "cn.pipl.closed_account",
    gate="closed",
    reads={Fact.ACCOUNT, Fact.SOFT_DELETED},
    events=HANDS_OVER,
    leaves_rest=True,
    reference=("PIPL-47", "NDSR-24", "ECL-24"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="账户已注销或者已标记删除：早应删除，不移交。",
    en="The account was closed, or the record marked as deleted: it should be gone already and does not pass.",
)
def closed_account(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """On closing an account the data is deleted at once, unless a period to keep it still runs."""
    if facts.has(Fact.ACCOUNT, "closed") or facts.has(Fact.SOFT_DELETED, "yes"):
        return Answer(("exclude",), rest=Rest.BY_DUTY)
    return None


@rule(
    "cn.pipl.stale",
    gate="stale",
    reads={Fact.FRESHNESS},
    events=HANDS_OVER,
    leaves_rest=True,
    reference=("PIPL-19", "PIPL-47"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="最后一次往来已超过 {cn.pipl.stale_after_months} 个月（期限为我方做法）：不再必要，不移交。",
    en="The last contact is more than {cn.pipl.stale_after_months} months ago (our number): no longer needed.",
)
def stale(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 19: no longer than the purpose needs; the law names no number of months."""
    return Answer(("exclude",), rest=Rest.BY_DUTY) if facts.has(Fact.FRESHNESS, "stale") else None

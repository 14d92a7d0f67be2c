"""Passing on with the business: told, needed, in the form needed. PIPL Arts. 6, 14, 17, 22, 23."""

# ruff: noqa: ARG001 - every rule is given the same four things

from dataclasses import replace
from datetime import date
from typing import TypedDict

from bequest.law.packs.cn.groups import HANDS_OVER, MERGES, SUCCEEDS
from bequest.law.packs.cn.pipl.release import left_out, passes, passes_by_consent
from bequest.law.packs.cn.pipl.will import told_is_enough
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.case import Event, LegalRoute
from bequest.model.datamap import Need
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact, RowRole
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.pipl.not_told",
    gate="notice",
    reads={Fact.NOTICE},
    events=SUCCEEDS,
    reference=("PIPL-17", "PIPL-22", "PIPL-23"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="没有告知本人接收方的名称和联系方式：不得移交，冻结，直至告知。",
    en="The person was not told the receiver's name and contact: it may not pass, blocked until they are told.",
)
def not_told(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Notice is what makes the succession lawful; without proof of it nothing moves and nothing is deleted."""
    return Answer(("block", "notice_required")) if facts.has(Fact.NOTICE, "not_told") else None


@rule(
    "cn.pipl.not_needed",
    gate="need",
    reads=(),
    events=HANDS_OVER,
    leaves_rest=True,
    reference=("PIPL-6", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="接收方继续原有目的不需要：不移交。",
    en="The continuing purpose does not need it: left out.",
)
def not_needed(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 6: the smallest scope that serves the purpose."""
    return left_out(p) if field.need is Need.NOT_NEEDED else None


@rule(
    "cn.pipl.new_purpose",
    gate="need",
    reads={Fact.CONSENT_NEW_PURPOSE, Fact.NOTICE},
    events=HANDS_OVER,
    roles=frozenset(RowRole) - {RowRole.STAFF},
    releases=True,
    leaves_rest=True,
    reference=("PIPL-14", "PIPL-22"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="接收方变更了处理目的，须重新取得本人同意；没有同意的不移交。",
    en="The receiver changes the purpose, which needs the person's new consent; without it nothing passes.",
)
def new_purpose(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Arts. 14(2) and 22: a changed purpose or method asks for consent anew; silence is no consent."""
    if field.need is not Need.NEW_PURPOSE:
        return None
    if facts.has(Fact.CONSENT_NEW_PURPOSE, "given"):
        return passes_by_consent(field, p)
    if facts.has(Fact.CONSENT_NEW_PURPOSE, "silent") and facts.has(Fact.NOTICE, "planned"):
        return Answer(("re_consent",), rest=left_out(p).rest)
    words = ("exclude", "re_consent") if facts.has(Fact.CONSENT_NEW_PURPOSE, "silent") else ("exclude",)
    return Answer(words, rest=left_out(p).rest)


@rule(
    "cn.pipl.staff_in_rows",
    gate="need",
    reads=(),
    events=HANDS_OVER,
    roles={RowRole.STAFF},
    always=True,
    reference=("PIPL-6",),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="客户记录中的员工信息不移交，随该行离开。",
    en="Staff named in a customer's record do not pass; they fall with the row.",
)
def staff_in_rows(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The receiver serves the customer and needs no name of who typed the record; no vote on the row."""
    return Answer(("exclude", "delete"))


@rule(
    "cn.pipl.passes_restricted",
    gate="transfer",
    reads={Fact.OBJECTION},
    events=MERGES,
    routes={LegalRoute.PIPL_22},
    releases=True,
    leaves_rest=True,
    reference=("PIPL-22", "PIPL-44", "CC-67", "CO-221"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="本人反对，但合同仍在履行或者须依法保存，权利义务依法由承继人概括承受：随之移交，只限履行合同和保存，不得营销。",
    en="The person objected, but a contract runs or the law keeps the record, and the successor takes rights and "
    "duties "
    "by operation of law: it passes, for the contract and for keeping only, without marketing.",
)
def passes_restricted(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Reached only by who objected and is bound (see `objection_in_merger`); the restriction is ours."""
    if not facts.has(Fact.OBJECTION, "objected"):
        return None
    passing = passes(field)
    return replace(passing, words=(*passing.words, "suppress_marketing"))


def _by_operation_of_law(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The successor steps into the processor's place; PIPL Art. 22 names merger and division outright."""
    return passes(field)


merger = rule(
    "cn.pipl.succession_by_merger",
    gate="transfer",
    reads=(),
    events={Event.E3},
    routes={LegalRoute.PIPL_22},
    always=True,
    releases=True,
    leaves_rest=True,
    reference=("PIPL-22", "CC-67", "CO-221", "NDSR-14"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="公司合并，权利义务依法由合并后的公司承继：已告知接收方名称和联系方式，目的和方式不变，移交。",
    en="A merger: rights and duties pass by law to the merged company; told of the receiver's name and contact, "
    "purpose "
    "and method unchanged, it passes.",
)(_by_operation_of_law)

division = rule(
    "cn.pipl.succession_by_division",
    gate="transfer",
    reads=(),
    events={Event.E4},
    routes={LegalRoute.PIPL_22},
    always=True,
    releases=True,
    leaves_rest=True,
    reference=("PIPL-22", "CC-67", "CO-223", "NDSR-14"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="公司分立，只移交分出业务的信息：已告知接收方名称和联系方式，目的和方式不变，移交；债务由分立后的公司连带承担。",
    en="A division: only the data of the business split off passes, told of the receiver's name and contact, "
    "purpose and "
    "method unchanged; the companies are jointly liable for the debts.",
)(_by_operation_of_law)

bankruptcy = rule(
    "cn.pipl.succession_by_bankruptcy",
    gate="transfer",
    reads=(),
    events={Event.E8},
    routes={LegalRoute.PIPL_22},
    always=True,
    releases=True,
    leaves_rest=True,
    reference=("PIPL-22", "EBL-25", "EBL-111", "NDSR-14", "G35273-9.3"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="被宣告破产，买方继续经营：由管理人移交，已告知接收方名称和联系方式，目的和方式不变；个人信息不单独拍卖。",
    en="Declared bankrupt, and a buyer carries the business on: the administrator hands over, told of the "
    "receiver's name "
    "and contact, purpose and method unchanged; personal information is not auctioned by itself.",
)(_by_operation_of_law)


@rule(
    "cn.pipl.succession",
    gate="transfer",
    reads=(),
    events={Event.E5, Event.E6, Event.E11},
    routes={LegalRoute.PIPL_22},
    always=True,
    releases=True,
    leaves_rest=True,
    reference=("PIPL-22", "PIPL-13", "NDSR-14"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="因业务承继转移个人信息：已告知接收方名称和联系方式，目的和方式不变，移交；原处理依据继续有效。",
    en="Succession to the business: told of the receiver's name and contact, purpose and method unchanged, it passes "
    "on the basis it was processed on before.",
)
def succession(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 22: notice is enough while purpose and method stay; the receiver continues the processor's duties."""
    return passes(field)


@rule(
    "cn.pipl.provision",
    gate="transfer",
    reads=(),
    events=HANDS_OVER,
    routes={LegalRoute.PIPL_23},
    always=True,
    releases=True,
    leaves_rest=True,
    reference=("PIPL-23", "NDSR-12"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="向其他处理者提供：已告知第 23 条各项并取得单独同意，移交。",
    en="Provision to another processor: told all items of Art. 23 and consented separately, it passes.",
)
def provision(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 23; the consent gate has already let it through, by a yes or because telling is enough."""
    return replace(passes(field), **_ON_NOTICE) if told_is_enough(field, p, lot) else passes(field)


class _OnNotice(TypedDict):
    articles: tuple[str, ...]
    status: ReasonStatus
    zh: str
    en: str


_ON_NOTICE: _OnNotice = {
    "articles": ("PIPL-23", "PIPL-13", "AUD-G8", "NDSR-12"),
    "status": ReasonStatus.OPEN,
    "zh": "向其他处理者提供，处理不基于同意：已告知第 23 条各项，不另取单独同意，移交；该问题未决。",
    "en": "Provision to another processor, on another basis than consent: told all items of Art. 23, it passes "
    "without separate consent; the point is open.",
}

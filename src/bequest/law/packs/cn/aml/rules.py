"""Anti-Money-Laundering Law, Art. 34: customer identity data and transaction records of those it binds."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import DISPOSES, PARTS_WITH
from bequest.law.packs.cn.keeping import keeps
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.case import Event
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind

AML = date(2025, 1, 1)

keep_identity, keep_identity_with_keeper = keeps(
    "cn.aml.keep_identity",
    "aml_10y",
    reference=("AML-34", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=AML,
    events=PARTS_WITH - {Event.E3},
    zh="客户身份资料和交易记录自业务关系或者交易结束后保存不少于 {cn.aml.record_years} 年：封存；机构解散、"
    "被撤销或者被宣告破产的，"
    "移交国务院有关部门指定的机构。",
    en="Customer identity data and transaction records are kept at least {cn.aml.record_years} years after the "
    "relationship or transaction ends: in custody; on dissolution, revocation or bankruptcy they go to the body "
    "that the "
    "State Council's department designates.",
)
"""Overrides the buyer's choice; the rule of five years is obsolete."""


@rule(
    "cn.aml.keep_identity_in_merger",
    gate="keep",
    reads={Fact.RETENTION},
    events=DISPOSES & {Event.E3},
    reference=("AML-34", "CO-221"),
    status=ReasonStatus.OPEN,
    since=AML,
    zh="客户身份资料和交易记录保存不少于 {cn.aml.record_years} 年：封存；合并是否属于该条所称解散、须移交指定机构，"
    "尚无定论。",
    en="Customer identity data and transaction records are kept at least {cn.aml.record_years} years: in custody; "
    "whether "
    "a merger is a dissolution in the sense of this article, so that they go to the designated body, is open.",
)
def keep_identity_in_merger(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """See the open point AML-34."""
    if facts.has(Fact.RETENTION, "aml_10y"):
        return Answer(("retain_until",), until="retention:aml_10y", open_points=("AML-34",))
    return None

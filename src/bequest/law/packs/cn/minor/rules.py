"""Minors from 14 to 17: Regulations on the Protection of Minors Online."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import HANDS_OVER
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind


@rule(
    "cn.minor.adolescent",
    gate="note",
    reads={Fact.AGE_BAND},
    events=HANDS_OVER,
    reference=("MINOR-34", "MINOR-36"),
    status=ReasonStatus.VERIFIED,
    since=date(2024, 1, 1),
    zh="已满 {cn.pipl.child_age} 周岁、不满 {cn.minor.minor_age} 周岁：不须监护人同意，"
    "但访问须经审批并记录，并方便其查阅、更正、删除。",
    en="From {cn.pipl.child_age} and under {cn.minor.minor_age}: no guardian's consent, but access is approved and "
    "recorded, and looking up, correcting and deleting must be easy.",
)
def adolescent(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Arts. 34 and 36: rights made easy, least privilege with approval and a log."""
    return Answer(("none",)) if facts.has(Fact.AGE_BAND, "14_17") else None

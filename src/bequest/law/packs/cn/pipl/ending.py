"""The company ends and nobody takes over: PIPL Art. 47; GB/T 35273 6.4 and 9.3."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, Rest, rule
from bequest.model.case import Event
from bequest.model.disposition import ReasonStatus
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


def _released_to_nobody(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Nothing passes; whether it is deleted or kept is left to the duties to keep."""
    return Answer(("exclude",), rest=Rest.BY_DUTY)


deregistration = rule(
    "cn.pipl.service_stops",
    gate="end",
    reads=(),
    events={Event.E7},
    always=True,
    leaves_rest=True,
    reference=("PIPL-47", "G35273-6.4", "CC-59"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="公司解散、注销，停止提供服务，无承继人：不移交任何信息；须保存的交保管人，其余在注销登记之前删除。",
    en="The company dissolves and is struck off without a successor: nothing passes; what must be kept goes to a "
    "keeper, "
    "all else is deleted before the register closes.",
)(_released_to_nobody)

bankruptcy = rule(
    "cn.pipl.bankrupt_without_buyer",
    gate="end",
    reads=(),
    events={Event.E9},
    always=True,
    leaves_rest=True,
    reference=("PIPL-47", "G35273-9.3", "EBL-25"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="破产且无承接方：不移交任何信息，也不单独变价；须保存的交保管人，其余由管理人负责删除。",
    en="Bankrupt with nobody to carry on: nothing passes and nothing is sold by itself; what must be kept goes to a "
    "keeper, the administrator has all else deleted.",
)(_released_to_nobody)

"""Express delivery: Interim Regulations on Express Delivery, Arts. 23, 32, 35; labels by GB/T 41833."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, Rest, rule
from bequest.model.case import Event, LegalRoute
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import Operator, ReasonStatus
from bequest.model.facts import RecordClass
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)
ON_THE_LABEL = frozenset({FieldClass.PERSON_NAME, FieldClass.PHONE, FieldClass.LANDLINE, FieldClass.ADDRESS})


@rule(
    "cn.exp.waybill_history",
    gate="history",
    reads=(),
    events={Event.E11},
    record_classes={RecordClass.ORDER},
    routes={LegalRoute.PIPL_23},
    always=True,
    reference=("EXP-35", "PIPL-23"),
    status=ReasonStatus.SECONDARY,
    since=PIPL,
    zh="运单历史留在承运人处，由其依法保存和定期销毁；不随账户交给新的账户持有人，转出方自己的一份照旧。",
    en="The history of waybills stays with the carrier, which keeps and regularly destroys it; it does not go to "
    "the new "
    "account holder, and the transferor's own copy stays as it is.",
)
def waybill_history(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 35 (34 before the text of 2025): user information is kept safe and not handed to others."""
    return Answer(("no_transfer",))


HIDDEN_DIGITS = "cn.gb41833.phone_hidden_digits"


@rule(
    "cn.exp.waybill_masked",
    gate="transfer",
    reads=(),
    events={Event.E11},
    record_classes={RecordClass.ORDER},
    routes={LegalRoute.PIPL_22},
    releases=True,
    leaves_rest=True,
    reference=("EXP-35", "GB41833-NA", "PIPL-22"),
    status=ReasonStatus.SECONDARY,
    since=PIPL,
    zh="随业务承继的运单只按面单的样子移交：遮盖姓名、电话至少 {cn.gb41833.phone_hidden_digits} "
    "位和门牌（数值凭记忆，待核对）。",
    en="Waybills that ride on a succession pass as on the label only: name, at least {cn.gb41833.phone_hidden_digits} "
    "digits of the phone and the door number hidden (the numbers are from memory, to be checked).",
)
def waybill_masked(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Only what a label bears is masked here; other fields pass in the form all succession gives them."""
    if field.cls not in ON_THE_LABEL or field.need is Need.NEW_PURPOSE:
        return None
    words = ("transfer_on_notice", "reduce")
    if p.holds(HIDDEN_DIGITS):
        return Answer(words, rest=Rest.BY_DUTY_OR_SHARED, operator=Operator.WAYBILL)
    return Answer(
        words, rest=Rest.BY_DUTY_OR_SHARED, operator=Operator.WAYBILL, status=ReasonStatus.OURS,
        zh="随业务承继的运单只按面单的样子移交：遮盖姓名、电话和门牌（国家标准施行之前为我方做法）。",
        en="Waybills that ride on a succession pass as on the label only: name, phone and door number hidden (ours, "
        "before the national standard was in force).",
    )  # fmt: skip


@rule(
    "cn.exp.whether_account_rides",
    gate="note",
    reads=(),
    events={Event.E11},
    routes={LegalRoute.PIPL_23},
    reference=("CC-555", "EXP-32", "REAL-NA"),
    status=ReasonStatus.SECONDARY,
    since=PIPL,
    zh="业务账户变更持有人：合同转让须承运人同意，新持有人以自己的统一社会信用代码和证件重新实名并另签安全协议；客户信息另行判断。",
    en="The account changes hands: the carrier must agree to the transfer of the contract, the new holder registers "
    "anew "
    "with its own code and document and signs its own safety agreement; customer information is a question apart.",
)
def whether_account_rides(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The three papers are asked for before the cutover (`papers.yaml`)."""
    return Answer(("counterparty_consent",))

"""Records that prove what was agreed: consents, objections, disputes. PIPL Arts. 14, 15, 44, 56; NDSR Art. 12."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import DISPOSES, ENDS, HANDS_OVER, SUCCEEDS
from bequest.law.packs.cn.pipl.release import operator_for
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.case import LegalRoute, OnSilence
from bequest.model.disposition import Operator, ReasonStatus
from bequest.model.facts import Fact, RecordClass, RowRole
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)
KEPT = "retention:record_3y"
NOT_STAFF = frozenset(RowRole) - {RowRole.STAFF}


@rule(
    "cn.pipl.objection_record",
    gate="proof",
    reads=(),
    events=HANDS_OVER,
    record_classes={RecordClass.OBJECTION},
    always=True,
    reference=("PIPL-44", "PIPL-56", "NDSR-12"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="反对记录用以证明已尊重本人意愿：不移交，封存 {cn.pipl.record_keep_years} 年（起算日为我方做法）。",
    en="A record of objection proves that it was honoured: it does not pass, and is kept in custody "
    "{cn.pipl.record_keep_years} years (counting is ours).",
)
def objection_record(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The receiver gets nothing of who objected, so it needs no list of them."""
    return Answer(("exclude", "retain_until"), until=KEPT)


@rule(
    "cn.pipl.records_of_will_at_the_end",
    gate="proof",
    reads=(),
    events=ENDS,
    record_classes={RecordClass.OBJECTION, RecordClass.CONSENT},
    roles=NOT_STAFF,
    always=True,
    reference=("PIPL-56", "NDSR-12", "CC-59"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="同意、反对的记录是处理情况记录，保存 {cn.pipl.record_keep_years} 年（起算日为我方做法）；公司终止，"
    "交案件指定的保管人。",
    en="Records of consent and objection are records of processing and are kept {cn.pipl.record_keep_years} years "
    "(counting is ours); the company ends, so they go to the keeper named in the case.",
)
def records_of_will_at_the_end(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 56(3); nobody takes them over, but who was asked what must stay provable."""
    return Answer(("exclude", "retain_until", "custodian_handover"), until=KEPT)


@rule(
    "cn.pipl.consent_record",
    gate="proof",
    reads=(),
    events=SUCCEEDS,
    record_classes={RecordClass.CONSENT},
    roles=NOT_STAFF,
    routes={LegalRoute.PIPL_22},
    on_silence={OnSilence.PROCEED},
    always=True,
    releases=True,
    reference=("PIPL-14", "PIPL-22", "PIPL-56", "NDSR-12"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="同意和撤回的记录随业务移交，接收方据以行事；转出方另封存 {cn.pipl.record_keep_years} 年（起算日为我方做法）。",
    en="Records of consent and withdrawal pass with the business, because the receiver is bound by them; the "
    "transferor keeps its own in custody {cn.pipl.record_keep_years} years (counting is ours).",
)
def consent_record(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Who continues the processing must know what was agreed to and what was withdrawn."""
    return _passes_kept(field, p)


def _consent_record_asked(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Where passing on was asked about, the record of consent follows the answer and is kept in any case."""
    if facts.has(Fact.CONSENT_TRANSFER, "given"):
        return _passes_kept(field, p)
    if facts.has(Fact.CONSENT_TRANSFER, "silent") and facts.has(Fact.NOTICE, "planned"):
        return Answer(("separate_consent", "retain_until"), until=KEPT)
    return Answer(("exclude", "retain_until"), until=KEPT)


def _passes_kept(field: FieldKind, p: Params) -> Answer:
    """As it is, unless the switch has records of consent transformed like all others."""
    as_it_is = p.flag("cn.pipl.consent_records_pass_as_they_are")
    operator = Operator.NONE if as_it_is else operator_for(field)
    words = ("transfer_on_notice",) if operator is Operator.NONE else ("transfer_on_notice", "reduce")
    return Answer((*words, "retain_until"), operator=operator, until=KEPT)


_ASKED_ZH = (
    "须本人同意才移交的批次：同意记录随本人的答复移交，并封存 {cn.pipl.record_keep_years} 年（起算日为我方做法）。"
)
_ASKED_EN = (
    "In a lot that passes by consent, the record of consent follows the person's answer; it is kept in custody "
    "{cn.pipl.record_keep_years} years (counting is ours)."
)

consent_record_under_art_23 = rule(
    "cn.pipl.consent_record_under_art_23",
    gate="proof",
    reads={Fact.CONSENT_TRANSFER, Fact.NOTICE},
    events=HANDS_OVER,
    record_classes={RecordClass.CONSENT},
    roles=NOT_STAFF,
    routes={LegalRoute.PIPL_23},
    always=True,
    releases=True,
    reference=("PIPL-23", "PIPL-56", "NDSR-12"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh=_ASKED_ZH,
    en=_ASKED_EN,
)(_consent_record_asked)

consent_record_when_silence_is_no = rule(
    "cn.pipl.consent_record_when_silence_is_no",
    gate="proof",
    reads={Fact.CONSENT_TRANSFER, Fact.NOTICE},
    events=SUCCEEDS,
    record_classes={RecordClass.CONSENT},
    roles=NOT_STAFF,
    routes={LegalRoute.PIPL_22},
    on_silence={OnSilence.RELEASE_NONE},
    always=True,
    releases=True,
    reference=("PIPL-22", "PIPL-56", "NDSR-12"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh=_ASKED_ZH,
    en=_ASKED_EN,
)(_consent_record_asked)


@rule(
    "cn.pipl.consent_record_staff",
    gate="proof",
    reads=(),
    events=DISPOSES,
    record_classes={RecordClass.CONSENT},
    roles={RowRole.STAFF},
    always=True,
    reference=("PIPL-6",),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="客户记录中的员工信息不移交，随该行离开。",
    en="Staff named in a customer's record do not pass; they fall with the row.",
)
def consent_record_staff(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Staff columns never pass and have no say in what becomes of the row."""
    return Answer(("exclude", "delete"))


@rule(
    "cn.pipl.dispute_record",
    gate="proof",
    reads=(),
    events=DISPOSES,
    record_classes={RecordClass.DISPUTE},
    always=True,
    reference=("PIPL-44", "PIPL-46", "PIPL-50"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="争议记录：冻结，不移交、不删除，待处理完毕。",
    en="A record of a dispute: blocked, neither passed on nor deleted until it is settled.",
)
def dispute_record(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """It is evidence for both sides; also after settlement somebody must first look at it."""
    return Answer(("freeze_or_flag",))

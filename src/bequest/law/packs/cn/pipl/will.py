"""The person's own will, and that of a child's guardian: PIPL Arts. 15, 23, 29, 31, 44, 47."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import GOES_ON, MERGES, SUCCEEDS
from bequest.law.packs.cn.pipl.release import left_out
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.case import Event, LegalRoute, OnSilence
from bequest.model.datamap import FieldClass, Need
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.pipl.objection",
    gate="objection",
    reads={Fact.OBJECTION, Fact.RETENTION, Fact.OPEN_ORDER},
    events=SUCCEEDS - MERGES,
    leaves_rest=True,
    reference=("PIPL-15", "PIPL-44", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="本人反对：不移交；须保存的封存，有未完成订单的暂时冻结，其余删除。",
    en="The person objected: nothing passes; what must be kept goes to custody, while an order is open it is blocked, "
    "all else is deleted.",
)
def objection(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 44: the right to refuse; Art. 47(1), (3): what is left has no purpose once the open order is done."""
    if not facts.has(Fact.OBJECTION, "objected"):
        return None
    if facts.has(Fact.RETENTION, "none") and facts.has(Fact.OPEN_ORDER, "yes"):
        return Answer(("exclude", "storage_only"))
    return left_out(p)


@rule(
    "cn.pipl.objection_in_merger",
    gate="objection",
    reads={Fact.OBJECTION, Fact.RETENTION, Fact.OPEN_ORDER},
    events=MERGES,
    leaves_rest=True,
    reference=("PIPL-15", "PIPL-44", "PIPL-47"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="本人反对：没有履行中的合同、也没有保存义务的，不移交，删除；另有新用途或者不需要的，也不移交。",
    en="The person objected: without a running contract or a duty to keep nothing passes and it is deleted; nor does "
    "what is not needed or meant for a new purpose.",
)
def objection_in_merger(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Rights and duties pass by law: an objection cannot undo a contract that runs or a duty to keep."""
    if not facts.has(Fact.OBJECTION, "objected"):
        return None
    binds = facts.has(Fact.OPEN_ORDER, "yes") or not facts.has(Fact.RETENTION, "none")
    return None if binds and field.need in {Need.NEEDED, Need.REDUCED} else left_out(p)


def _without_a_yes(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 23. The transferor's own purpose is not over for those who say no, so nothing of theirs is deleted."""
    if facts.has(Fact.OBJECTION, "objected") or facts.has(Fact.CONSENT_TRANSFER, "refused"):
        return Answer(("exclude", "stays_in_use"))
    if facts.has(Fact.NOTICE, "not_told"):
        return Answer(("exclude", "stays_in_use", "notice_required"))
    if facts.has(Fact.CONSENT_TRANSFER, "given") or told_is_enough(field, p, lot):
        return None
    if facts.has(Fact.NOTICE, "planned"):
        return Answer(("separate_consent", "stays_in_use"))
    return Answer(("exclude", "separate_consent", "stays_in_use"))


goes_on_without_a_yes = rule(
    "cn.pipl.goes_on_without_a_yes",
    gate="agreed",
    reads={Fact.CONSENT_TRANSFER, Fact.OBJECTION, Fact.NOTICE},
    events=GOES_ON,
    routes={LegalRoute.PIPL_23},
    releases=True,
    reference=("PIPL-23", "PIPL-44", "NDSR-62"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="只移交本人单独同意的；没有同意、反对或者没有告知的，一切照旧，由转出方继续处理。",
    en="Only what the person separately consented to passes; without a yes, after an objection or before the notice "
    "everything stays as it is with the transferor.",
)(_without_a_yes)

part_sale_goes_on = rule(
    "cn.pipl.part_sale_goes_on",
    gate="agreed",
    reads={Fact.CONSENT_TRANSFER, Fact.OBJECTION, Fact.NOTICE},
    events={Event.E5},
    routes={LegalRoute.PIPL_23},
    only_if="cn.pipl.part_sale_goes_on",
    releases=True,
    reference=("PIPL-23", "PIPL-44", "PIPL-47"),
    status=ReasonStatus.DERIVED,
    since=PIPL,
    zh="按第 23 条转让部分业务，不是承继：没有同意、反对或者没有告知的，一切照旧，由转出方继续处理"
    "（该开关为{cn.pipl.part_sale_goes_on}）。",
    en="A part of a business provided by Art. 23 is no succession: without a yes, after an objection or before the "
    "notice everything stays as it is with the transferor (the switch is {cn.pipl.part_sale_goes_on}).",
)(_without_a_yes)


@rule(
    "cn.pipl.separate_consent",
    gate="consent",
    reads={Fact.CONSENT_TRANSFER, Fact.NOTICE},
    events=SUCCEEDS - GOES_ON,
    routes={LegalRoute.PIPL_23},
    releases=True,
    leaves_rest=True,
    reference=("PIPL-23", "NDSR-62"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="按第 23 条提供，须取得本人单独同意；没有同意的不移交。",
    en="Provision under Art. 23 needs the person's separate consent; without it nothing passes.",
)
def separate_consent(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Silence is no consent. Where no basis is recorded, all are treated as resting on consent."""
    if not told_is_enough(field, p, lot):
        return _asked(facts, p)
    return left_out(p) if facts.has(Fact.CONSENT_TRANSFER, "refused") else None


def told_is_enough(field: FieldKind, p: Params, lot: LotView) -> bool:
    """Whether Art. 23 asks for its notice only: another basis than consent, by the default reading (PIPL-23a).

    Sensitive fields need separate consent all the same (Art. 29); for a child the guardian is asked.
    """
    if not lot.other_basis or lot.on_silence is OnSilence.RELEASE_NONE:
        return False
    if p.flag("cn.pipl.art23_separate_consent_when_basis_not_consent"):
        return False
    return not (field.sensitive or _is_identity_number(field, p))


@rule(
    "cn.pipl.abroad_separate_consent",
    gate="consent",
    reads={Fact.CONSENT_TRANSFER, Fact.NOTICE},
    events=SUCCEEDS,
    only_abroad=True,
    releases=True,
    leaves_rest=True,
    reference=("PIPL-39", "XB-10"),
    status=ReasonStatus.DERIVED,
    since=PIPL,
    zh="接收方在境外（港澳台同样算）：须取得本人对出境的单独同意，没有同意的不移交；没有记录依据的，按基于同意对待。",
    en="The receiver is outside the mainland (Hong Kong, Macao and Taiwan count): the person's separate consent to the "
    "export is needed, without it nothing passes; what has no recorded basis is treated as resting on consent.",
)
def abroad_separate_consent(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 39: separate consent where consent is the basis (CAC, July 2026); exemptions end the mechanism only."""
    if not lot.other_basis:
        return _asked(facts, p)
    return left_out(p) if facts.has(Fact.CONSENT_TRANSFER, "refused") else None


@rule(
    "cn.pipl.silence_is_no",
    gate="consent",
    reads={Fact.CONSENT_TRANSFER, Fact.NOTICE},
    events=SUCCEEDS,
    routes={LegalRoute.PIPL_22},
    on_silence={OnSilence.RELEASE_NONE},
    releases=True,
    leaves_rest=True,
    reference=("PIPL-22", "PIPL-44"),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="该批次约定：本人未作答复的不移交（严于第 22 条的要求）。",
    en="The lot was set up so that nothing passes without an answer (stricter than Art. 22 asks).",
)
def silence_is_no(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Counsel chose to ask although Art. 22 only asks to tell."""
    return _asked(facts, p)


@rule(
    "cn.pipl.sensitive_consent",
    gate="consent",
    reads={Fact.CONSENT_TRANSFER, Fact.NOTICE, Fact.AGE_BAND},
    events=SUCCEEDS,
    routes={LegalRoute.PIPL_22},
    only_if="cn.pipl.sensitive_in_art22_needs_separate_consent",
    releases=True,
    leaves_rest=True,
    reference=("PIPL-29",),
    status=ReasonStatus.OPEN,
    since=PIPL,
    zh="律师选择从严：敏感个人信息按第 22 条移交也须取得单独同意。",
    en="Counsel chose the stricter reading: sensitive information needs separate consent under Art. 22 too.",
)
def sensitive_consent(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Only with the switch on; see the open point PIPL-29."""
    if not is_sensitive(facts, field, p):
        return None
    return _asked(facts, p)


def is_sensitive(facts: FactView, field: FieldKind, p: Params) -> bool:
    """Art. 28: the kinds of field named there, all of a child under 14, and identity numbers by our switch."""
    if field.sensitive:
        return True
    if field.cls in _IDENTITY_NUMBERS:
        return _is_identity_number(field, p)
    return field.personal and facts.has(Fact.AGE_BAND, "under_14")


_IDENTITY_NUMBERS = {FieldClass.NATIONAL_ID, FieldClass.PASSPORT}


def _is_identity_number(field: FieldKind, p: Params) -> bool:
    return field.cls in _IDENTITY_NUMBERS and p.flag("cn.pipl.treat_id_number_as_sensitive")


def _asked(facts: FactView, p: Params) -> Answer | None:
    """Consent given: go on. Not asked to the end yet: wait. Refused or silent: left out."""
    if facts.has(Fact.CONSENT_TRANSFER, "given"):
        return None
    if facts.has(Fact.CONSENT_TRANSFER, "silent") and facts.has(Fact.NOTICE, "planned"):
        return Answer(("separate_consent",), rest=left_out(p).rest)
    return Answer(("exclude", "separate_consent"), rest=left_out(p).rest)

"""What must be said of values that pass: open points and defaults. PIPL Arts. 17, 22, 23, 28-30."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import HANDS_OVER, SUCCEEDS
from bequest.law.packs.cn.pipl.will import is_sensitive
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.case import Event, LegalRoute
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.pipl.whether_art_22_covers_it",
    gate="note",
    reads=(),
    events={Event.E5, Event.E11},
    routes={LegalRoute.PIPL_22},
    reference=("PIPL-22", "AUD-G7", "G35273-9.3"),
    status=ReasonStatus.OPEN,
    since=PIPL,
    zh="第 22 条的“等原因”是否包括整体业务转让尚无定论；该路径由律师选定。",
    en='Whether "and other reasons" in Art. 22 covers the sale of a whole business is open; counsel chose this route.',
)
def whether_art_22_covers_it(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The question of 等, on every value that passes by Art. 22 outside merger, division, dissolution, bankruptcy."""
    return Answer((), open_points=("PIPL-22a",))


@rule(
    "cn.pipl.whether_basis_matters",
    gate="note",
    reads=(),
    events=HANDS_OVER,
    routes={LegalRoute.PIPL_23},
    reference=("PIPL-23", "AUD-G8"),
    status=ReasonStatus.OPEN,
    since=PIPL,
    zh="处理不基于同意时，第 23 条是否仍要求单独同意尚无定论；本版一律取得单独同意。",
    en="Whether Art. 23 needs separate consent where the basis is not consent is open; here it is always asked for.",
)
def whether_basis_matters(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The switch art23_separate_consent_when_basis_not_consent waits for recorded bases."""
    return Answer((), open_points=("PIPL-23a",))


@rule(
    "cn.pipl.told_by_public_notice",
    gate="note",
    reads={Fact.NOTICE},
    events=HANDS_OVER,
    reference=("PIPL-17", "G35273-6.4", "JRT-7.1.3"),
    status=ReasonStatus.OPEN,
    since=PIPL,
    zh="联系不上本人，只作了公告；公告是否算告知尚无定论。",
    en="The person could not be reached and was told by public notice only; whether that counts is open.",
)
def told_by_public_notice(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Standards allow an announcement where telling everyone costs too much; the law itself is silent."""
    return Answer((), open_points=("PIPL-22-notice",)) if facts.has(Fact.NOTICE, "published") else None


@rule(
    "cn.pipl.notice_still_planned",
    gate="note",
    reads={Fact.NOTICE},
    events=HANDS_OVER,
    reference=("PIPL-17",),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="告知尚在计划之中；切换时按实际送达情况再定一次。",
    en="The notice is still planned; at cutover this is decided again by what was delivered.",
)
def notice_still_planned(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """A plan before the letters are out assumes that they arrive."""
    return Answer(("notice_required",)) if facts.has(Fact.NOTICE, "planned") else None


@rule(
    "cn.pipl.sensitive_keeps_its_consent",
    gate="note",
    reads={Fact.AGE_BAND},
    events=SUCCEEDS,
    routes={LegalRoute.PIPL_22},
    reference=("PIPL-28", "PIPL-29", "PIPL-30"),
    status=ReasonStatus.OPEN,
    since=PIPL,
    zh="敏感个人信息：目的和方式不变，接收方承继原同意；是否另须单独同意尚无定论（开关现为 "
    "{cn.pipl.sensitive_in_art22_needs_separate_consent}）。",
    en="Sensitive information: purpose and method unchanged, the receiver inherits the old consent; whether fresh "
    "separate consent is needed is open (the switch is {cn.pipl.sensitive_in_art22_needs_separate_consent}).",
)
def sensitive_keeps_its_consent(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """See the open point PIPL-29."""
    return Answer((), open_points=("PIPL-29",)) if is_sensitive(facts, field, p) else None


@rule(
    "cn.pipl.age_not_known",
    gate="note",
    reads={Fact.AGE_BAND},
    events=HANDS_OVER,
    reference=("PIPL-31",),
    status=ReasonStatus.OURS,
    since=PIPL,
    zh="年龄不详：没有迹象表明本人不满 {cn.pipl.child_age} 周岁，按成年人处理。",
    en="The age is not known: with no sign that the person is under {cn.pipl.child_age}, treated as an adult.",
)
def age_not_known(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Most records hold no birth date; a sign of a child must come from the data map."""
    return Answer(("none",)) if facts.has(Fact.AGE_BAND, "unknown") else None

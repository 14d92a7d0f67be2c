"""Children under 14: PIPL Art. 31 and the provisions of 2019, Arts. 9, 10, 17."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.groups import ENDS, GOES_ON, HANDS_OVER, SUCCEEDS
from bequest.law.packs.cn.pipl.release import left_out
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, Rest, rule
from bequest.model.case import Event, LegalRoute
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.kids.guardian",
    gate="guardian",
    reads={Fact.AGE_BAND, Fact.GUARDIAN_CONSENT},
    events=SUCCEEDS,
    leaves_rest=True,
    reference=("PIPL-31", "MPL-72", "KIDS-9"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="不满 {cn.pipl.child_age} 周岁：转移其个人信息须监护人同意，尚未取得，冻结。",
    en="Under {cn.pipl.child_age}: passing it on needs a guardian's consent, which is missing; blocked.",
)
def guardian(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The stricter rule: Art. 9 of the provisions covers transfer; no later law says that silence is enough."""
    if not facts.has(Fact.AGE_BAND, "under_14") or facts.has(Fact.GUARDIAN_CONSENT, "given"):
        return None
    if facts.has(Fact.GUARDIAN_CONSENT, "refused"):
        return Answer(
            ("exclude",),
            rest=left_out(p).rest,
            zh="不满 {cn.pipl.child_age} 周岁，监护人不同意：不移交。",
            en="Under {cn.pipl.child_age} and the guardian refused: nothing passes.",
        )
    return Answer(("guardian_consent",), open_points=("KIDS-9",))


def _without_a_guardian(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """The transferor goes on under the consent it has; only the transfer needs a new one."""
    if not facts.has(Fact.AGE_BAND, "under_14") or facts.has(Fact.GUARDIAN_CONSENT, "given"):
        return None
    return Answer(("exclude", "stays_in_use"))


guardian_before_a_sale = rule(
    "cn.kids.guardian_before_a_sale",
    gate="agreed",
    reads={Fact.AGE_BAND, Fact.GUARDIAN_CONSENT},
    events=GOES_ON,
    routes={LegalRoute.PIPL_23},
    reference=("PIPL-31", "MPL-72", "KIDS-9"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="不满 {cn.pipl.child_age} 周岁，监护人没有同意移交：一切照旧，由转出方继续处理。",
    en="Under {cn.pipl.child_age} without a guardian's yes to the transfer: everything stays as it is with the "
    "transferor.",
)(_without_a_guardian)

guardian_before_a_part_sale = rule(
    "cn.kids.guardian_before_a_part_sale",
    gate="agreed",
    reads={Fact.AGE_BAND, Fact.GUARDIAN_CONSENT},
    events={Event.E5},
    routes={LegalRoute.PIPL_23},
    only_if="cn.pipl.part_sale_goes_on",
    reference=("PIPL-31", "MPL-72", "KIDS-9"),
    status=ReasonStatus.DERIVED,
    since=PIPL,
    zh="不满 {cn.pipl.child_age} 周岁，监护人没有同意移交：一切照旧，由转出方继续处理。",
    en="Under {cn.pipl.child_age} without a guardian's yes to the transfer: everything stays as it is with the "
    "transferor.",
)(_without_a_guardian)


@rule(
    "cn.kids.delete_when_it_stops",
    gate="guardian",
    reads={Fact.AGE_BAND},
    events=ENDS,
    leaves_rest=True,
    reference=("KIDS-23", "PIPL-47"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="停止运营：立即停止收集，删除持有的儿童个人信息（不满 {cn.pipl.child_age} 周岁），并告知监护人；"
    "有保存义务的只封存该部分。",
    en="Operation stops: collecting stops at once, children's information (under {cn.pipl.child_age}) is deleted "
    "and their "
    "guardians are told; only what a duty keeps goes to custody.",
)
def delete_when_it_stops(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 23 of the provisions: children's information first."""
    if facts.has(Fact.AGE_BAND, "under_14"):
        return Answer(("exclude", "notify_persons"), rest=Rest.BY_DUTY)
    return None


@rule(
    "cn.kids.guardian_gave_consent",
    gate="note",
    reads={Fact.AGE_BAND, Fact.GUARDIAN_CONSENT},
    events=HANDS_OVER,
    reference=("PIPL-31", "KIDS-9", "KIDS-17"),
    status=ReasonStatus.VERIFIED,
    since=PIPL,
    zh="不满 {cn.pipl.child_age} 周岁，监护人已同意；移交前还须进行安全评估。",
    en="Under {cn.pipl.child_age} with the guardian's consent; a security assessment is due before it passes.",
)
def guardian_gave_consent(facts: FactView, field: FieldKind, p: Params, lot: LotView) -> Answer | None:
    """Art. 17 of the provisions: assess before transfer to a third party."""
    if facts.has(Fact.AGE_BAND, "under_14") and facts.has(Fact.GUARDIAN_CONSENT, "given"):
        return Answer(("guardian_consent",))
    return None

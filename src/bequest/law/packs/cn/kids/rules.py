"""Children under 14: PIPL Art. 31 and the provisions of 2019, Arts. 9, 10, 17."""

# ruff: noqa: ARG001 - every rule is given the same four things

from datetime import date

from bequest.law.packs.cn.pipl.release import left_out
from bequest.law.params import Params
from bequest.law.rule import Answer, FactView, LotView, rule
from bequest.model.case import Event
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import Fact
from bequest.model.plan import FieldKind

PIPL = date(2021, 11, 1)


@rule(
    "cn.kids.guardian",
    gate="guardian",
    reads={Fact.AGE_BAND, Fact.GUARDIAN_CONSENT},
    events={Event.E5},
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


@rule(
    "cn.kids.guardian_gave_consent",
    gate="note",
    reads={Fact.AGE_BAND, Fact.GUARDIAN_CONSENT},
    events={Event.E5},
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

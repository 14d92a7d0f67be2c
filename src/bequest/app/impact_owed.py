"""An impact assessment that is owed (PIPL Arts. 55, 56) and not filed: said when planning, approving, delivering.

Nothing is stopped for want of it: people may keep one outside, and then its filing here is what is missing.
"""

from dataclasses import dataclass

from bequest.app.context import Context
from bequest.app.impact import filed_impact
from bequest.app.law import pack_of
from bequest.law.duties import CaseFacts, case_duties

DUTY = "cn.pipia"
"""The duty of the pack; it asks for the event alone."""


@dataclass(frozen=True, slots=True)
class OwedImpact:
    """The duty that is open, with the articles in force on the law date."""

    articles: tuple[str, ...]
    zh: str
    en: str


def owed_impact(ctx: Context, case_id: str) -> OwedImpact | None:
    """The impact assessment that the event of the case asks for, where none is filed; else nothing."""
    case = ctx.case(case_id).case
    duties = case_duties(pack_of(case), case.event, (), CaseFacts(), on=case.effective_on)
    owed = next((d for d in duties if d.id == DUTY), None)
    if owed is None or filed_impact(ctx, case_id) is not None:
        return None
    cited_zh, cited_en = "、".join(owed.articles), ", ".join(owed.articles)
    way = f"bequest assess run {case_id}; bequest assess pipia {case_id}; bequest assess file {case_id} FILE --key KEY"
    return OwedImpact(
        owed.articles,
        f"提示：须事前进行个人信息保护影响评估（{cited_zh}），尚未归档：{way}",
        f"warning: an impact assessment is owed beforehand ({cited_en}) and none is filed: {way}",
    )

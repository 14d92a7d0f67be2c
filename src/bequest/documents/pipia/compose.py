"""The impact assessment, part by part: what was measured stands as it is, what people must say is a field.

Parts follow PIPL Art. 56 and GB/T 39335-2020, 5.1 to 5.8: why it is due, the processing, the data, lawfulness, sources
of risk, impact on people's rights, risk levels, measures, residual risk, opinions, conclusion, and every fact.
"""

from collections.abc import Callable, Iterator, Mapping

from bequest.documents.form.content import Block, Form, Heading, Paragraph
from bequest.documents.pipia import dpia, risk, subject
from bequest.documents.pipia.content import PipiaInput
from bequest.documents.pipia.wording import Speech, lines, party
from bequest.documents.words import Word, word
from bequest.model.assessment import ImpactKind

Part = Callable[[Speech, PipiaInput], Iterator[Block]]
Parts = tuple[tuple[Word, Part], ...]
SPECIMEN = Word("样例 · 演练案件，内容虚构", "SPECIMEN · rehearsal, all invented")


def compose(
    given: PipiaInput, lang: str, values: Mapping[str, str] | None = None, kind: ImpactKind = ImpactKind.PIPIA
) -> Form:
    """The form in one language; `values` are fields that were filled in before."""
    s, a = Speech(lang), given.page.assessment
    title, parts = FORMS[kind]
    blocks: list[Block] = list(_head(s, given, kind))
    for number, (heading, part) in enumerate(parts, 1):
        blocks.append(Heading(s.part(number, heading.zh, heading.en)))
        blocks += part(s, given)
    form = Form(
        lang=lang,
        title=s.of(title),
        subtitle=f"{given.case.title if lang == 'zh' else s.of(word(given.case.event))} · {given.case.id}",
        number=f"{kind.value.upper()}-{given.case.id}-{a.run:04}",
        mark=s.of(SPECIMEN) if given.case.rehearsal else "",
        made_at=given.made_at,
        properties=(
            ("bequest-kind", kind.value),
            ("bequest-case", given.case.id),
            ("bequest-run", str(a.run)),
            ("bequest-facts", a.facts_digest),
            ("bequest-assessment", a.digest),
        ),
        blocks=tuple(blocks),
    )
    return form.filled(values) if values else form


def _head(s: Speech, g: PipiaInput, kind: ImpactKind) -> Iterator[Block]:
    a = g.page.assessment
    kept = (
        s("保存", "To be kept"),
        s(
            f"至少到 {g.keep_until}，由 {party(s, g.keeper)} 保存（个保法 56）",
            f"until {g.keep_until} at least, by {party(s, g.keeper)} (PIPL Art. 56)",
        ),
    )
    receivers = s.join(party(s, r) for r in g.case.receivers) or s("无", "none")
    yield lines(
        (
            (s("案号", "Case"), g.case.id),
            (s("事由", "Event"), f"{g.case.event.value} {s.of(word(g.case.event))}"),
            (s("个人信息处理者", "Processor"), party(s, g.case.transferor)),
            (s("接收方", "Receivers"), receivers),
            (s("评估", "Assessment"), s(f"第 {a.run} 次，{a.on}", f"run {a.run}, {a.on}")),
            (s("法律日期、法律包", "Law date, law pack"), f"{g.case.effective_on}, {g.law_pack}"),
            (s("方案摘要", "Policy digest"), g.policy_digest or s("还没有方案", "no plan yet")),
            (s("事实摘要", "Facts digest"), a.facts_digest),
            *((kept,) if kind is ImpactKind.PIPIA else ()),
        )
    )
    yield Paragraph(
        s(
            "表格和正文里的数由系统从案件测得，不可改动；方框由人填写，带 * 的必填。"
            "事实变化超过容许范围，本报告须重做。",
            "Tables and text were measured in the case and cannot be changed; boxes are for people, those with * must"
            " be filled in. Where the facts change beyond what is tolerated, the assessment is done again.",
        ),
        note=True,
    )


PIPIA: Parts = (
    (Word("评估的必要性", "Why the assessment is due"), subject.due),
    (Word("处理活动", "The processing"), subject.processing),
    (Word("数据映射", "The data"), subject.data),
    (Word("合法性、正当性、必要性", "Lawful, proper, necessary"), subject.lawful),
    (Word("风险源识别", "Sources of risk"), risk.sources),
    (Word("对个人权益的影响", "Impact on people's rights"), risk.rights),
    (Word("安全风险综合分析", "Risk levels"), risk.levels),
    (Word("安全保护措施及其有效性", "Measures and their effect"), risk.measures),
    (Word("剩余风险与处置", "Residual risk"), risk.residual),
    (Word("意见", "Opinions"), risk.opinions),
    (Word("结论", "Conclusion"), risk.conclusion),
    (Word("附录：全部实测事实与刻度", "Annex: every measured fact and scale"), risk.annex),
)
DPIA: Parts = (
    (Word("评估的必要性（35(1)、(3)）", "Why the assessment is due (Art. 35(1), (3))"), dpia.due),
    (Word("系统性描述（35(7)(a)）", "Systematic description (Art. 35(7)(a))"), dpia.described),
    (Word("必要与相称（35(7)(b)）", "Necessity and proportionality (Art. 35(7)(b))"), dpia.necessary),
    (Word("对权利和自由的风险（35(7)(c)）", "Risks to rights and freedoms (Art. 35(7)(c))"), dpia.risks),
    (Word("措施与剩余风险（35(7)(d)）", "Measures and residual risk (Art. 35(7)(d))"), dpia.measures),
    (Word("意见与咨询（35(2)、(9)，36）", "Advice, views, consultation (Art. 35(2), (9), 36)"), dpia.advice),
    (Word("结论", "Conclusion"), risk.conclusion),
    (Word("附录：全部实测事实与刻度", "Annex: every measured fact and scale"), risk.annex),
)
FORMS: Mapping[ImpactKind, tuple[Word, Parts]] = {
    ImpactKind.PIPIA: (
        Word("个人信息保护影响评估报告", "Personal Information Protection Impact Assessment"), PIPIA,
    ),
    ImpactKind.DPIA: (Word("数据保护影响评估（GDPR 35）", "Data Protection Impact Assessment (GDPR Art. 35)"), DPIA),
}  # fmt: skip
"""By kind the title and the parts in order, each with its heading."""

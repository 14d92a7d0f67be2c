"""Words and figures of an assessment: levels, dimensions, states, counts with small ones guarded."""

import re
from collections.abc import Mapping
from typing import Final

from bequest.documents.assessment.content import SMALL, FactLine, RiskLine, WarningLine
from bequest.documents.citations import cite
from bequest.documents.words import Shape, Word
from bequest.model.assessment import COMPANY, RIGHTS, Dimension, Figure, ImpactKind, Origin, RiskState, Standing

DIMENSIONS: Final[Mapping[Dimension, Word]] = {
    Dimension.LEGAL: Word("法律", "legal"),
    Dimension.TECHNICAL: Word("技术", "technical"),
    Dimension.OPERATIONAL: Word("操作", "operational"),
    Dimension.MARKET: Word("市场", "market"),
    Dimension.REPUTATION: Word("声誉", "reputation"),
    Dimension.FINANCIAL: Word("财务", "financial"),
    Dimension.DECISION: Word("限制自主决定", "freedom to decide"),
    Dimension.DISCRIMINATION: Word("差别待遇", "unequal treatment"),
    Dimension.DISTRESS: Word("名誉与精神", "name and peace of mind"),
    Dimension.HARM: Word("人身财产", "body and property"),
}
LEVELS: Final = (
    Word("无", "none"),
    Word("低", "low"),
    Word("中", "medium"),
    Word("高", "high"),
    Word("严重", "severe"),
)
LIKELY: Final = (
    Word("无", "none"),
    Word("低", "low"),
    Word("中", "medium"),
    Word("高", "high"),
    Word("很高", "very high"),
)
STATES: Final[Mapping[RiskState, tuple[Word, Shape]]] = {
    RiskState.OPEN: (Word("未处置", "open"), Shape("gone", "warn")),
    RiskState.TREATED: (Word("方案可控", "treated"), Shape("till", "wait")),
    RiskState.CLOSED: (Word("已关闭", "closed"), Shape("same", "ok")),
}
ORIGINS: Final[Mapping[Origin, Word]] = {
    Origin.DATA_MAP: Word("数据地图", "data map"),
    Origin.LINK: Word("识人", "linkage"),
    Origin.PLAN: Word("逐值决定", "decisions value by value"),
    Origin.CASE: Word("案件文件", "case file"),
    Origin.NOTICES: Word("告知登记", "register of notices"),
    Origin.SOURCE: Word("数据源", "the sources"),
    Origin.FAIRNESS: Word("公平性比较", "fairness comparison"),
    Origin.PORTAL: Word("客户门户", "portal"),
}
SOURCES: Final[Mapping[str, Word]] = {
    "network": Word("网络环境和技术措施", "systems and technical measures"),
    "process": Word("个人信息处理流程", "the processing itself"),
    "people": Word("参与人员与第三方", "people and third parties"),
    "business": Word("业务特点和规模", "kind and size of the business"),
}
"""Where a risk comes from: GB/T 39335-2020, 5.4 a to d."""
LIABILITIES: Final[Mapping[str, Word]] = {
    "civil": Word("民事", "civil"),
    "administrative": Word("行政", "administrative"),
    "criminal": Word("刑事", "criminal"),
    "reputation": Word("信誉", "reputation"),
}
STANDINGS: Final[Mapping[Standing, tuple[Word, Shape]]] = {
    Standing.NONE: (Word("尚未归档", "none is filed"), Shape("till", "wait")),
    Standing.CURRENT: (Word("有效：事实未变", "holds: no fact has changed"), Shape("same", "ok")),
    Standing.MOVED: (Word("有效：变化在容许范围内", "holds: facts moved within the tolerance"), Shape("same", "ok")),
    Standing.REOPENED: (Word("须重做", "opened again"), Shape("gone", "warn")),
}
IMPACTS: Final[Mapping[ImpactKind, Word]] = {
    ImpactKind.PIPIA: Word("个人信息保护影响评估", "impact assessment (PIPIA)"),
    ImpactKind.DPIA: Word("数据保护影响评估（GDPR）", "impact assessment (DPIA)"),
}
CONCLUSIONS: Final[Mapping[str, Word]] = {
    "go": Word("可以进行", "may go ahead"),
    "go_after_measures": Word("完成上列措施后可以进行", "may go ahead once the measures above are done"),
    "stop": Word("不得进行", "must not go ahead"),
}
"""What people conclude, in the order of the choices of the form."""
_CITED: Final = re.compile(r"\b[A-Z][A-Z0-9]+-[0-9G][0-9.]*\b")
CASE: Final = Word("全案", "the case")
PEOPLE: Final = frozenset({"person"})


def level_word(level: int | None, lang: str) -> str:
    """A level as word and figure; a dash where it is not known yet, a middle dot for none."""
    if level is None:
        return "—"
    return f"{LEVELS[level].of(lang)} {level}" if level else "·"


def cell_text(cell: tuple[int, int | None] | None, lang: str) -> str:
    """A cell of the heat map: word and figure as found, and the figure after the plan."""
    if cell is None:
        return "·"
    before, after = cell
    return f"{level_word(before, lang)}→{'—' if after is None else after or '·'}"


def figure_text(figure: Figure | None, unit: str, *, share: bool) -> str:
    """A count, `n of m` for a part, per cent for a chance; counts of one to nine people are `<10`."""
    if figure is None:
        return "—"
    if unit == "chance":
        return f"{figure.per_mille / 1000:.3f}"
    small = unit in PEOPLE and 0 < figure.n < SMALL
    n = f"<{SMALL}" if small else f"{figure.n:,}"
    if not figure.of:
        return n
    if unit == "item":  # a ratio, not a part: it may be above 1
        return f"{figure.n / figure.of:.2f}×"
    part = "" if small or not share else f" ({100 * figure.n / figure.of:.1f}%)"
    return f"{n}/{figure.of:,}{part}"


def fact_text(f: FactLine, lang: str) -> str:
    """A fact with its place, as found and after the plan, in one sentence."""
    where = f"{f.where.of(lang)}{'：' if lang == 'zh' else ': '}" if f.where.zh else ""
    before, after = (figure_text(x, f.unit, share=f.share) for x in (f.before, f.after))
    left = f.left.of(lang)
    if not left:
        return f"{where}{f.said.of(lang)} {before}" + ("" if after in {before, "—"} else f" → {after}")
    return f"{where}{f.said.of(lang)} {before}{'；' if lang == 'zh' else '; '}{left} {after}"


def risk_title(r: RiskLine, lang: str) -> str:
    """A risk with the class of data or the lot it was met in."""
    where = r.where.of(lang)
    if not where:
        return r.said.of(lang)
    return f"{r.said.of(lang)}（{where}）" if lang == "zh" else f"{r.said.of(lang)} ({where})"


def heads(*, rights: bool, lang: str) -> tuple[str, ...]:
    """The names of the dimensions of a heat map, in order."""
    return tuple(DIMENSIONS[d].of(lang) for d in (RIGHTS if rights else COMPANY))


def cited(text: str, lang: str) -> str:
    """A text with citations such as `PIPL-51`, each as it is cited in the language."""
    return _CITED.sub(lambda m: cite(m[0], lang), text)


def _limit(threshold: int, f: FactLine) -> str:
    """A threshold as the figures it is held against are printed; those of shares are per mille."""
    if f.unit == "item":
        return f"{threshold / 1000:g}×"
    if f.unit == "chance":
        return f"{threshold / 1000:.3f}"
    return f"{threshold / 10:g}%" if f.share else f"{threshold:,}"


def warning_text(w: WarningLine, lang: str) -> str:
    """An early warning in one sentence, with its threshold and where that is from."""
    f = w.fact
    value = figure_text(f.after if w.after else f.before, f.unit, share=f.share)
    where, said = f.where.of(lang), (f.left if w.after and f.left.zh else f.said).of(lang)
    limit = _limit(w.threshold, f)
    if lang == "zh":
        new = "（新越线）" if w.crossed else ""
        return f"预警{new}：{where + '，' if where else ''}{said} {value}，界限 {limit}（{cited(w.source.zh, lang)}）"
    new = " (crossed since the last run)" if w.crossed else ""
    return (
        f"warning{new}: {where + ', ' if where else ''}{said} {value}, threshold {limit} ({cited(w.source.en, lang)})"
    )

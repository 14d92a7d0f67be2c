"""The assessment on the terminal: heat map, register, early warnings, what made a score."""

from collections.abc import Sequence

from bequest.cli import render
from bequest.documents.assessment.content import AssessmentPage, FactLine, HeatRow, RiskLine
from bequest.documents.assessment.wording import (
    DIMENSIONS,
    LEVELS,
    LIABILITIES,
    LIKELY,
    ORIGINS,
    SOURCES,
    STATES,
    cell_text,
    fact_text,
    figure_text,
    heads,
    level_word,
    risk_title,
    warning_text,
)
from bequest.documents.citations import cite
from bequest.documents.words import word
from bequest.model.assessment import COMPANY, RIGHTS, Dimension, RiskState

SERIOUS = 1000
"""Per mille of the number from which it is serious."""


def print_assessment(page: AssessmentPage) -> None:
    """Heat maps, the register's open lines, warnings, and the digests that name the run."""
    lang, a = render.language(), page.assessment
    _heat(render.say("六个维度的风险：发现时 → 方案之后", "six dimensions: as found → after the plan"), page.company,
          COMPANY, rights=False)  # fmt: skip
    _heat(render.say("对个人权益的影响（GB/T 39335 5.5）", "impact on people's rights (GB/T 39335, 5.5)"), page.rights,
          RIGHTS, rights=True)  # fmt: skip
    counts = {s: sum(r.state is s for r in page.risks) for s in RiskState}
    said = "，".join(f"{STATES[s][0].zh} {n}" for s, n in counts.items())
    render.line(
        render.say(f"登记册 {len(page.risks)} 项：{said}", f"register, {len(page.risks)} risks: {_plain(counts)}")
    )
    _risks([r for r in page.risks if r.state is RiskState.OPEN], render.say("未处置的", "open"))
    for w in page.warnings:
        render.line(warning_text(w, lang))
    findings = len({x.finding for x in page.liabilities})
    render.line(
        render.say(
            f"这些风险对应 {findings} 种违法情形、{len(page.liabilities)} 项法律后果："
            f"`bequest assess liability {a.case_id}`",
            f"these risks lead to {findings} findings with {len(page.liabilities)} consequences in law: "
            f"`bequest assess liability {a.case_id}`",
        )
    )
    if a.basis.policy == "":
        render.line(render.say("还没有方案：方案之后的风险未评。", "no plan yet: what it leaves is not scored."))
    render.line(render.say(f"第 {a.run} 次评估，{a.on}", f"run {a.run}, {a.on}"))
    render.line(f"facts {a.facts_digest}")
    render.line(f"assessment {a.digest}")


def _plain(counts: dict[RiskState, int]) -> str:
    return ", ".join(f"{STATES[s][0].en} {n}" for s, n in counts.items())


def _heat(title: str, rows: Sequence[HeatRow], dimensions: Sequence[Dimension], *, rights: bool) -> None:
    lang = render.language()
    columns = (render.say("数据类别", "class of data"), *heads(rights=rights, lang=lang))
    render.table(
        title, columns, [(r.said.of(lang), *(cell_text(r.cells.get(d), lang) for d in dimensions)) for r in rows]
    )


def _risks(rows: Sequence[RiskLine], title: str) -> None:
    if not rows:
        return
    lang = render.language()
    columns = (
        render.say("编号", "id"), render.say("风险", "risk"), render.say("状态", "state"),
        render.say("发现时", "as found"), render.say("方案之后", "after the plan"), render.say("处置", "treatment"),
    )  # fmt: skip
    render.table(
        title,
        columns,
        [
            (
                r.id,
                risk_title(r, lang),
                STATES[r.state][0].of(lang),
                level_word(r.before, lang),
                level_word(r.after, lang),
                r.treatment.of(lang),
            )
            for r in rows
        ],
    )


def print_history(page: AssessmentPage) -> None:
    """Every line of the register, and how each stood from run to run."""
    lang = render.language()
    _risks(page.risks, render.say("风险登记册", "risk register"))
    for entry in page.assessment.register:
        turns = "; ".join(
            f"{render.say('第', 'run ')}{t.run}{render.say(' 次', '')} {t.on} {STATES[t.state][0].of(lang)}"
            f" {level_word(t.before, lang)} → {level_word(t.after, lang)}"
            for t in entry.turns
        )
        if len(entry.turns) > 1:
            render.line(f"  {entry.id}: {turns}")


def print_facts(page: AssessmentPage) -> None:
    """Every fact with its figures and the record it came from."""
    lang = render.language()
    columns = (
        render.say("事实", "fact"), render.say("说明", "what it says"), render.say("发现时", "as found"),
        render.say("方案之后", "after the plan"), render.say("出自", "from"),
    )  # fmt: skip
    render.table("", columns, [_fact(f, lang) for f in page.facts])


def _fact(f: FactLine, lang: str) -> tuple[str, ...]:
    before, after = (figure_text(x, f.unit, share=f.share) for x in (f.before, f.after))
    left = f.left.of(lang)
    said = f"{f.said.of(lang)} → {left}" if left else f.said.of(lang)
    return f.key, said, before, after, ORIGINS[f.origin].of(lang)


def print_liability(page: AssessmentPage) -> None:
    """The liability map: finding, before whom, what, how much, by which article, how sure."""
    lang = render.language()
    columns = (
        render.say("发现", "finding"), render.say("责任", "liability"), render.say("后果", "consequence"),
        render.say("依据", "articles"), render.say("核实", "status"), render.say("风险", "risks"),
    )  # fmt: skip
    rows = []
    for x in page.liabilities:
        n = len(x.risks)
        risks = render.say(f"{n} 项，未处置 {x.open_risks}", f"{n}, open {x.open_risks}")
        rows.append(
            (
                x.finding.of(lang),
                LIABILITIES[x.kind].of(lang),
                f"{x.said.of(lang)} [{x.penalty}]",
                ", ".join(cite(a, lang) for a in x.articles),
                word(x.status).of(lang),
                risks,
            )
        )
    render.table(render.say("责任对照", "liability map"), columns, rows)
    for p in page.penalties:
        render.line(f"[{p.number}] {p.said.of(lang)}")
        for r in p.ranges:
            render.line(f"    {r.of(lang)}")
    for f in dict.fromkeys(f for x in page.liabilities for f in x.facts):
        if f.before is not None and f.before.per_mille >= SERIOUS:
            render.line("  " + fact_text(f, lang))
    render.line(
        render.say(
            "区间为法律允许的范围，不预断法院和主管部门的结论。",
            "Ranges are what the law allows; they do not foretell what a court or an authority finds.",
        )
    )


def print_risk(r: RiskLine) -> None:
    """One risk: likelihood and impact per dimension, and the facts they came from, the heaviest first."""
    lang = render.language()
    render.line(f"{r.id}: {risk_title(r, lang)}")
    render.line(
        render.say("来源：", "comes from: ")
        + SOURCES[r.origin].of(lang)
        + render.say("；处置：", "; treatment: ")
        + r.treatment.of(lang)
    )
    columns = (
        render.say("维度", "dimension"), render.say("可能性", "likelihood"), render.say("影响", "impact"),
        render.say("发现时", "as found"), render.say("方案之后", "after the plan"),
    )  # fmt: skip
    render.table(
        "",
        columns,
        [
            (
                DIMENSIONS[s.dimension].of(lang),
                f"{LIKELY[s.likelihood].of(lang)} {s.likelihood}",
                f"{LEVELS[s.impact].of(lang)} {s.impact}",
                level_word(s.before, lang) + (" ?" if s.unknown else ""),
                level_word(s.after, lang),
            )
            for s in r.scores
        ],
    )
    for f in r.facts:
        render.line(f"  {f.key}: {fact_text(f, lang)} [{ORIGINS[f.origin].of(lang)}]")

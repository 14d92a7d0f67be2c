"""What can go wrong and what is done about it: sources, impact, levels, measures, what is left, who judges."""

from collections.abc import Iterator

from bequest.documents.assessment.content import RiskLine
from bequest.documents.assessment.wording import (
    DIMENSIONS,
    LEVELS,
    LIABILITIES,
    LIKELY,
    ORIGINS,
    SOURCES,
    STATES,
    cited,
    fact_text,
    level_word,
    risk_title,
    warning_text,
)
from bequest.documents.citations import cite
from bequest.documents.form.content import Block, Cell, Heading, Paragraph
from bequest.documents.pipia import fields
from bequest.documents.pipia.content import PipiaInput
from bequest.documents.pipia.wording import Speech, figures, meaning, table
from bequest.documents.words import word
from bequest.model.assessment import COMPANY, RIGHTS, RiskState


def sources(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Sources of risk by where they come from, each with its heaviest facts."""
    for name, said in SOURCES.items():
        met = [r for r in g.page.risks if r.origin == name and r.scores]
        yield Heading(s.of(said), 2)
        if not met:
            yield Paragraph(s("没有发现。", "None was found."))
            continue
        yield table(
            (s("风险", "Risk"), s("可能性", "Likelihood"), s("由哪些事实得出", "From which facts")),
            (
                (risk_title(r, s.lang), Cell(_likely(s, r), max(x.likelihood for x in r.scores)),
                 s("；", "; ").join(fact_text(f, s.lang) for f in r.facts[:2]))
                for r in met
            ),
            (4, 2, 7),
        )  # fmt: skip


def _likely(s: Speech, r: RiskLine) -> str:
    level = max(x.likelihood for x in r.scores)
    return f"{s.of(LIKELY[level])} {level}"


def rights(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Impact on people's rights, along four dimensions."""
    yield heat(s, g, rights=True)
    yield fields.consulted(s)


def levels(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Risk levels: the map of six dimensions, the matrix, the register."""
    yield heat(s, g, rights=False)
    yield from registered(s, g)
    yield from _liability(s, g)


def highest(g: PipiaInput) -> int:
    """The highest level of any risk, as found."""
    return max((r.before for r in g.page.risks), default=0)


def registered(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """The register, and early warnings."""
    yield Heading(s("风险登记册", "Risk register"), 2)
    yield table(
        (s("编号", "Id"), s("风险", "Risk"), s("发现时", "As found"), s("方案之后", "After"), s("状态", "State")),
        (
            (r.id, risk_title(r, s.lang), Cell(level_word(r.before, s.lang), r.before),
             Cell(level_word(r.after, s.lang), r.after or 0), s.of(STATES[r.state][0]))
            for r in g.page.risks
        ),
        (4, 6, 2, 2, 2),
    )  # fmt: skip
    if g.page.warnings:
        yield Heading(s("预警", "Early warnings"), 2)
        for w in g.page.warnings:
            yield Paragraph("· " + warning_text(w, s.lang))


def _liability(s: Speech, g: PipiaInput) -> Iterator[Block]:
    yield Heading(s("法律责任", "Liability"), 2)
    yield table(
        (s("违法情形", "Finding"), s("责任", "Liability"), s("后果", "Consequence"), s("依据", "Articles"),
         s("核实", "Status")),
        (
            (s.of(x.finding), s.of(LIABILITIES[x.kind]), f"{s.of(x.said)} [{x.penalty}]",
             s.join(cite(a, s.lang) for a in x.articles), s.of(word(x.status)))
            for x in g.page.liabilities
        ),
        (4, 3, 5, 4, 3),
    )  # fmt: skip
    for p in g.page.penalties:
        ranges = s("；", "; ").join(s.of(r) for r in p.ranges)
        yield Paragraph(f"[{p.number}] {s.of(p.said)}{s('：', ': ') if ranges else ''}{ranges}", note=True)
    yield Paragraph(
        s(
            "区间为法律允许的范围，不预断结论；登记的风险不等于违法。",
            "Ranges are what the law allows and foretell no outcome; a risk on the register is no breach.",
        ),
        note=True,
    )  # fmt: skip


def heat(s: Speech, g: PipiaInput, *, rights: bool) -> Block:
    """The heat map of the rights' or the company's dimensions."""
    dimensions = RIGHTS if rights else COMPANY
    rows = g.page.rights if rights else g.page.company

    def cell(found: tuple[int, int | None] | None) -> Cell:
        if found is None or not found[0]:
            return Cell("·")
        before, after = found
        left = "—" if after is None else str(after or "·")
        return Cell(f"{before} {s.of(LEVELS[before])} → {left}", before)

    return table(
        (s("数据类别", "Class of data"), *(s.of(DIMENSIONS[d]) for d in dimensions)),
        ((s.of(r.said), *(cell(r.cells.get(d)) for d in dimensions)) for r in rows),
        (4, *(3,) * len(dimensions)),
    )


def measures(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Measures (PIPL Art. 56(3)): what is known of them, and what people must say."""
    yield from measures_known(s, g)
    yield from fields.not_measured(s, g)
    yield fields.measures(s)


def measures_known(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """What the plan does, how values are masked, what is known of the receiver."""
    risks = {r.treatment.zh: r.treatment for r in g.page.risks}
    counts = {t: [r for r in g.page.risks if r.treatment.zh == t] for t in risks}
    yield table(
        (s("措施", "Measure"), s("针对的风险", "Risks it treats"), s("效果：最高等级", "Effect: highest level")),
        (
            (s.of(t), s.join(dict.fromkeys(s.of(r.said) for r in counts[zh])),
             f"{max(r.before for r in counts[zh])} → {_most(counts[zh])}")
            for zh, t in risks.items()
        ),
        (5, 5, 2),
    )  # fmt: skip
    if g.operators:
        yield Heading(s("去标识化：掩码交付的值", "De-identification: values given masked"), 2)
        yield table(
            (s("方法", "Method"), s("值", "Values")), ((s.of(word(o)), n) for o, n in g.operators), (5, 2), (1,)
        )
    if g.controls:
        yield Heading(s("接收方已记载的措施", "Controls of the receiver on record"), 2)
        yield table(
            (s("批次", "Lot"), s("措施", "Control"), s("记载", "On record")),
            ((c.lot, s.of(c.said), s.yes(c.there)) for c in g.controls), (2, 5, 1),
        )  # fmt: skip


def _most(risks: list[RiskLine]) -> str:
    left = [r.after for r in risks if r.after is not None]
    return str(max(left) or "·") if left else "—"


def residual(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """What is left (GB/T 39335, 5.8)."""
    still = [r for r in g.page.risks if r.state is RiskState.OPEN]
    yield Paragraph(
        s(
            f"方案之后不高于 {g.page.accept} 级的风险视为可控。未处置的有 {len(still)} 项。",
            f"Risks of level {g.page.accept} or below after the plan count as treated. Open: {len(still)}.",
        )
    )
    for r in still:
        yield Paragraph(f"· {risk_title(r, s.lang)}: {level_word(r.before, s.lang)} → {level_word(r.after, s.lang)}")
    yield fields.residual(s)


def opinions(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """What the protection officer and each department say."""
    yield from fields.opinions(s, g)


def conclusion(s: Speech, g: PipiaInput) -> Iterator[Block]:  # noqa: ARG001 - one shape for all parts
    """The verdict and who signs."""
    yield from fields.conclusion(s)


def annex(s: Speech, g: PipiaInput) -> Iterator[Block]:
    """Every fact, every scale."""
    yield table(
        (s("事实", "Fact"), s("说明", "What it says"), s("发现时", "As found"), s("方案之后", "After the plan"),
         s("出自", "From")),
        ((f.key, meaning(s, f), *figures(f), s.of(ORIGINS[f.origin])) for f in g.page.facts),
        (5, 8, 3, 3, 3), (2, 3),
    )  # fmt: skip
    yield Heading(s("刻度", "Scales"), 2)
    yield table(
        (s("刻度", "Scale"), "1", "2", "3", "4", s("出处", "Source"), s("核实", "Status")),
        (
            (s.of(x.said), *(f"{n:,}" for n in x.at), cited(s.of(x.source), s.lang), s.of(word(x.status)))
            for x in g.page.scales
        ),
        (4, 2, 2, 2, 2, 7, 3), range(1, 5),
    )  # fmt: skip
    heads = (s("影响 \\ 可能性", "Impact \\ likelihood"), *(s.of(x) for x in LIKELY[1:]))
    rows = [(s.of(LEVELS[i]), *(Cell(s.of(LEVELS[n]), n) for n in row)) for i, row in enumerate(g.page.matrix, 1)]
    yield table(heads, reversed(rows), (2, 2, 2, 2, 2))
    said = s.of(word(g.page.matrix_status))
    yield Paragraph(
        s(f"出处：{g.page.matrix_source.zh}（{said}）", f"Source: {g.page.matrix_source.en} ({said})"), note=True
    )

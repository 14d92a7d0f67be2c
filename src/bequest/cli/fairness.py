"""The fairness of outcomes on the terminal: what stands out with the plan, and all rates on their own."""

from bequest.cli import render
from bequest.documents.fairness import (
    DIMENSIONS,
    FEW,
    VERDICTS,
    finding_sentence,
    group_word,
    outcome_word,
    percent,
    points,
    summary,
)
from bequest.model.fairness import Comparison, Fairness, Verdict


def print_fairness(found: Fairness) -> None:
    """One table of what differs, and a sentence per finding."""
    lang = render.language()
    render.line(render.say("是否一视同仁：", "fairness of outcomes: ") + summary(found, lang))
    differs = [c for c in found.comparisons if c.verdict not in {Verdict.ALIKE, Verdict.FEW}]
    if differs:
        _table(differs, lang)
    for c in found.findings:
        render.line(render.say("发现：", "finding: ") + finding_sentence(c, lang))


def print_rates(found: Fairness) -> None:
    """Every comparison, then the findings."""
    lang = render.language()
    _table(list(found.comparisons), lang)
    render.line(summary(found, lang))
    for c in found.findings:
        render.line(render.say("发现：", "finding: ") + finding_sentence(c, lang))


def _table(of: list[Comparison], lang: str) -> None:
    lots = any(c.lot for c in of)
    heads = (
        render.say("比较", "by"),
        render.say("组", "group"),
        render.say("人数", "people"),
        render.say("结果", "outcome"),
        render.say("比例", "rate"),
        render.say("差（百分点）", "difference (points)"),
        render.say("法定情形相同时", "same lawful situation"),
        render.say("结论", "verdict"),
    )
    rows = [
        (
            *((c.lot,) if lots else ()),
            DIMENSIONS[c.by].of(lang),
            group_word(c.group).of(lang),
            FEW if c.size is None else c.size,
            outcome_word(c.outcome).of(lang),
            percent(c.rate.at if c.rate else None),
            points(c.raw, lang),
            points(c.held, lang),
            VERDICTS[c.verdict][0].of(lang),
        )
        for c in of
    ]
    render.table("", ((render.say("批次", "lot"),) if lots else ()) + heads, rows, figures=(2 + lots, 4 + lots))

"""Costs against benefits on the terminal: the case, each class of data, and every number they rest on."""

from collections.abc import Sequence

from bequest.cli import render
from bequest.documents.assessment.costs import UNITS, CostPage, CostRow, worth_printing
from bequest.documents.words import word

BAR = 24
"""Blocks of the longest bar."""


def print_costs(page: CostPage) -> None:
    """A table for the case with bars of the benefit less the cost, one per class of data, and the assumptions."""
    lang = render.language()
    if not page.total:
        render.line(render.say("案件范围内没有个人信息。", "the case's scope holds no data about people."))
        return
    _table(render.say("全案（元）", "the case (CNY)"), page.total)
    most = max(abs(r.net) for r in page.total) or 1
    for r in page.total:
        blocks = "█" * round(BAR * abs(r.net) / most)
        render.line(f"  {r.option.of(lang)}: {blocks and ('-' if r.net < 0 else '') + blocks + ' '}{r.net:,}")
    for said, rows in page.classes:
        if worth_printing(rows):
            _table(said.of(lang), rows)
        else:
            render.line(render.say(f"{said.zh}：不足 10 人，不列。", f"{said.en}: fewer than 10 persons, not printed."))
    _assumptions(page)


def _table(title: str, rows: Sequence[CostRow]) -> None:
    lang = render.language()
    columns = (
        render.say("方式", "way"), render.say("技术", "technique"), render.say("律师", "counsel"),
        render.say("培训", "training"), render.say("处理和告知", "handling, notice"),
        render.say("预期损失", "expected loss"), render.say("避免的损失", "loss avoided"),
        render.say("留住的客户", "customers kept"), render.say("其价值", "their worth"),
        render.say("净额", "net"), render.say("仍有异议的值", "values exposed"),
    )  # fmt: skip
    render.table(
        title,
        columns,
        [
            (r.option.of(lang), r.technique, r.counsel, r.training, r.handling, r.loss, r.avoided, r.kept_text,
             r.margin, r.net, r.exposed)
            for r in rows
        ],
        figures=range(1, len(columns)),
    )  # fmt: skip


def _assumptions(page: CostPage) -> None:
    lang = render.language()
    render.table(
        render.say("假设", "assumptions"),
        ("id", render.say("说明", "what it is"), render.say("数", "number"), render.say("出处", "source")),
        [
            (v.id, v.said.of(lang), f"{v.number} {UNITS[v.unit].of(lang)}",
             render.say("本企业", "the company's own") if v.own else f"{v.source.of(lang)} [{word(v.status).of(lang)}]")
            for v in page.values
        ],
    )  # fmt: skip
    columns = (
        render.say("每类信息的工时", "hours per class"), render.say("技术", "technique"), render.say("律师", "counsel"),
        render.say("培训", "training"),
    )  # fmt: skip
    render.table("", columns, [(h.said.of(lang), *h.hours) for h in page.hours], figures=range(1, 4))
    render.line(
        render.say(
            "假设多为自定，请换成本企业的数（--write、--unit-costs）。这张表比较方式，不决定什么：方案按法律逐值决定。",
            "Most assumptions are ours: put in your own (--write, --unit-costs). The table compares ways; it decides"
            " nothing: the plan decides by law, value by value.",
        )
    )
    render.line(f"assumptions {page.digest}")

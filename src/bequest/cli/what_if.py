"""*What if* on the command line: people, values, reasons, gates and duties that would differ."""

from bequest.app.what_if import WhatIf
from bequest.cli import render
from bequest.documents.words import word
from bequest.model.disposition import Release, Residue

SMALL = 10
MOST_FLOWS = 20


def print_what_if(found: WhatIf) -> None:
    """The difference in tables; small numbers of people are not printed."""
    for a in found.asked:
        render.line(f"{a.path}: {a.before} → {a.after}")
    if found.is_none:
        render.line(render.say("没有差别", "no difference"))
        return
    before, after = render.say("现在", "now"), render.say("届时", "then")
    render.table(
        render.say("人数（按主记录的结果）", "people, by the outcome of their main record"),
        (render.say("结果", "outcome"), before, after),
        [(c.what, _people(c.before), _people(c.after)) for c in found.people],
        figures=(1, 2),
    )
    render.line(
        render.say(
            f"任一记录结果不同的人：{_people(found.n_people)}",
            f"people of whom any record would end otherwise: {_people(found.n_people)}",
        )
    )
    render.table(
        render.say("非空值（交付 × 残留）", "values (release × residue)"),
        (render.say("结果", "outcome"), before, after, "±"),
        [(_pair(v.release, v.residue), v.before, v.after, _change(v.before, v.after)) for v in found.values],
        figures=(1, 2, 3),
    )
    shown = found.flows[:MOST_FLOWS]
    reasons = list(dict.fromkeys((render.say(f.zh, f.en), f.articles, f.status) for f in shown))
    render.table(
        render.say("改变的值和理由", "values that change, and why"),
        (render.say("值", "values"), before, after, render.say("理由", "reason"), render.say("规则", "rule")),
        [
            (f.values, _pair(f.release, f.residue), _pair(f.to_release, f.to_residue),
             reasons.index((render.say(f.zh, f.en), f.articles, f.status)) + 1, _rules(f.was_rule, f.rule))
            for f in shown
        ],
        figures=(0,),
    )  # fmt: skip
    for n, (text, articles, status) in enumerate(reasons, start=1):
        render.line(f"  {n}. {text} [{', '.join(articles)}; {getattr(word(status), render.language())}]")
    if len(found.flows) > MOST_FLOWS:
        rest = len(found.flows) - MOST_FLOWS
        render.line(render.say(f"另有 {rest} 项，见 --json", f"{rest} more; see --json"))
    render.table(
        render.say("作出决定的关口（值）", "gates that decide (values)"),
        (render.say("关口", "gate"), before, after, "±"),
        [(f"{g.gate}: {render.say(g.zh, g.en)}", g.before, g.after, _change(g.before, g.after)) for g in found.gates],
        figures=(1, 2, 3),
    )
    _print_duties(found)


def _print_duties(found: WhatIf) -> None:
    lists = (("+", found.duties_new), ("-", found.duties_gone))
    if found.duties_new or found.duties_gone:
        render.line(render.say("案件的义务：", "duties of the case:"))
    for sign, which in lists:
        for d in which:
            render.line(f"  {sign} {d.id} ({d.phase}, {d.owner}): {render.say(d.zh, d.en)} [{', '.join(d.articles)}]")
    for sign, points in (("+", found.open_points_new), ("-", found.open_points_gone)):
        if points:
            render.line(f"{sign} {render.say('未决问题', 'open points')}: {', '.join(points)}")


def _pair(release: Release, residue: Residue) -> str:
    lang = render.language()
    return f"{getattr(word(release), lang)} × {getattr(word(residue), lang)}"


def _change(before: int, after: int) -> str:
    return f"{after - before:+,}" if after != before else "·"


def _rules(before: str, after: str) -> str:
    return after if after == before else f"{before} → {after}"


def _people(n: int) -> int | str:
    return n if n >= SMALL or n == 0 else f"<{SMALL}"

"""How the answer to a fact sheet is shown: what holds, what opens a closed gate, what is still asked."""

from bequest.cli import render
from bequest.law.findings.model import Found
from bequest.law.findings.sheet import SheetAnswer
from bequest.law.outcomes import label


def print_answer(got: SheetAnswer) -> None:
    """Print it in the language of the person."""
    lang = render.language()
    render.line(f"{got.on}: {', '.join(f'{w} ({label(w, lang)})' for w in got.outcomes) or '—'}")
    for pack in got.packs:
        for f in pack.found:
            _found(f)
        for a in pack.asked:
            values = f" ({', '.join(a.values)})" if a.values else ""
            render.line(f"  ? {a.fact}: {render.say(a.zh, a.en)}{values}")
    for p in (*got.combined.precedence, *got.combined.conflicts):
        gave_way = f" ← {', '.join(p.gave_way)}" if p.gave_way else ""
        render.line(f"  = {p.rule}: {p.kept}{gave_way} [{', '.join(p.jurisdictions)}]")
    for c in got.citations:
        render.line(f"  § {c.asked}: {', '.join(c.outcomes)} {c.reads}")
    for cell in got.cells:
        if cell.asked:
            render.line(f"  ? {cell.place}: {', '.join(cell.asked)}")
        for r in cell.reasons:
            render.line(f"  {cell.place}: {cell.release} × {cell.residue}: {render.say(r.zh, r.en)}")


def _found(f: Found) -> None:
    render.line(f"  {f.gate or '·'} {render.say(f.zh, f.en)} [{', '.join(f.articles)}; {f.status}]")
    if f.period:
        render.line(f"     {f.period} ← {f.counted_from} → {f.last_day or '?'}")
    if f.switch:
        state = render.say("开" if f.switch_is_on else "关", "on" if f.switch_is_on else "off")
        render.line(f"     {render.say('开关', 'switch')} {f.switch}: {state}")
    for reading in f.readings:
        render.line(f"     ~ {render.say(reading.zh, reading.en)}")
    if f.unblock_en:
        render.line(f"     {render.say('打开此关口：', 'What opens it: ')}{render.say(f.unblock_zh, f.unblock_en)}")

"""A crosswalk to a standard on the command line."""

from bequest.cli import render
from bequest.documents.words import word
from bequest.law.crosswalk import Clause, Cover, Crosswalk

COVERS = {
    Cover.DOES: ("做到", "does"),
    Cover.HELPS: ("有助于", "helps"),
    Cover.OUTSIDE: ("不在其内", "outside"),
}


def print_crosswalk(x: Crosswalk) -> None:
    """Clause by clause: what it is about, how far Bequest answers it and with what, how sure the number is."""
    lang = render.language()
    render.line(f"{x.standard} · {render.say(x.zh, x.en)}")
    for c in x.clauses:
        cover = render.say(*COVERS[c.cover])
        render.line(f"{c.clause} {render.say(c.zh, c.en)}: {cover} ({getattr(word(c.status), lang)})")
        render.line(f"   {render.say(c.how_zh, c.how_en)}")
        if _with(c):
            render.line(f"   {_with(c)}")
    render.line(render.say(x.note_zh, x.note_en))
    render.line(f"{render.say('来源：', 'source: ')}{x.source}")


def _with(c: Clause) -> str:
    return "; ".join([*(f"bequest {name}" for name in c.commands), *c.rules, *c.duties])

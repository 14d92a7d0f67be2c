"""The switches of the law on the command line: how each stands, who chose, and both readings."""

from collections.abc import Sequence

from bequest.cli import render
from bequest.documents.words import word
from bequest.law.switches import SwitchState


def print_switches(found: Sequence[SwitchState], title: str = "") -> None:
    """One line for each switch, its two readings below it; the one that holds is marked."""
    if title and found:
        render.line(title)
    lang = render.language()
    for s in found:
        value = "true" if s.value else "false"
        who = f"{s.by}{render.say('：', ': ')}{s.reason}" if s.by else render.say("法律包的默认", "the pack's default")
        if not s.is_asked:
            who = render.say("本版没有规则查询它，不能设置", "no rule of this version asks it; it cannot be set")
        render.line(f"{s.name} = {value} ({who})")
        render.line(f"   {getattr(s, lang)} [{s.article}; {getattr(word(s.status), lang)}]")
        for on, reading in ((False, s.off), (True, s.on)):
            mark = "→" if s.is_asked and on is s.value else " "
            render.line(f"   {mark} {'true' if on else 'false'}: {getattr(reading, lang)}")

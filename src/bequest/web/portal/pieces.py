"""Parts of a page that many people get alike, kept in memory once made: made of a `Situation`, of no person."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from bequest.app.portal.choices import Ask
from bequest.app.portal.open_card import Fate, Situation
from bequest.documents.words import RELEASE_SHAPES, RESIDUE_SHAPES, Shape, word
from bequest.model.disposition import Release, Residue
from bequest.web.pages import day, environment
from bequest.web.portal.effects import effect_of


@dataclass(frozen=True, slots=True)
class Line:
    """What happens on one axis."""

    shape: Shape
    head: str
    rest: str


@lru_cache(maxsize=2000)
def effect_lines(what: Ask, at: Situation, lang: str) -> Markup:
    """What a choice does, as a list."""
    return _made("parts.html", "lines", lang, effect_of(what, at, lang))


@lru_cache(maxsize=200)
def full_text(at: Situation, lang: str) -> Markup:
    """The whole notice, item by item."""
    return _made("portal/pieces.html", "full_text", lang, at.notice)


@lru_cache(maxsize=2000)
def fates(fate: Fate, at: Situation, lang: str) -> Markup:
    """What becomes of a kind of information, on both axes."""
    return _made("portal/pieces.html", "fates", lang, _fates(fate, at, lang))


def _made(template: str, macro: str, lang: str, given: object) -> Markup:
    module: Any = environment(lang).get_template(template).module
    made: Markup = getattr(module, macro)(given)
    return made


def _fates(kind: Fate, at: Situation, lang: str) -> tuple[Line, ...]:
    zh = lang == "zh"
    receivers = list(
        dict.fromkeys((r.name if zh else r.name_en) for r in (x.receiver for x in at.page.lots if x.id in at.lots))
    )
    to = receivers[0] if len(receivers) == 1 else ("接收方" if zh else "the receiver")
    release = {
        Release.AS_IS: ("原样移交", f"给{to}") if zh else ("Passed on as it is", f"to {to}"),
        Release.MASKED: (
            ("处理后移交", f"{word(kind.operator).zh}，给{to}") if zh else
            ("Passed on in part", f"{word(kind.operator).en}, to {to}")
        ),
        Release.WAITING: (
            ("等您答复", "不答复就不移交" if kind.fallback is Release.NONE else "不答复就照方案移交") if zh else
            ("Waits for your answer", "no answer: not passed on" if kind.fallback is Release.NONE
             else "no answer: passed on as planned")
        ),
        Release.NONE: ("不移交", "") if zh else ("Not passed on", ""),
    }[kind.release]  # fmt: skip
    keeper = at.page.keeper.name if zh else at.page.keeper.name_en
    until = day(kind.until, lang) if kind.until else ""
    residue = {
        Residue.IN_USE: ("照旧使用", "目的不变") if zh else ("Stays in use", "for the same purpose"),
        Residue.CUSTODY: (
            ("封存", f"到 {until}，由{keeper}保管，然后销毁" if until else f"到法定期限届满，由{keeper}保管") if zh else
            ("Sealed", f"until {until}, kept by {keeper}, then destroyed" if until
             else f"until the period of the law ends, kept by {keeper}")
        ),
        Residue.ANONYMISE: ("匿名", "认不出您") if zh else ("Anonymised", "nobody can be recognised"),
        Residue.DELETE: ("删除", "我们这里的一份") if zh else ("Deleted", "the copy with us"),
        Residue.BLOCKED: ("冻结", "有事未了结，不作任何使用") if zh else ("Blocked", "something is open; not used"),
    }[kind.residue]  # fmt: skip
    return (
        Line(RELEASE_SHAPES[kind.release], *release),
        Line(RESIDUE_SHAPES[kind.residue], *residue),
    )

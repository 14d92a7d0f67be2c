"""Why a column has the class it has, in words: what spoke for it, what against, and how sure that makes.

Discovery keeps its evidence in a small grammar of its own (`name:mobile`, `values:cn.mobile 98.2% of 284 distinct`).
`why_class.tsv` has a line for each form: pattern, which way it speaks, the sentence in both languages with `{1}` and
so on where something is named; `value_shapes.tsv` says what a detector looks for. Evidence names words and shares only,
no values.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from bequest.documents.words import Word, word
from bequest.model.datamap import ColumnMap, FieldClass, Verdict


class Side(StrEnum):
    """Which way a piece of evidence speaks."""

    FOR = "for"
    AGAINST = "against"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of evidence as a sentence."""

    side: Side
    text: Word


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    side: str
    """A side, or `share`: for from one half on."""
    zh: str
    en: str


_SURE: Final = (
    (980, Word("几乎肯定", "all but certain")),
    (900, Word("很有把握", "very likely")),
    (700, Word("较有把握", "likely")),
    (500, Word("勉强过半", "just over even")),
    (0, Word("没有把握", "undecided")),
)
_CLASSES: Final = frozenset(c.value for c in FieldClass)


def why_class(column: ColumnMap) -> tuple[Said, ...]:
    """The evidence of a column as sentences, what speaks for the class first."""
    order = list(Side)
    return tuple(sorted((_said(e) for e in column.evidence), key=lambda s: order.index(s.side)))


def how_sure(column: ColumnMap) -> Word:
    """The confidence in words; what a person said is not a matter of confidence."""
    if column.verdict is not Verdict.PROPOSED:
        return Word("经人认定", "decided by a person")
    return next(w for least, w in _SURE if column.confidence >= least)


def is_known(evidence: str) -> bool:
    """Whether there is a sentence for this piece of evidence."""
    return any(f.pattern.fullmatch(evidence) for f in _forms())


def _said(evidence: str) -> Said:
    for form in _forms():
        if found := form.pattern.fullmatch(evidence):
            named = [_named(part) for part in found.groups()]
            zh, en = (form.zh.format("", *(n.zh for n in named)), form.en.format("", *(n.en for n in named)))
            return Said(_side(form.side, found.groups()), Word(zh, en))
    return Said(Side.NOTE, Word(evidence, evidence))


def _side(side: str, parts: tuple[str, ...]) -> Side:
    if side != "share":
        return Side(side)
    return Side.FOR if float(parts[1].rstrip("%")) >= 50 else Side.AGAINST


def _named(part: str) -> Word:
    """What is named in a piece of evidence: a detector, one or several classes, else the text itself."""
    if part in _shapes():
        return _shapes()[part]
    classes = part.split(", ")
    if set(classes) <= _CLASSES:
        found = [word(FieldClass(c)) for c in classes]
        return Word("、".join(w.zh for w in found), ", ".join(w.en for w in found))
    return Word(part, part)


@cache
def _forms() -> tuple[_Form, ...]:
    found = (line.split("\t") for line in _lines("why_class.tsv"))
    return tuple(_Form(re.compile(pattern), side, zh, en) for pattern, side, zh, en in found)


@cache
def _shapes() -> dict[str, Word]:
    return {detector: Word(zh, en) for detector, zh, en in (line.split("\t") for line in _lines("value_shapes.tsv"))}


def _lines(name: str) -> list[str]:
    return (files("bequest.documents") / name).read_text(encoding="utf-8").splitlines()

"""One language of a form: picking texts, numbering parts, small tables."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bequest.documents.assessment.content import FactLine
from bequest.documents.assessment.wording import figure_text
from bequest.documents.form.content import Cell, Table
from bequest.documents.words import Word
from bequest.model.case import Party

_NUMERALS = "零一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Speech:
    """Texts in one language."""

    lang: str

    def __call__(self, zh: str, en: str) -> str:
        """The text of this language."""
        return zh if self.lang == "zh" else en

    def of(self, word: Word) -> str:
        """A word in this language."""
        return word.of(self.lang)

    def part(self, number: int, zh: str, en: str) -> str:
        """The heading of a part."""
        return f"{_chinese(number)}、{zh}" if self.lang == "zh" else f"{number}. {en}"

    def join(self, parts: Iterable[str]) -> str:
        """An enumeration."""
        return ("、" if self.lang == "zh" else ", ").join(parts)

    def yes(self, holds: bool) -> str:
        """A fact as yes or no, in a word."""
        return self("有", "yes") if holds else self("无", "no")


def _chinese(number: int) -> str:
    return _NUMERALS[number] if number <= 10 else f"十{_NUMERALS[number - 10]}"


def lines(rows: Iterable[tuple[str, str]], widths: tuple[int, int] = (2, 5)) -> Table:
    """Two columns: what, and what it is."""
    return Table((), tuple((Cell(a, strong=True), Cell(b)) for a, b in rows), widths)


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int], figures: Iterable[int] = ()
) -> Table:
    """A table of texts and numbers; a cell may be a `Cell` of its own."""
    made = tuple(tuple(c if isinstance(c, Cell) else Cell(_plain(c)) for c in row) for row in rows)
    return Table(tuple(heads), made, tuple(widths), frozenset(figures))


def _plain(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if value else "·"
    return str(value)


def party(s: Speech, p: Party) -> str:
    """The name of a party in this language."""
    return s(p.name, p.name_en or p.name)


def figure(f: FactLine | None) -> str:
    """A fact as found; a dash where there is none."""
    return "—" if f is None else figure_text(f.before, f.unit, share=f.share)


def figures(f: FactLine) -> tuple[str, str]:
    """A fact as found, and after the plan."""
    return figure_text(f.before, f.unit, share=f.share), figure_text(f.after, f.unit, share=f.share)


def meaning(s: Speech, f: FactLine) -> str:
    """Where a fact was measured, what it says, and what is left of it."""
    where = f"{s.of(f.where)}{s('：', ': ')}" if f.where.zh else ""
    left = f" → {s.of(f.left)}" if f.left.zh else ""
    return f"{where}{s.of(f.said)}{left}"

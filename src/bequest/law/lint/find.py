"""Find references that were repealed, replaced or renumbered by a day, each with its line and what to cite instead."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bequest.law.lint.read import Page
from bequest.law.lint.register import References, Renumbering, Repeal
from bequest.model.disposition import ReasonStatus

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")}
_ARTICLE = r"第?\s*([0-9]{1,4}|[一二三四五六七八九十百零]{1,7})\s*条(?:之[一二三四五六七八九十])?"
_BETWEEN = r"[》」】〉]?\s*(?:[（(][^（）()]{0,30}[）)])?[^。；;，,《》\n]{0,6}?"


@dataclass(frozen=True, slots=True)
class Finding:
    """One out-of-date reference: where, what was cited, what to cite instead, since when, how sure, on what source."""

    page: int
    line: int
    cited: str
    replaced_by: str
    since: date
    zh: str
    en: str
    status: ReasonStatus
    source: str


def find_references(pages: Sequence[Page], references: References, *, on: date) -> tuple[Finding, ...]:
    """Every reference that is out of date on a day, in the order of the text.

    A line is searched with the one after it, for names and articles that are broken over two lines.
    """
    found: list[Finding] = []
    for page in pages:
        for number, (line, tail) in enumerate(_with_tail(page.lines), start=1):
            found += sorted(_in_line(page.number, number, line, tail, references, on), key=lambda f: f.cited)
    return tuple(dict.fromkeys(found))


def article_number(text: str) -> str:
    """An article's number in figures: 二十一 and 21 are 21; empty where it is none."""
    if text.isdigit():
        return str(int(text))
    total, digit = 0, 0
    for c in text:
        if c in _DIGITS:
            digit = _DIGITS[c]
        elif c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        else:
            return ""
    return str(total + digit) if total + digit else ""


def _with_tail(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for i, line in enumerate(lines):
        yield line, lines[i + 1].lstrip()[:40] if i + 1 < len(lines) else ""


def _in_line(page: int, number: int, line: str, tail: str, references: References, on: date) -> Iterator[Finding]:
    """References that begin in the line, wherever they end."""
    text = line + tail
    for repeal in references.repealed:
        if repeal.since <= on:
            yield from (
                _repealed(page, number, m[0], repeal) for m in repeal.pattern.finditer(text) if m.start() < len(line)
            )
    for renumbering in references.renumbered:
        if renumbering.since <= on:
            yield from _renumbered(page, number, text, len(line), renumbering)


def _repealed(page: int, number: int, cited: str, r: Repeal) -> Finding:
    return Finding(page, number, cited.strip(), r.replaced_by, r.since, r.zh, r.en, r.status, r.source)


def _renumbered(page: int, number: int, text: str, end: int, r: Renumbering) -> Iterator[Finding]:
    """Articles with an old number; a list such as 第二十一条、第二十五条 is followed to its end."""
    done = 0
    for name in r.pattern.finditer(text):
        if name.start() >= end or name.start() < done:  # behind the line, or inside the reference before
            continue
        rest = text[name.end() :]
        match = re.match(_BETWEEN + _ARTICLE, rest)
        english = re.match(r",?\s*(?:\([^()]{0,40}\)\s*)?(?:Arts?\.|Articles?)\s*([0-9]{1,4})", rest)
        while match or english:
            hit = match or english
            assert hit is not None  # noqa: S101 - one of the two matched
            new = r.articles.get(article_number(hit[1]))
            if new is not None and not _says_new(rest[: hit.end()], r.since):
                cited = re.sub(r"\s+", " ", name[0] + hit[0]).strip()
                replaced = f"{r.name}第 {new} 条" if match else f"{name[0]} Art. {new}"
                yield Finding(page, number, cited, replaced, r.since, r.zh, r.en, r.status, r.source)
            rest = rest[hit.end() :]
            done = len(text) - len(rest)
            match = re.match(r"\s*(?:[、和及至,，]|以及|，第)\s*" + _ARTICLE, rest) if match else None
            english = re.match(r"\s*(?:,|and|to|-|–)\s*(?:Arts?\.\s*)?([0-9]{1,4})", rest) if english else None


def _says_new(words: str, since: date) -> bool:
    """Whether the reference names the new edition, such as (2025修正)."""
    return any(
        f"{y}{w}" in words.replace(" ", "") for y in (since.year, since.year - 1) for w in ("修正", "修订", "年修")
    )

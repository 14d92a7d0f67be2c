"""The register of instruments, and citations such as `PIPL-22` as they read on a given date.

A citation is an instrument's code, a hyphen and the article as numbered in the text in force today. On an earlier
date `on_date` gives the number the article had then, and leaves out instruments not in force.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bequest.kernel.errors import LawError
from bequest.model.disposition import ReasonStatus

_CITATION = re.compile(r"^([A-Z][A-Z0-9]*)-([0-9A-Z][0-9A-Za-z.()]*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A law, regulation, rule or standard. `in_force_from` is empty for a draft."""

    code: str
    zh: str
    en: str
    zh_short: str
    en_short: str
    in_force_from: date | None
    in_force_to: date | None = None
    status: ReasonStatus
    source: str
    note: str = ""
    article_zh: str = "第 {n} 条"
    article_en: str = "Art. {n}"
    renumbered_on: date | None = None
    old_numbers: Mapping[str, str] = field(default_factory=dict)
    """Today's article number → the number before `renumbered_on`."""

    def is_in_force(self, on: date) -> bool:
        """Whether the instrument applies on that date."""
        return (
            self.in_force_from is not None
            and self.in_force_from <= on
            and (self.in_force_to is None or on <= self.in_force_to)
        )


def parse_citation(text: str) -> tuple[str, str]:
    """Instrument code and article of a citation.

    Raises:
        LawError: where the text is no citation.
    """
    found = _CITATION.match(text)
    if found is None:
        raise LawError(
            f"{text!r} is not a citation",
            hint="Write the instrument's code, a hyphen and the article, such as PIPL-22.",
            code="BQ-LAW-2",
        )
    return found[1], found[2]


def instrument_of(register: Mapping[str, Instrument], citation: str) -> Instrument:
    """The instrument cited.

    Raises:
        LawError: where it is not in the register.
    """
    code, _ = parse_citation(citation)
    if code not in register:
        raise LawError(
            f"{citation!r} cites {code}, which is not in the register of instruments",
            hint="Add it to instruments.yaml.",
            code="BQ-LAW-2",
        )
    return register[code]


def on_date(register: Mapping[str, Instrument], citations: Sequence[str], on: date) -> tuple[str, ...]:
    """The citations as they read on that date: old numbers before a renumbering, nothing that is not in force."""
    out = []
    for citation in citations:
        instrument = instrument_of(register, citation)
        if not instrument.is_in_force(on):
            continue
        code, article = parse_citation(citation)
        if instrument.renumbered_on is not None and on < instrument.renumbered_on:
            article = instrument.old_numbers.get(article, article)
        out.append(f"{code}-{article}")
    return tuple(dict.fromkeys(out))


def cite(register: Mapping[str, Instrument], citation: str, lang: str, *, full: bool = False) -> str:
    """A citation as people read it: 个保法 22 or PIPL Art. 22; `full` for its first use in a document."""
    instrument = instrument_of(register, citation)
    _, article = parse_citation(citation)
    if lang == "zh":
        if full:
            return f"《{instrument.zh}》{instrument.article_zh.format(n=article)}"
        return f"{instrument.zh_short} {article}"
    name = instrument.en if full else instrument.en_short
    return f"{name} {instrument.article_en.format(n=article)}".strip()

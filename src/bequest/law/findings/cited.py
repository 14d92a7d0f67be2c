"""How citations, instruments and running text read on a day: in force or not, renumbered, repealed. Pure."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bequest.kernel.errors import LawError
from bequest.law.citations import Instrument, instrument_of, on_date, parse_citation
from bequest.law.lint.find import find_references
from bequest.law.lint.read import Page
from bequest.law.lint.register import References
from bequest.law.outcomes import WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationAnswer:
    """How a citation, an instrument or a text reads on the day; `reads` is what to cite, or what to know."""

    asked: str
    outcomes: tuple[str, ...]
    reads: str


def cited_on(
    asked: Sequence[str], register: Mapping[str, Instrument], references: References, *, on: date
) -> tuple[CitationAnswer, ...]:
    """Each citation as on the day; what is written as text, such as 《合同法》第 60 条, is searched as a text is.

    Raises:
        LawError: for a code that is no instrument of the packs asked.
    """
    return tuple(x for a in asked for x in (_coded(a, register, on) if _is_code(a) else read_text(a, references, on)))


def in_force_on(code: str, register: Mapping[str, Instrument], *, on: date) -> CitationAnswer:
    """Whether an instrument applies on the day; `reads` is its first day (none: a draft).

    Raises:
        LawError: for a code that is no instrument of the packs asked.
    """
    held = _instrument(f"{code}-1", register)
    outcome = "use_law_in_force_then" if held.is_in_force(on) else "rule_not_in_force"
    return CitationAnswer(asked=code, outcomes=(outcome,), reads=f"{held.in_force_from or '—'}")


def read_text(text: str, references: References, on: date) -> tuple[CitationAnswer, ...]:
    """Every reference in a text that is out of date on the day; one answer that says so where there is none."""
    found = find_references((Page(0, tuple(text.splitlines())),), references, on=on)
    if not found:
        return (CitationAnswer(asked=text, outcomes=("no_flag",), reads=""),)
    return tuple(
        CitationAnswer(asked=f.cited, outcomes=("flag_obsolete_citation",), reads=f"{f.replaced_by} ({f.since})")
        for f in found
    )


def _is_code(text: str) -> bool:
    try:
        parse_citation(text)
    except LawError:
        return False
    return True


def _instrument(citation: str, register: Mapping[str, Instrument]) -> Instrument:
    code = citation.partition("-")[0]
    if code not in register:
        near = difflib.get_close_matches(code, register, n=1, cutoff=0.5)
        meant = f"Did you mean {near[0]}? " if near else ""
        raise LawError(
            f"no instrument has the code {code!r}", hint=f"{meant}Codes are {', '.join(register)}.", code="BQ-LAW-2"
        )
    return instrument_of(register, citation)


def _coded(citation: str, register: Mapping[str, Instrument], on: date) -> tuple[CitationAnswer, ...]:
    instrument = _instrument(citation, register)
    now = on_date(register, (citation,), on)
    code, article = parse_citation(citation)
    was = instrument.old_numbers.get(article, "")
    renumbered = (f"cite_old_{was}_new_{article}",) if f"cite_old_{was}_new_{article}" in WORDS else ()
    reads = ", ".join(now)
    if not now:
        outcome = "rule_not_in_force"
    elif now == (citation,):
        outcome = "no_flag"
        today = next((new for new, old in instrument.old_numbers.items() if old == article), "")
        if today:
            reads = f"{reads} (before {instrument.renumbered_on} {code}-{article} was what is {code}-{today} now)"
    else:
        outcome = "use_law_in_force_then"
    return (CitationAnswer(asked=citation, outcomes=(outcome, *renumbered) if now else (outcome,), reads=reads),)

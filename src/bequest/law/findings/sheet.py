"""A fact sheet: what a lawyer writes to put a question to the law, and the whole answer to it.

Keys: `date` (law date), `jurisdictions`, `topics`, `facts`; `citations` asks how articles read on that day;
`instruments` whether they were in force; `cells` asks the rules of the plan about records (see `docs/law-decide.md`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bequest.law.cases import LawCase, parse_case, parse_facts, run_case
from bequest.law.citations import instrument_of, on_date, parse_citation
from bequest.law.findings.answer import answer
from bequest.law.findings.combine import Combined, combine_answers
from bequest.law.findings.load import load_facts, load_findings
from bequest.law.findings.model import Facts, FindingAnswer, FindingPack
from bequest.law.findings.parse import parse_given
from bequest.law.loader import load_pack, read_text_file
from bequest.law.outcomes import WORDS
from bequest.law.pack import LawPack
from bequest.law.rule import MissingFactError
from bequest.law.schema import Entry
from bequest.model.disposition import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A fact sheet as read."""

    on: date
    jurisdictions: tuple[str, ...]
    topics: tuple[str, ...]
    facts: Facts
    citations: tuple[str, ...]
    instruments: tuple[str, ...]
    cells: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationAnswer:
    """How a citation, or an instrument, reads on the day."""

    asked: str
    outcome: str
    reads: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellAnswer:
    """What the plan's rules say of one kind of record, or the fact they miss."""

    place: str
    outcomes: tuple[str, ...]
    release: str
    residue: str
    reasons: tuple[Reason, ...]
    open_points: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetAnswer:
    """The whole answer. `complete` says whether no fact is missing."""

    on: date
    outcomes: tuple[str, ...]
    complete: bool
    packs: tuple[FindingAnswer, ...]
    combined: Combined
    citations: tuple[CitationAnswer, ...]
    cells: tuple[CellAnswer, ...]


def parse_sheet(text: str, name: str) -> Sheet:
    """A fact sheet from YAML.

    Raises:
        LawError: naming what in it is not as it must be.
    """
    e = read_text_file(text, name).only(
        *("date", "jurisdictions", "topics", "facts", "citations", "instruments", "cells"),
    )
    facts = parse_given(e.entry("facts"), load_facts()) if "facts" in e.values else {}
    return Sheet(
        on=e.day("date"), jurisdictions=e.texts("jurisdictions") or ("cn",), topics=e.texts("topics"), facts=facts,
        citations=e.texts("citations"), instruments=e.texts("instruments"), cells=e.entries("cells"),
    )  # fmt: skip


def answer_sheet(sheet: Sheet) -> SheetAnswer:
    """What the law says to a fact sheet.

    Raises:
        LawError: for a jurisdiction without a pack, or a citation of no instrument.
    """
    packs = [load_findings(j) for j in sheet.jurisdictions]
    answers = tuple(answer(p, sheet.facts, on=sheet.on, topics=sheet.topics) for p in packs)
    combined = combine_answers(answers)
    cited = _citations(packs, sheet)
    cells = tuple(_cell(load_pack("cn"), e, sheet.on) for e in sheet.cells)
    words = (*combined.outcomes, *(c.outcome for c in cited), *(w for c in cells for w in c.outcomes))
    return SheetAnswer(
        on=sheet.on, outcomes=tuple(dict.fromkeys(words)), packs=answers, combined=combined, citations=cited,
        complete=not any(a.asked for a in answers) and not any(c.asked for c in cells), cells=cells,
    )  # fmt: skip


def _citations(packs: Sequence[FindingPack], sheet: Sheet) -> tuple[CitationAnswer, ...]:
    register = {code: i for p in packs for code, i in p.instruments.items()}
    out = []
    for citation in sheet.citations:
        now = on_date(register, (citation,), sheet.on)
        _, article = parse_citation(citation)
        was = instrument_of(register, citation).old_numbers.get(article, "")
        renumbered = f"cite_old_{was}_new_{article}"
        if not now:
            outcome = "rule_not_in_force"
        elif renumbered in WORDS:
            outcome = renumbered
        else:
            outcome = "no_flag" if now == (citation,) else "use_law_in_force_then"
        out.append(CitationAnswer(asked=citation, outcome=outcome, reads=", ".join(now)))
    for code in sheet.instruments:
        held = instrument_of(register, f"{code}-1")
        in_force = held.is_in_force(sheet.on)
        outcome = "use_law_in_force_then" if in_force else "rule_not_in_force"
        out.append(CitationAnswer(asked=code, outcome=outcome, reads=f"{held.in_force_from or '—'}"))
    return tuple(out)


def _cell(pack: LawPack, e: Entry, on: date) -> CellAnswer:
    """A cell has the keys of a law case without name, date and expectation; no fact is filled in."""
    stub: dict[object, object] = {
        "name": {"zh": e.place, "en": e.place}, "date": on, "expect": {"release": "none", "residue": "delete"},
        **e.values,
    }  # fmt: skip
    case: LawCase = parse_case(Entry(e.place, stub), parse_facts(Entry(e.place, {})))
    try:
        got = run_case(pack, replace(case, on=on))
    except MissingFactError as missing:
        return CellAnswer(
            place=e.place, outcomes=(), release="", residue="", reasons=(), open_points=(),
            asked=(missing.fact.value,),
        )  # fmt: skip
    return CellAnswer(
        place=e.place, outcomes=got.outcomes, release=got.disposition.release.value,
        residue=got.disposition.residue.value, reasons=got.reasons, open_points=got.open_points, asked=(),
    )  # fmt: skip

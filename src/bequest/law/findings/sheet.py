"""A fact sheet: what a lawyer writes to put a question to the law, and the whole answer to it.

Keys: `date` (law date), `jurisdictions`, `topics`, `facts`; `citations` asks how articles read on that day;
`instruments` whether they were in force; `switches` sets how counsel reads open questions; `texts` are searched for
dead references; `cells` asks the rules of the plan about records (see `docs/law-decide.md`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bequest.law.cases import LawCase, parse_case, parse_facts, run_case
from bequest.law.findings.answer import answer
from bequest.law.findings.cited import CitationAnswer, cited_on, in_force_on, read_text
from bequest.law.findings.combine import Combined, combine_answers
from bequest.law.findings.load import load_facts, load_findings, load_words
from bequest.law.findings.model import Facts, FindingAnswer, FindingPack
from bequest.law.findings.parse import parse_given, parse_unknown
from bequest.law.findings.reading import (
    Switches,
    chosen_cells,
    chosen_findings,
    parse_switches,
    require_asked,
)
from bequest.law.findings.wording import plain, read_day, said_otherwise
from bequest.law.loader import load_pack, load_references, read_text_file
from bequest.law.pack import LawPack
from bequest.law.rule import MissingFactError
from bequest.law.schema import Entry
from bequest.model.disposition import Reason

_KEYS = ("date", "jurisdictions", "topics", "facts", "citations", "instruments", "texts", "cells", "switches")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A fact sheet as read."""

    on: date
    jurisdictions: tuple[str, ...]
    topics: tuple[str, ...]
    facts: Facts
    citations: tuple[str, ...]
    instruments: tuple[str, ...]
    texts: tuple[str, ...]
    cells: tuple[Entry, ...]
    switches: Switches = ()
    """How counsel reads open questions, by the names of the switches; each is asked by a finding or a rule."""


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
    """A fact sheet from YAML, in English or Chinese words.

    Raises:
        LawError: naming what in it is not as it must be.
    """
    words, register = load_words(), load_facts()
    e = read_text_file(text, name)
    e = Entry(e.place, said_otherwise(e, _KEYS, words.keys, "key"))
    given = e.entry("facts") if e.values.get("facts") is not None else Entry(e.place, {})
    facts, unknown = parse_given(given, register, words), parse_unknown(given, register, words)
    day = read_day(e.values.get("date"))
    if day is None:
        raise e.fail("'date' is missing or no date", "Write `date: 2026-11-01`: the law of which day is asked for.")
    topics, known = _listed(e, "topics"), sorted({t for f in register.values() for t in f.topics})
    for topic in topics:
        if topic not in known:
            raise e.fail(f"no topic is named {topic!r}", f"Topics are {', '.join(known)}.")
    if unknown and not topics:
        topics = tuple(dict.fromkeys(t for f in (*facts, *unknown) for t in register[f].topics))
    asked = tuple(words.jurisdictions.get(j, plain(j).replace("_", "-")) for j in _listed(e, "jurisdictions"))
    sheet = Sheet(
        on=day, jurisdictions=tuple(dict.fromkeys(asked)) or ("cn",), topics=topics, facts=facts,
        citations=_listed(e, "citations"), instruments=_listed(e, "instruments"), texts=_listed(e, "texts"),
        cells=e.entries("cells"), switches=parse_switches(e, words),
    )  # fmt: skip
    if not (topics or facts or sheet.citations or sheet.instruments or sheet.texts or sheet.cells):
        raise e.fail("nothing is asked", "Write facts, topics, citations, instruments, texts or cells.")
    return sheet


def _listed(e: Entry, key: str) -> tuple[str, ...]:
    """A list of texts; one text alone is a list of one."""
    value = e.values.get(key)
    if value is None or isinstance(value, str):
        return (value,) if value else ()
    return e.texts(key)


def answer_sheet(sheet: Sheet) -> SheetAnswer:
    """What the law says to a fact sheet.

    Raises:
        LawError: for a jurisdiction without a pack, a citation of no instrument, or a switch that nothing asks.
    """
    packs = [chosen_findings(load_findings(j), sheet.switches) for j in sheet.jurisdictions]
    require_asked(sheet.switches, packs, load_pack("cn") if sheet.cells else None)
    answers = tuple(answer(p, sheet.facts, on=sheet.on, topics=sheet.topics) for p in packs)
    combined = combine_answers(answers)
    cited = _citations(packs, sheet)
    law = chosen_cells(load_pack("cn"), sheet.switches) if sheet.cells else None
    cells = tuple(_cell(law, e, sheet.on) for e in sheet.cells if law is not None)
    words = (*combined.outcomes, *(w for c in cited for w in c.outcomes), *(w for c in cells for w in c.outcomes))
    return SheetAnswer(
        on=sheet.on, outcomes=tuple(dict.fromkeys(words)), packs=answers, combined=combined, citations=cited,
        complete=not any(a.asked for a in answers) and not any(c.asked for c in cells), cells=cells,
    )  # fmt: skip


def _citations(packs: Sequence[FindingPack], sheet: Sheet) -> tuple[CitationAnswer, ...]:
    register = {code: i for p in packs for code, i in p.instruments.items()}
    references = load_references()
    return (
        *cited_on(sheet.citations, register, references, on=sheet.on),
        *(in_force_on(code, register, on=sheet.on) for code in sheet.instruments),
        *(x for t in sheet.texts for x in read_text(t, references, sheet.on)),
    )


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

"""Worked examples of findings: facts, and the outcomes expected of them."""

from dataclasses import dataclass
from datetime import date

from bequest.law.findings.answer import answer
from bequest.law.findings.model import FactText, FactValue, FindingPack
from bequest.law.findings.parse import Register, parse_given
from bequest.law.findings.reading import Switches, chosen_findings, parse_switches
from bequest.law.findings.wording import SheetWords
from bequest.law.schema import Entry


@dataclass(frozen=True, slots=True)
class Example:
    """One example. `outcomes` and `asks` are whole: another word, or another question, is a difference."""

    place: str
    zh: str
    en: str
    on: date
    topics: tuple[str, ...]
    facts: dict[str, FactValue]
    outcomes: frozenset[str]
    asks: frozenset[str]
    says: dict[str, frozenset[str]]
    """Findings with the words each must say (none: it is silent), where others say the same words."""
    cites: dict[str, frozenset[str]]
    """Findings with all the articles each must cite on the day."""
    articles: frozenset[str]
    switches: Switches
    """How counsel reads open questions in this example; the default of the pack where it names none."""
    last_days: frozenset[str]
    """Last days (or moments) of all periods; looked at only where the example names any."""


def parse_example(e: Entry, register: Register, words: SheetWords, head: Entry) -> Example:
    """An example; date and topics of the file's head hold where it names none of its own."""
    e.only(
        "zh", "en", "date", "topics", "facts", "switches", "outcomes", "asks", "says", "cites", "articles", "last_days"
    )
    on = (e if "date" in e.values else head).day("date")
    topics = (e if "topics" in e.values else head).texts("topics")
    return Example(
        e.place, e.text("zh", ""), e.text("en", ""), on, topics, parse_given(e.entry("facts"), register, words),
        frozenset(e.texts("outcomes")), frozenset(e.texts("asks")), _by_finding(e, "says"), _by_finding(e, "cites"),
        frozenset(e.texts("articles")), parse_switches(e, words), frozenset(e.texts("last_days")),
    )  # fmt: skip


def _by_finding(e: Entry, key: str) -> dict[str, frozenset[str]]:
    inner = e.entry(key) if key in e.values else Entry(e.place, {})
    return {str(name): frozenset(inner.texts(str(name))) for name in inner.values}


def differences_of(pack: FindingPack, example: Example) -> tuple[str, ...]:
    """Where the answer is not as expected, in words."""
    got = answer(chosen_findings(pack, example.switches), example.facts, on=example.on, topics=example.topics)
    said = {f.id: f.outcomes for f in got.found}
    by_id = {f.id: f.articles for f in got.found}
    cited = {a for f in got.found for a in f.articles}
    lasts = {f.last_day for f in got.found if f.last_day}
    pairs: list[tuple[str, object, object]] = [
        ("outcomes", sorted(example.outcomes), sorted(got.outcomes)),
        ("asks", sorted(example.asks), sorted(a.fact for a in got.asked)),
        *((f"{name} says", sorted(words), sorted(said.get(name, ()))) for name, words in example.says.items()),
        *((f"{name} cites", sorted(want), sorted(by_id.get(name, ()))) for name, want in example.cites.items()),
        ("articles missing", set(), set(example.articles) - cited),
    ]
    if example.last_days:
        pairs.append(("last days", sorted(example.last_days), sorted(lasts)))
    return tuple(f"{what}: expected {want}, got {had}" for what, want, had in pairs if want != had)


__all__ = ["Example", "FactText", "differences_of", "parse_example"]

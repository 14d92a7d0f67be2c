"""The register of references that are out of date, as the data file has it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bequest.law.schema import Entry, unique
from bequest.model.disposition import ReasonStatus


@dataclass(frozen=True, slots=True)
class Repeal:
    """What was repealed or replaced; `replaced_by` is empty where nothing stands in its place."""

    pattern: re.Pattern[str]
    replaced_by: str
    since: date
    zh: str
    en: str
    status: ReasonStatus
    source: str


@dataclass(frozen=True, slots=True)
class Renumbering:
    """A law whose articles got other numbers: old → new."""

    pattern: re.Pattern[str]
    name: str
    articles: Mapping[str, str]
    since: date
    zh: str
    en: str
    status: ReasonStatus
    source: str


@dataclass(frozen=True, slots=True)
class References:
    """All of the register."""

    repealed: tuple[Repeal, ...]
    renumbered: tuple[Renumbering, ...]


def parse_references(e: Entry) -> References:
    """The register from its file."""
    e.only("laws", "repealed", "renumbered")
    names = {n: law.texts("names") for n, law in unique(e.entries("laws"), _law, lambda x: x.text("id")).items()}
    return References(
        tuple(_repeal(r) for r in e.entries("repealed")),
        tuple(_renumbering(r, names) for r in e.entries("renumbered")),
    )


def _law(e: Entry) -> Entry:
    return e.only("id", "names")


def _repeal(e: Entry) -> Repeal:
    e.only("pattern", "replaced_by", "since", "zh", "en", "status", "source")
    try:
        pattern = re.compile(e.text("pattern"))
    except re.error as wrong:
        raise e.fail(f"pattern is no regular expression: {wrong}", "Mend it.") from None
    return Repeal(
        pattern, e.text("replaced_by", ""), e.day("since"), e.text("zh"), e.text("en"),
        e.choice("status", ReasonStatus), e.text("source"),
    )  # fmt: skip


def _renumbering(e: Entry, names: Mapping[str, tuple[str, ...]]) -> Renumbering:
    e.only("law", "since", "zh", "en", "status", "source", "articles")
    law = e.text("law")
    if law not in names:
        raise e.fail(f"no law is named {law!r}", f"Laws are {', '.join(names)}.")
    longest = sorted(names[law], key=len, reverse=True)
    return Renumbering(
        re.compile("|".join(map(re.escape, longest))),
        next((n for n in longest if n.endswith(("法", "例")) and not n.startswith("中华")), longest[0]),
        {str(k): str(v) for k, v in e.entry("articles").values.items()},
        e.day("since"), e.text("zh"), e.text("en"), e.choice("status", ReasonStatus), e.text("source"),
    )  # fmt: skip

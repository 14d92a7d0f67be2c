"""Crosswalks: clauses of management and privacy standards, and what of Bequest answers them. A map, no certificate.

Clauses are named by number and in our own words; the text of a standard is not reproduced. Where a number was not seen
in the standard itself, the entry says so.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from bequest.kernel.errors import LawError
from bequest.law.pack import LawPack
from bequest.law.schema import Entry
from bequest.model.disposition import ReasonStatus


class Cover(StrEnum):
    """How much of a clause Bequest does for the case at hand."""

    DOES = "does"
    """For the data and the time of the case."""
    HELPS = "helps"
    """It makes records or checks that the clause asks for; people do the rest."""
    OUTSIDE = "outside"
    """Named so that nobody looks for it in vain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One clause. `commands` are those of `bequest`; `rules` and `duties` are ids of the law pack."""

    clause: str
    zh: str
    en: str
    cover: Cover
    how_zh: str
    how_en: str
    commands: tuple[str, ...]
    rules: tuple[str, ...]
    duties: tuple[str, ...]
    status: ReasonStatus
    """How sure number and subject of the clause are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """One standard in one edition, with the clauses that a change of hands touches."""

    id: str
    standard: str
    zh: str
    en: str
    source: str
    note_zh: str
    note_en: str
    clauses: tuple[Clause, ...]


def parse_crosswalk(e: Entry) -> Crosswalk:
    """A file.

    Raises:
        LawError: where something is missing, or a clause stands twice.
    """
    e.only("id", "standard", "zh", "en", "source", "note", "clauses")
    note = e.entry("note").only("zh", "en")
    clauses = tuple(_clause(c) for c in e.entries("clauses"))
    numbers = [c.clause for c in clauses]
    twice = sorted({n for n in numbers if numbers.count(n) > 1})
    if twice:
        raise e.fail(f"clause {', '.join(twice)} is there twice", "Write each clause once.")
    return Crosswalk(
        id=e.text("id"), standard=e.text("standard"), zh=e.text("zh"), en=e.text("en"), source=e.text("source"),
        note_zh=note.text("zh"), note_en=note.text("en"), clauses=clauses,
    )  # fmt: skip


def _clause(e: Entry) -> Clause:
    e.only("clause", "zh", "en", "cover", "how", "commands", "rules", "duties", "status")
    how = e.entry("how").only("zh", "en")
    found = Clause(
        clause=e.text("clause"), zh=e.text("zh"), en=e.text("en"), cover=e.choice("cover", Cover),
        how_zh=how.text("zh"), how_en=how.text("en"), commands=e.texts("commands"), rules=e.texts("rules"),
        duties=e.texts("duties"), status=e.choice("status", ReasonStatus),
    )  # fmt: skip
    if (found.cover is Cover.OUTSIDE) is bool(found.commands or found.rules):
        raise e.fail(
            f"{found.cover} does not go with {', '.join((*found.commands, *found.rules)) or 'nothing'}",
            "What Bequest does or helps with names a command or a rule; what is outside names neither.",
        )
    return found


def crosswalk_problems(crosswalks: Collection[Crosswalk], pack: LawPack, commands: Collection[str]) -> Iterator[str]:
    """What a crosswalk names and does not exist, in words."""
    rules, duties = {r.id for r in pack.rules}, {d.id for d in pack.duties}
    for x in crosswalks:
        for c in x.clauses:
            for kind, named, known in (
                ("command", c.commands, commands), ("rule", c.rules, rules), ("duty", c.duties, duties),
            ):  # fmt: skip
                yield from (
                    f"{x.id} {c.clause} names the {kind} {n}, which does not exist" for n in named if n not in known
                )


def crosswalk_of(crosswalks: Collection[Crosswalk], name: str) -> Crosswalk:
    """The crosswalk of that id.

    Raises:
        LawError: where there is none, naming those that are.
    """
    for x in crosswalks:
        if x.id == name:
            return x
    raise LawError(f"there is no crosswalk {name!r}", hint=f"There are {', '.join(x.id for x in crosswalks)}.")

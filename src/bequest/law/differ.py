"""What differs between the law of two days, or between two packs: parameters, rules, duties, instruments, outcomes.

Outcomes are those of the pack's own law cases, each asked as of either day: they show what a change of law does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from bequest.kernel.errors import LawError
from bequest.law.cases import LawCase, run_case
from bequest.law.citations import on_date
from bequest.law.pack import LawPack


class Kind(StrEnum):
    """What changed."""

    PARAMETER = "parameter"
    RULE = "rule"
    DUTY = "duty"
    INSTRUMENT = "instrument"
    CITATION = "citation"
    """The same article under another number."""
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class LawChange:
    """One difference; an empty side was not there, or did not answer."""

    kind: Kind
    id: str
    before: str
    after: str
    articles: tuple[str, ...]


def law_diff(
    pack: LawPack, before: date, after: date, *, newer: LawPack | None = None, cases: Sequence[LawCase] = ()
) -> tuple[LawChange, ...]:
    """What differs between the law as of two days; with `newer`, the second day is read in that pack.

    Raises:
        LawError: where the packs are of two jurisdictions.
    """
    other = newer or pack
    if other.jurisdiction != pack.jurisdiction:
        raise LawError(
            f"the law of {pack.jurisdiction} cannot be compared with that of {other.jurisdiction}",
            hint="Compare two days, or two versions, of one pack.",
        )
    return (
        *_compare(Kind.INSTRUMENT, _instruments(pack, before), _instruments(other, after)),
        *_compare(Kind.PARAMETER, _parameters(pack, before), _parameters(other, after)),
        *_compare(Kind.RULE, _rules(pack, before), _rules(other, after)),
        *_compare(Kind.DUTY, _duties(pack, before), _duties(other, after)),
        *_compare(Kind.CITATION, _citations(pack, before), _citations(other, after), both=True),
        *_outcomes(pack, other, before, after, cases),
    )


_Said = dict[str, tuple[str, tuple[str, ...]]]
"""Name → what holds, and the articles it rests on."""


def _compare(kind: Kind, old: _Said, new: _Said, *, both: bool = False) -> Iterable[LawChange]:
    """What differs; with `both` only what is on either side."""
    for name in sorted(old.keys() & new.keys() if both else old.keys() | new.keys()):
        was, now = old.get(name, ("", ())), new.get(name, ("", ()))
        if was[0] != now[0]:
            yield LawChange(kind, name, was[0], now[0], now[1] or was[1])


def _instruments(pack: LawPack, on: date) -> _Said:
    return {i.code: (f"in force ({i.en_short})", (i.code,)) for i in pack.instruments.values() if i.is_in_force(on)}


def _parameters(pack: LawPack, on: date) -> _Said:
    held = ((n, p, p.at(on)) for n, p in pack.parameters.items())
    return {n: (f"{v.value} {p.unit}", (v.reference,)) for n, p, v in held if v is not None}


def _rules(pack: LawPack, on: date) -> _Said:
    return {r.id: ("in force", on_date(pack.instruments, r.reference, on)) for r in pack.rules if r.is_in_force(on)}


def _duties(pack: LawPack, on: date) -> _Said:
    found = ((d.id, on_date(pack.instruments, d.articles, on)) for d in pack.duties)
    return {name: ("in force", articles) for name, articles in found if articles}


def _citations(pack: LawPack, on: date) -> _Said:
    renumbered = (i for i in pack.instruments.values() if i.renumbered_on is not None and i.is_in_force(on))
    return {
        f"{i.code}-{article}": (on_date(pack.instruments, [f"{i.code}-{article}"], on)[0], (f"{i.code}-{article}",))
        for i in renumbered
        for article in i.old_numbers
    }


def _outcomes(
    pack: LawPack, other: LawPack, before: date, after: date, cases: Sequence[LawCase]
) -> Iterable[LawChange]:
    for case in cases:
        was, articles_before = _answer(pack, replace(case, on=before))
        now, articles_after = _answer(other, replace(case, on=after))
        if was != now:
            yield LawChange(Kind.OUTCOME, f"{case.place} {case.en}", was, now, articles_after or articles_before)


def _answer(pack: LawPack, case: LawCase) -> tuple[str, tuple[str, ...]]:
    """What the pack answers; empty where it has no rules for the day."""
    try:
        said = run_case(pack, case)
    except LawError:
        return "", ()
    d = said.disposition
    words = ", ".join(said.outcomes)
    until = f" until {d.until}" if d.until else ""
    return f"{d.release} × {d.residue}{until}: {words}", tuple(
        dict.fromkeys(a for r in said.reasons for a in r.articles)
    )

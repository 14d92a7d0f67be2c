"""Duties of the whole case: what must be done, kept or checked beside deciding each cell."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from bequest.kernel.errors import LawError
from bequest.law.citations import on_date
from bequest.law.evaluate import params_on
from bequest.law.pack import DutyText, LawPack, When, require_event
from bequest.law.params import Params, placeholders
from bequest.model.case import Event, LegalRoute
from bequest.model.disposition import ReasonStatus

PHASES = ("before_approval", "before_cutover", "after_cutover", "if_incident", "while_running", "for_information")
"""When a duty falls due, in order. `for_information`: bound elsewhere, or not by this event; listed so that nobody
looks for it in vain."""


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What duties ask of the case. `flags` are those that the pack's duties.yaml declares.

    `n_persons` is the number of persons whose information the receiver will process after the deal, deleted ones left
    out; a threshold number itself counts in.
    """

    n_persons: int = 0
    flags: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Duty:
    """A duty of the case on a date: when, what, under which articles, how long its papers are kept."""

    id: str
    phase: str
    zh: str
    en: str
    articles: tuple[str, ...]
    status: ReasonStatus
    owner: str
    keep: int
    keep_unit: str
    within: int
    within_unit: str


def case_duties(
    pack: LawPack, event: Event | str, routes: Iterable[LegalRoute | str], facts: CaseFacts, *, on: date
) -> tuple[Duty, ...]:
    """The duties of such a case under the law of a date, in the order of `PHASES`.

    Duties none of whose articles is in force on the date, or whose numbers have no value yet, are left out.

    Raises:
        LawError: for an event the pack does not know, or a flag its duties do not declare.
    """
    require_event(pack, event)
    unknown = sorted(facts.flags - set(pack.duty_flags))
    if unknown:
        raise LawError(
            f"no duty asks for the flag {unknown[0]!r}", hint=f"Flags are {', '.join(sorted(pack.duty_flags))}."
        )
    params = params_on(pack, on)
    named = frozenset(str(r) for r in routes)
    due = []
    for text in pack.duties:
        articles = on_date(pack.instruments, text.articles, on)
        if articles and _is_dated(text, params) and _holds(text.when, str(event), named, facts, params):
            due.append(_duty(text, articles, params))
    return tuple(sorted(due, key=lambda d: PHASES.index(d.phase)))


def parameters_of(text: DutyText) -> tuple[str, ...]:
    """Every parameter a duty names: thresholds, periods, numbers in its texts."""
    named = (text.keep, text.within, text.when.persons_at_least, text.when.persons_below)
    return (*filter(None, named), *placeholders(text.zh), *placeholders(text.en))


def _is_dated(text: DutyText, params: Params) -> bool:
    return all(params.holds(name) for name in parameters_of(text))


def _holds(when: When, event: str, routes: frozenset[str], facts: CaseFacts, params: Params) -> bool:
    return (
        (not when.events or event in when.events)
        and (not when.routes or bool(routes.intersection(when.routes)))
        and facts.flags.issuperset(when.flags)
        and facts.flags.isdisjoint(when.unless)
        and (not when.persons_at_least or facts.n_persons >= params.number(when.persons_at_least))
        and (not when.persons_below or facts.n_persons < params.number(when.persons_below))
    )


def _duty(text: DutyText, articles: tuple[str, ...], params: Params) -> Duty:
    return Duty(
        id=text.id,
        phase=text.phase,
        zh=params.fill(text.zh),
        en=params.fill(text.en),
        articles=articles,
        status=text.status,
        owner=text.owner,
        keep=params.number(text.keep) if text.keep else 0,
        keep_unit=params.unit(text.keep) if text.keep else "",
        within=params.number(text.within) if text.within else 0,
        within_unit=params.unit(text.within) if text.within else "",
    )

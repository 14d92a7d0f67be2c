"""What is special about each customer: every case the law treats apart occurs, at a believable rate, twice or more."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bequest.demo.draws import Draws, Ints


class Persona(StrEnum):
    """The one thing that is special about a person; most are ordinary."""

    ORDINARY = "ordinary"
    DISPUTE_OPEN = "dispute_open"
    DISPUTE_CLOSED = "dispute_closed"
    DECEASED = "deceased"
    CHILD_MISSING = "child_missing"
    """Under 14, nobody consented, nobody will answer."""
    CHILD_GIVEN = "child_given"
    CHILD_YES = "child_yes"
    """Under 14; the guardian will consent when asked."""
    CHILD_NO = "child_no"
    TEEN = "teen"
    OBJECTED_OPEN_ORDER = "objected_open_order"
    OBJECTED_INVOICE = "objected_invoice"
    OBJECTED = "objected"
    OBJECTION_WITHDRAWN = "objection_withdrawn"
    CLOSED = "closed"
    SOFT_DELETED = "soft_deleted"
    STALE = "stale"
    OLD_TIMER = "old_timer"
    """Bought long ago, with an invoice whose retention is over, and still does."""
    NO_DATES = "no_dates"
    """No contact is dated anywhere."""
    BOUNCES = "bounces"
    NO_CONTACT = "no_contact"
    WILL_OBJECT = "will_object"
    WILL_CONSENT = "will_consent"
    WILL_REFUSE = "will_refuse"


@dataclass(frozen=True, slots=True)
class Share:
    """How many people per thousand are so, and at least how many."""

    persona: Persona
    per_mille: int
    at_least: int


SHARES: tuple[Share, ...] = (
    Share(Persona.DISPUTE_OPEN, 4, 2),
    Share(Persona.DISPUTE_CLOSED, 5, 2),
    Share(Persona.DECEASED, 5, 2),
    Share(Persona.CHILD_MISSING, 5, 2),
    Share(Persona.CHILD_GIVEN, 6, 2),
    Share(Persona.CHILD_YES, 3, 2),
    Share(Persona.CHILD_NO, 3, 2),
    Share(Persona.TEEN, 15, 2),
    Share(Persona.OBJECTED_OPEN_ORDER, 2, 2),
    Share(Persona.OBJECTED_INVOICE, 3, 2),
    Share(Persona.OBJECTED, 5, 2),
    Share(Persona.OBJECTION_WITHDRAWN, 4, 2),
    Share(Persona.CLOSED, 20, 3),
    Share(Persona.SOFT_DELETED, 15, 3),
    Share(Persona.STALE, 60, 4),
    Share(Persona.OLD_TIMER, 10, 3),
    Share(Persona.NO_DATES, 3, 2),
    Share(Persona.BOUNCES, 30, 2),
    Share(Persona.NO_CONTACT, 10, 2),
    Share(Persona.WILL_OBJECT, 15, 3),
    Share(Persona.WILL_CONSENT, 80, 3),
    Share(Persona.WILL_REFUSE, 30, 3),
)
CHILDREN = frozenset({Persona.CHILD_MISSING, Persona.CHILD_GIVEN, Persona.CHILD_YES, Persona.CHILD_NO})
MINORS = CHILDREN | {Persona.TEEN}
NEEDS_CONTACT = MINORS | {Persona.WILL_OBJECT, Persona.WILL_CONSENT, Persona.WILL_REFUSE}
"""Personas that must be reachable, or their reaction could not be had."""
ORDER = (Persona.ORDINARY, *(s.persona for s in SHARES))
SMALLEST = 2 * sum(s.at_least for s in SHARES)
"""Fewer customers cannot hold every persona beside ordinary people."""


def code(persona: Persona) -> int:
    """The number by which arrays hold a persona."""
    return ORDER.index(persona)


def codes(personas: frozenset[Persona]) -> list[int]:
    """The numbers of several personas."""
    return sorted(map(code, personas))


def assign(draws: Draws, n: int) -> tuple[Ints, Ints]:
    """A persona code for each of n people, and each one's rank among those of the same persona.

    The first of each (rank below its `at_least`) are the ones that other parts make sure to place in the deal.
    """
    persona = np.zeros(n, dtype=np.int64)
    rank = np.full(n, n, dtype=np.int64)
    order = draws.rng.permutation(n)
    at = 0
    for share in SHARES:
        count = max(share.at_least, round(n * share.per_mille / 1000))
        chosen = order[at : at + count]
        persona[chosen] = code(share.persona)
        rank[chosen] = np.arange(len(chosen))
        at += count
    rest = order[at:]
    rank[rest] = np.arange(len(rest))
    return persona, rank


def is_pledged(persona: Ints, rank: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True for the people who guarantee that their persona occurs inside the deal."""
    at_least = np.array([0, *(s.at_least for s in SHARES)], dtype=np.int64)
    return np.asarray(rank < at_least[persona])

"""What a person can choose now: pairs, each with an answer word of the flow, and requests with a clock.

Nothing is offered that would do nothing: what comes too late is said instead.
"""

from dataclasses import dataclass
from enum import StrEnum

from bequest.app.phases import Phase
from bequest.app.portal.open_card import Opened
from bequest.store.portal_records import RequestState


class Ask(StrEnum):
    """Everything that can be asked. The first twelve are words of the answers file."""

    OBJECT = "object"
    WITHDRAW_OBJECTION = "withdraw_objection"
    CONSENT_TRANSFER = "consent_transfer"
    REFUSE_TRANSFER = "refuse_transfer"
    CONSENT_SENSITIVE = "consent_sensitive"
    REFUSE_SENSITIVE = "refuse_sensitive"
    CONSENT_NEW_PURPOSE = "consent_new_purpose"
    REFUSE_NEW_PURPOSE = "refuse_new_purpose"
    GUARDIAN_CONSENT = "guardian_consent"
    GUARDIAN_REFUSE = "guardian_refuse"
    DISPUTE = "dispute"
    DISPUTE_SETTLED = "dispute_settled"
    CORRECT = "correct"
    COPY = "copy"
    DELETE = "delete"
    COMPLAIN = "complain"
    RELATIVE = "relative"
    """A close relative of somebody who died (PIPL Art. 49)."""


REQUESTS = frozenset({Ask.CORRECT, Ask.COPY, Ask.DELETE, Ask.COMPLAIN, Ask.RELATIVE})
"""Somebody answers these; all others count by themselves."""
NEEDS_DATUM = frozenset({Ask.CORRECT, Ask.COPY, Ask.DELETE})
"""They show or change content: the link alone is not enough (recycled and shared numbers)."""
_PAIRS = (
    (Ask.OBJECT, Ask.WITHDRAW_OBJECTION),
    (Ask.REFUSE_TRANSFER, Ask.CONSENT_TRANSFER),
    (Ask.REFUSE_NEW_PURPOSE, Ask.CONSENT_NEW_PURPOSE),
    (Ask.GUARDIAN_REFUSE, Ask.GUARDIAN_CONSENT),
    (Ask.DISPUTE, Ask.DISPUTE_SETTLED),
    (Ask.REFUSE_SENSITIVE, Ask.CONSENT_SENSITIVE),
)
SENSITIVE = _PAIRS[5]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one question, refusing first; `now` is the one given last, if any."""

    question: str
    no: Ask
    yes: Ask
    now: Ask | None
    is_rare: bool = False
    """It concerns few: it is offered, but folded away."""


def question_of(what: Ask) -> tuple[Ask, ...]:
    """The two answers to the question that this one answers; a request stands alone."""
    return next((pair for pair in _PAIRS if what in pair), (what,))


def last_of(opened: Opened, pair: tuple[Ask, Ask]) -> Ask | None:
    """Which of two answers was given last and was not too late."""
    said = [a.kind for a in opened.asked if a.kind in pair and a.state is not RequestState.LATE]
    return Ask(said[-1]) if said else None


def pairs(opened: Opened) -> tuple[Pair, ...]:
    """The questions that are open for this person now."""
    page = opened.page
    if opened.case_closed or opened.phase is Phase.ERASED:
        return ()
    lots = [lot for lot in page.lots if lot.id in opened.lots]
    found = []
    if lots and not page.nothing_moves:
        wanted = [_PAIRS[0]] if not all(lot.asks_consent for lot in lots) else []
        if opened.phase is Phase.OPEN:
            wanted += [_PAIRS[1]] if any(lot.asks_consent for lot in lots) else []
            wanted += [SENSITIVE] if lots_of(opened, SENSITIVE[0]) else []
            wanted += [_PAIRS[2]] if any(lot.new_purposes for lot in lots) else []
            wanted += [_PAIRS[3]] if opened.age not in {"adult", "14_17"} else []
        found = [Pair(p[0].value, *p, last_of(opened, p), is_rare=_is_rare(opened, p[0])) for p in wanted]
    if not page.nothing_moves or page.event.value in {"E7", "E9"}:
        found.append(Pair("dispute", *_PAIRS[4], last_of(opened, _PAIRS[4])))
    return tuple(found)


def lots_of(opened: Opened, what: Ask) -> tuple[str, ...]:
    """The lots of the letter that a choice can be about.

    A consent to sensitive fields is about those lots alone in which notice is enough for the others: said of a lot that
    passes by consent, the same yes would be one to all of it.
    """
    mine = [lot for lot in opened.page.lots if lot.id in opened.lots]
    if what not in SENSITIVE:
        return tuple(lot.id for lot in mine)
    return tuple(lot.id for lot in mine if lot.asks_sensitive) if any(k.sensitive for k in opened.kinds) else ()


def _is_rare(opened: Opened, no: Ask) -> bool:
    """A guardian answers for a child under 14: asked outright of whom the records say so, offered where they do not."""
    return no is Ask.GUARDIAN_REFUSE and opened.age != "under_14"


def requests(opened: Opened) -> tuple[Ask, ...]:
    """The requests that can be made now, in the order in which they are shown."""
    if opened.case_closed or opened.phase is Phase.ERASED:
        return (Ask.COMPLAIN,)
    return (Ask.CORRECT, Ask.COPY, Ask.DELETE, Ask.COMPLAIN, Ask.RELATIVE)


def offered(opened: Opened) -> frozenset[Ask]:
    """Everything that can be sent now."""
    answers = frozenset(a for p in pairs(opened) for a in (p.no, p.yes))
    return answers | frozenset(requests(opened))

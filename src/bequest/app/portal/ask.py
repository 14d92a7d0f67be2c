"""Take down what a person chose at the portal: one row in the control database, and a receipt code.

Nothing else is touched here: a worker inside takes it from there.
"""

import io
from datetime import date

from bequest.app.law import pack_named
from bequest.app.portal.choices import NEEDS_DATUM, REQUESTS, SENSITIVE, Ask, lots_of, offered
from bequest.app.portal.open_card import Opened, Situation
from bequest.crypto.age import encrypt_stream
from bequest.crypto.links import names_of, receipt_code, secret_of
from bequest.kernel.errors import InputError, StateError
from bequest.store.portal_records import AskedAtPortal, RequestState
from bequest.store.repositories import Store

LONGEST = 2_000
"""Characters of what somebody writes."""
MOST_OPEN = 20
"""Choices and requests of one person that may wait at a time: nobody needs more, a machine would."""


def ask(store: Store, opened: Opened, what: Ask, *, lot: str = "", text: str = "") -> AskedAtPortal:
    """Enter the choice or request; the same choice again changes nothing and has the same receipt.

    Raises:
        StateError: where it is not offered now, or too much waits already.
        InputError: where the second datum is missing, the lot is unknown, or the text is too long.
    """
    if what not in offered(opened):
        raise StateError("this choice is no longer open", hint="Open the page again: it says what is possible now.")
    if what in NEEDS_DATUM and not opened.inner:
        raise InputError("this needs the second datum", hint="Type the address by which the link did not come.")
    if lot and lot not in opened.lots:
        raise InputError("this part is not in the letter", hint="Choose one that the page names.")
    about = lots_of(opened, what)
    if what in SENSITIVE and lot not in about:
        if lot or len(about) != 1:
            raise InputError("it must be said for which part this is", hint="Choose one that the page names.")
        lot = about[0] if len(opened.lots) > 1 else ""
    if len(text) > LONGEST:
        raise InputError(f"the text is longer than {LONGEST:,} characters", hint="Write it shorter.")
    made = AskedAtPortal(
        case_id=opened.page.case_id,
        code=receipt_code(),
        ref=opened.ref,
        kind=what.value,
        lot=lot,
        sealed_text=sealed_to_case(text, opened.page.recipient),
        due_on=due_on(opened.situation, what),
        state=RequestState.NEW,
        created_at=opened.now,
        asker=names_of(secret_of(opened.token) or bytes(16))[1],
    )
    with store.beside(f"{made.case_id}/{made.ref}") as inbox:
        before = inbox.before(made.case_id, made.asker)
        twin = next((a for a in reversed(before) if (a.kind, a.lot) == (made.kind, lot) and not text), None)
        if twin is not None and twin.state is RequestState.NEW:
            return twin
        if sum(a.state is RequestState.NEW for a in before) >= MOST_OPEN:
            raise StateError("too much waits to be handled", hint="Try again later, or call the number in the letter.")
        inbox.add(made)
    return made


def due_on(at: Situation, what: Ask) -> date | None:
    """By when a request is answered: the days of the law pack, counted from today."""
    if what not in REQUESTS:
        return None
    calendar = pack_named(at.page.law_pack).calendar
    page = at.page
    if what is Ask.COPY:
        return calendar.last_day(at.today, page.copy_days).on
    return calendar.last_day(at.today, page.answer_working_days, "working_day").on


def sealed_to_case(text: str, recipient: str) -> bytes:
    """What a customer writes, encrypted to the case: nobody at the portal can read it again; empty stays empty."""
    if not text.strip():
        return b""
    out = io.BytesIO()
    encrypt_stream(io.BytesIO(text.strip().encode()), out, [recipient])
    return out.getvalue()

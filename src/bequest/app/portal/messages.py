"""Messages both ways about a request: a customer's are encrypted to the case, those of staff to the customer's link.

So the portal can show what staff wrote to whoever holds the link, and nothing that customers wrote to anybody.
"""

import io
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from bequest.app.console.access import MAY_DO, Act
from bequest.app.context import Context, is_past
from bequest.app.evidence import publish, record
from bequest.app.portal.ask import LONGEST, sealed_to_case
from bequest.app.portal.cards import read_identity
from bequest.app.portal.choices import REQUESTS
from bequest.app.portal.links import link_tokens
from bequest.app.portal.open_card import Opened
from bequest.crypto.age import decrypt_stream
from bequest.crypto.links import open_card, seal_card, secret_of
from bequest.evidence.event_types import EventType
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Case, Person
from bequest.store.portal_records import AskedAtPortal, Message, ReplyTold, RequestOutcome, RequestState
from bequest.store.records import AccessRecord
from bequest.store.repositories import Store

MOST = 20
"""Messages about one request from one side."""
_KINDS = frozenset(a.value for a in REQUESTS)


@dataclass(frozen=True, slots=True)
class Said:
    """A message as a reader sees it. `text` is empty where only the other side can open it."""

    from_staff: bool
    author: str
    text: str
    at: datetime
    told: ReplyTold = ReplyTold.NOBODY


def write(store: Store, opened: Opened, code: str, text: str) -> None:
    """A customer's further message about a request.

    Raises:
        InputError: where there is no such request, or the text is empty or too long.
        StateError: where too much was written already.
    """
    asked = next((a for a in opened.asked if a.code == code and a.kind in _KINDS), None)
    if asked is None:
        raise InputError("there is no such request on this page", hint="Open the receipt of a request.")
    _check(text)
    sealed = sealed_to_case(text, opened.page.recipient)
    with store.transaction() as tx:
        _not_too_many(tx.portal.messages(opened.page.case_id, [code]), from_staff=False)
        tx.portal.say(opened.page.case_id, Message(code, False, "", sealed, opened.now))
        if asked.state is RequestState.ANSWERED:  # it waits again
            tx.portal.reopen(opened.page.case_id, code, opened.now)


def shown_to_customer(store: Store, opened: Opened, code: str) -> tuple[Said, ...]:
    """The messages of a request as the customer sees them: what staff wrote, and that oneself wrote."""
    secret = secret_of(opened.token) or bytes(16)
    with store.reading() as tx:
        found = tx.portal.messages(opened.page.case_id, [code])
    return tuple(
        Said(m.from_staff, "", _opened(secret, m.sealed, opened.page.case_id) if m.from_staff else "", m.created_at)
        for m in found
    )


def thread(ctx: Context, case_id: str, code: str, *, by: str) -> tuple[AskedAtPortal, tuple[Said, ...]]:
    """A request with everything that was written about it; the access is logged.

    Raises:
        InputError: where there is no such request in the case.
    """
    asked = request_of(ctx, case_id, code)
    with ctx.store.transaction() as tx:
        found = tx.portal.messages(case_id, [code])
    said = [Said(False, "", _plain(ctx, case_id, asked.sealed_text), asked.created_at)] if asked.sealed_text else []
    secret = _secret(ctx, case_id, asked.ref) if any(m.from_staff for m in found) else b""
    for m in found:
        text = _opened(secret, m.sealed, case_id) if m.from_staff else _plain(ctx, case_id, m.sealed)
        said.append(Said(m.from_staff, m.author, text, m.created_at, m.told))
    _note(ctx, case_id, code, by)
    return asked, tuple(said)


def reply(ctx: Context, case_id: str, code: str, text: str, *, by: str, outcome: RequestOutcome | None = None) -> None:
    """Staff write to the customer, who is told that something stands there; with an outcome the request is answered.

    Raises:
        InputError: where there is no such request, or the text is empty or too long.
        StateError: where the links of the case cannot be made any more.
    """
    asked = request_of(ctx, case_id, code)
    _check(text)
    at = ctx.now(case_id)
    sealed = seal_card(_secret(ctx, case_id, asked.ref), text.strip().encode(), case_id)
    with ctx.store.transaction() as tx:
        _not_too_many(tx.portal.messages(case_id, [code]), from_staff=True)
        tx.portal.say(case_id, Message(code, True, by, sealed, at, ReplyTold.WAITS))
        if outcome is not None:
            tx.portal.end(case_id, code, outcome, at)


def take_on(ctx: Context, case_id: str, code: str, person: str, *, by: str) -> None:
    """Somebody takes a request on, or gives it to a person whose role answers requests; noted among the accesses.

    Raises:
        InputError: where there is no such request, or the person does not answer requests in this case.
    """
    request_of(ctx, case_id, code)
    if person not in {p.id for p in answerers(ctx.case(case_id).case)}:
        raise InputError(
            f"{person!r} does not answer requests in this case", hint="Service, officer, administrator, liquidator do."
        )
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        tx.portal.own(case_id, code, person)
        tx.access.record(
            case_id,
            AccessRecord(at=at, person=by, action="portal.owner", purpose="PIPL-50", target=code, n_rows=1),
        )


def answerers(case: Case) -> tuple[Person, ...]:
    """People of the case whose role answers requests of customers."""
    return tuple(p for p in case.people if any(Act.REQUEST in MAY_DO[role] for role in p.roles))


def request_of(ctx: Context, case_id: str, code: str) -> AskedAtPortal:
    """The request of that receipt code.

    Raises:
        InputError: where the case has none; a choice that counts by itself is none.
    """
    with ctx.store.transaction() as tx:
        found = next((a for a in tx.portal.list(case_id) if a.code == code), None)
    if found is None:
        raise InputError(f"there is no request {code!r} in this case", hint="`bequest portal requests` lists them.")
    if found.kind not in _KINDS:
        raise InputError("this is a choice, not a request: it counts by itself", hint="There is nothing to answer.")
    return found


def _check(text: str) -> None:
    if not text.strip():
        raise InputError("the message is empty", hint="Write what is to be said.")
    if len(text) > LONGEST:
        raise InputError(f"the text is longer than {LONGEST:,} characters", hint="Write it shorter.")


def _not_too_many(known: tuple[Message, ...], *, from_staff: bool) -> None:
    if sum(m.from_staff is from_staff for m in known) >= MOST:
        raise StateError("too much was written about this request", hint="Please call; the contact is on the page.")


def _secret(ctx: Context, case_id: str, ref: str) -> bytes:
    return bytes.fromhex(link_tokens(ctx, case_id, pl.Series("ref", [ref]))[0])


def _opened(secret: bytes, sealed: bytes, case_id: str) -> str:
    found = open_card(secret, sealed, case_id)
    return "" if found is None else found.decode()


def _plain(ctx: Context, case_id: str, sealed: bytes) -> str:
    text = io.BytesIO()
    decrypt_stream(io.BytesIO(sealed), text, [read_identity(ctx, case_id)[1]])
    return text.getvalue().decode()


def _note(ctx: Context, case_id: str, code: str, by: str) -> None:
    at, closed = ctx.now(case_id), is_past(ctx, case_id, "close")
    with ctx.store.transaction() as tx:
        n = len(tx.access.list(case_id))
        tx.access.record(
            case_id, AccessRecord(at=at, person=by, action="portal.read", purpose="PIPL-50", target=code, n_rows=1)
        )
        if not closed:  # a closed log takes no entry; the table does
            record(ctx, tx, case_id, EventType.ACCESS_READ, f"request-{n}", at=at, counts={"rows": 1})
    if not closed:
        publish(ctx, case_id)

"""How satisfied somebody is with the handling: one question, once for each link; nobody learns whose answer it is."""

from bequest.app.portal.open_card import Opened
from bequest.crypto.links import rating_key, secret_of
from bequest.kernel.errors import InputError, StateError
from bequest.store.portal_records import RequestState
from bequest.store.repositories import Store

VALUES = (1, 2, 3, 4, 5)
"""From not at all to fully."""
LEAST = 10
"""Fewer answers than this are not shown as figures."""


def may_rate(opened: Opened) -> bool:
    """Asked only once there is something to judge: a request was answered, or all is done."""
    return bool(opened.outcome) or any(a.state is RequestState.ANSWERED for a in opened.asked)


def rating_of(store: Store, opened: Opened) -> int | None:
    """What this person said."""
    with store.reading() as tx:
        return tx.portal.rating(opened.page.case_id, _key(opened))


def rate(store: Store, opened: Opened, value: str) -> None:
    """Take the answer; a later one takes the place of an earlier one.

    Raises:
        StateError: where there is nothing to judge yet.
        InputError: for a value that is none.
    """
    if not may_rate(opened):
        raise StateError("there is nothing to judge yet", hint="Come back when it is done.")
    if value not in {str(v) for v in VALUES}:
        raise InputError("this is no answer to the question", hint="Choose one of the five.")
    with store.transaction() as tx:
        tx.portal.rate(opened.page.case_id, _key(opened), int(value), opened.now)


def _key(opened: Opened) -> str:
    return rating_key(secret_of(opened.token) or bytes(16))

"""Opening a page without its link: type an address, get a code there, type the code.

The answer is the same whether the address is known or not, and comes as fast: here it is only encrypted and put down. A
worker inside looks whether somebody has a letter at that address, and sends the code there. What then opens the pages
lies sealed under the visitor's cookie and the code together: neither the database alone nor the cookie alone opens it.
"""

import io
import json
from datetime import datetime, timedelta

from bequest.app.portal.open_card import normal_datum
from bequest.crypto.age import encrypt_stream
from bequest.crypto.links import no_links, open_links, secret_of, visit_lookup, visit_secret
from bequest.kernel.errors import InputError, StateError
from bequest.store.portal_records import Visit
from bequest.store.repositories import Store

RECIPIENT = "portal_recipient"
"""Setting of the home: to whom typed addresses are encrypted; there is none where nobody inside looks at them."""
LASTS = timedelta(minutes=15)
TRIES = 5
"""Codes that a visitor may type."""
LONGEST = 200


def is_offered(store: Store) -> bool:
    """Whether somebody inside looks at typed addresses."""
    with store.transaction() as tx:
        return bool(tx.settings.get(RECIPIENT, ""))


def begin(store: Store, typed: str, now: datetime) -> str:
    """Note a visitor; the cookie to give the browser.

    Raises:
        InputError: where what was typed is neither a mobile number nor an e-mail address.
        StateError: where nobody inside looks at typed addresses.
    """
    with store.transaction() as tx:
        recipient = str(tx.settings.get(RECIPIENT, ""))
    if not recipient:
        raise StateError("pages are opened by their links only here", hint="Open the link of the letter.")
    address = normal_datum(typed[:LONGEST])
    if not _is_address(address):
        raise InputError("this is neither a mobile number nor an e-mail address", hint="Type the whole of it.")
    secret = visit_secret()
    sealed = io.BytesIO()
    plain = json.dumps({"address": address, "secret": secret.hex()}).ljust(LONGEST * 2)
    encrypt_stream(io.BytesIO(plain.encode()), sealed, [recipient])
    visit = Visit(visit_lookup(secret), sealed.getvalue(), no_links(), 0, now, now + LASTS)
    with store.transaction() as tx:
        tx.visits.add(visit)
    return secret.hex()


def enter(store: Store, cookie: str, code: str, now: datetime) -> tuple[str, ...]:
    """The links that cookie and code open; none for anything else, and none any more after five tries."""
    secret = secret_of(cookie) or bytes(16)
    with store.transaction() as tx:
        visit = tx.visits.attempt(visit_lookup(secret), now, TRIES)
    links = open_links(secret, "".join(c for c in code if c.isdigit()), visit.sealed_links) if visit else ()
    if links:
        with store.transaction() as tx:
            tx.visits.end(visit_lookup(secret))
    return links


def _is_address(text: str) -> bool:
    name, at, host = text.partition("@")
    return bool(name and "." in host) if at else text.isdigit() and 7 <= len(text) <= 15

"""What a form brings to show who sends it, and what a page needs to ask for a passkey."""

import json
from typing import Any

from django.http import HttpRequest

from bequest.app.console.passkeys import to_prove
from bequest.app.console.sign_in import Proof, is_still
from bequest.crypto.ceremony import LONGEST_ANSWER
from bequest.store.portal_records import SignedIn
from bequest.web.site import site

SCRIPT = "passkey"
Asked = dict[str, str] | None
"""What a button that asks for a passkey bears; None where there is none to ask for."""


def asked(options: dict[str, Any] | None) -> Asked:
    """For a template: the options of the browser's call, and the origin whose pages may make it."""
    party = site().party
    return {"options": json.dumps(options), "origin": party.origin} if party and options else None


def to_prove_by(who: SignedIn) -> Asked:
    """For the forms in which this person proves anew who acts."""
    party = site().party
    return asked(to_prove(site().inside, party, who)) if party else None


def proof_of(request: HttpRequest) -> Proof:
    """What the form brings."""
    given = request.POST
    return Proof(given.get("password", "")[:500], given.get("code", "")[:40], given.get("answer", "")[:LONGEST_ANSWER])


def is_proven(request: HttpRequest, who: SignedIn, *, recovery: bool = False) -> bool:
    """Whether what the form brings shows that it is really this person. `recovery`: whether such a code counts."""
    return is_still(site().inside, who, proof_of(request), site().party, recovery=recovery)

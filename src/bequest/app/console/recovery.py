"""Recovery codes: for the day on which no authenticator is at hand. Ten at a time, each good once with the password."""

import hashlib

from bequest.app.context import Context
from bequest.crypto.passwords import new_recovery_code
from bequest.store.portal_records import SignedIn
from bequest.store.transaction import Tx

CODES = 10


def new_codes(ctx: Context, who: SignedIn) -> tuple[str, ...]:
    """New codes in place of all others, shown once. Whoever calls this has let the person prove anew who it is."""
    made = tuple(new_recovery_code() for _ in range(CODES))
    with ctx.store.transaction() as tx:
        tx.factors.set_codes(who.organisation, who.person, [_digest(c) for c in made])
    return made


def codes_left(ctx: Context, who: SignedIn) -> int:
    """How many of them are good."""
    with ctx.store.transaction() as tx:
        return tx.factors.codes_left(who.organisation, who.person)


def use_code(tx: Tx, ctx: Context, organisation: str, person: str, code: str) -> bool:
    """Use one up; False where it is none of the person's."""
    return tx.factors.use_code(organisation, person, _digest(code), ctx.system.now())


def _digest(code: str) -> str:
    """What is kept of a code: its 80 bits need no slow digest."""
    return hashlib.sha256("".join(c for c in code.lower() if c.isalnum()).encode()).hexdigest()

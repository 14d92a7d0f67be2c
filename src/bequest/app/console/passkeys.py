"""Passkeys of people with an account: added, used to sign in and to prove anew who acts, removed.

A challenge is good once and for five minutes. A passkey whose counter went back may have been copied: it opens nothing
from then on. The lock after wrong passwords does not hold for passkeys, which nobody can guess.
"""

import hashlib
from datetime import timedelta
from typing import Any

from bequest.app.context import Context
from bequest.crypto.ceremony import (
    CHALLENGE_SECONDS,
    Party,
    answered,
    check_answer,
    check_enrolment,
    enrol_options,
    is_challenge,
    new_challenge,
    read_answer,
    sign_options,
    went_back,
)
from bequest.crypto.cipher import hmac_sha256
from bequest.crypto.verify import parse_public_line
from bequest.kernel.errors import InputError, VerificationError
from bequest.store.factor_records import PasskeyRecord
from bequest.store.portal_records import SignedIn
from bequest.store.transaction import Tx

MOST = 10
LONGEST_LABEL = 60
_SIGN_IN = "sign-in"
_LASTS = timedelta(seconds=CHALLENGE_SECONDS)


def passkeys_of(ctx: Context, who: SignedIn) -> tuple[PasskeyRecord, ...]:
    """The passkeys of somebody who is signed in."""
    with ctx.store.transaction() as tx:
        return tx.factors.passkeys_of(who.organisation, who.person)


def to_enrol(ctx: Context, party: Party, who: SignedIn) -> dict[str, Any]:
    """What the browser is asked to make a passkey with."""
    known = tuple(p.credential_id for p in passkeys_of(ctx, who))
    challenge = new_challenge(_key(ctx), _for("enrol", who), _now(ctx))
    return enrol_options(party, challenge, _handle(ctx, who), f"{who.person}@{who.organisation}", known)


def enrol(ctx: Context, party: Party, who: SignedIn, label: str, answer: str) -> PasskeyRecord:
    """Keep a passkey that was just made. Whoever calls this has let the person prove anew who it is.

    Raises:
        InputError: where it has no name, or there are too many.
        VerificationError: where the answer is not to a challenge of ours, or the page was open too long.
        StateError: where the passkey is known already.
    """
    label = " ".join(label.split())
    if not 0 < len(label) <= LONGEST_LABEL:
        raise InputError(
            f"a passkey has a name of at most {LONGEST_LABEL} characters", hint="Name the device it is on."
        )  # fmt: skip
    challenge = answered(answer)
    _fresh(ctx, _for("enrol", who), challenge)
    made = check_enrolment(party, challenge, answer)
    passkey = PasskeyRecord(
        who.organisation, who.person, made.credential_id, made.public.line, label, made.counter, ctx.system.now()
    )
    with ctx.store.transaction() as tx:
        if len(tx.factors.passkeys_of(who.organisation, who.person)) >= MOST:
            raise InputError(f"an account has at most {MOST} passkeys", hint="Remove one that you no longer use.")
        _spend(ctx, tx, challenge)
        tx.factors.add_passkey(passkey)
    return passkey


def to_sign_in(ctx: Context, party: Party) -> dict[str, Any]:
    """What the browser is asked at the sign-in, before anybody is known."""
    return sign_options(party, new_challenge(_key(ctx), _SIGN_IN, _now(ctx)))


def signed_in_by(ctx: Context, party: Party, answer: str) -> PasskeyRecord | None:
    """Whose passkey answered at the sign-in; None for any failure."""
    try:
        challenge = answered(answer)
        _fresh(ctx, _SIGN_IN, challenge)
        return take(ctx, party, challenge, answer)
    except VerificationError:
        return None


def to_prove(ctx: Context, party: Party, who: SignedIn) -> dict[str, Any] | None:
    """What the browser is asked where somebody proves anew who acts; None for whoever has no passkey."""
    known = tuple(p.credential_id for p in passkeys_of(ctx, who) if p.suspended_at is None)
    if not known:
        return None
    return sign_options(party, new_challenge(_key(ctx), _for("prove", who), _now(ctx)), known)


def is_proven(ctx: Context, party: Party, who: SignedIn, answer: str) -> bool:
    """Whether it is this person's passkey that answered."""
    try:
        challenge = answered(answer)
        _fresh(ctx, _for("prove", who), challenge)
        used = take(ctx, party, challenge, answer)
    except VerificationError:
        return False
    return (used.organisation, used.person) == (who.organisation, who.person)


def take(ctx: Context, party: Party, challenge: bytes, answer: str) -> PasskeyRecord:
    """The passkey that answered the challenge, which is used up with that.

    Raises:
        VerificationError: where none of ours did, the challenge was answered before, or there may be a copy of it.
    """
    given = read_answer(answer)
    with ctx.store.transaction() as tx:
        known = tx.factors.passkey(given.credential_id)
    if known is None:
        raise VerificationError("no account here has this passkey")
    check_answer(party, challenge, answer, parse_public_line(known.key_line))
    with ctx.store.transaction() as tx:
        found = tx.factors.passkey(given.credential_id)
        _spend(ctx, tx, challenge)
        copied = found is not None and went_back(found.sign_count, given.assertion.counter)
        if found is not None and found.suspended_at is None:
            if copied:
                tx.factors.suspend(found.credential_id, ctx.system.now())
            else:
                tx.factors.note_use(found.credential_id, given.assertion.counter, ctx.system.now())
    if found is None or copied or found.suspended_at is not None:
        raise VerificationError("the counter of the passkey went back: there may be a copy, and it opens nothing now")
    return found


def remove(ctx: Context, who: SignedIn, credential_id: str) -> None:
    """Forget a passkey of one's own. Whoever calls this has let the person prove anew who it is.

    Raises:
        InputError: where the person has no such passkey.
    """
    with ctx.store.transaction() as tx:
        if not tx.factors.remove_passkey(who.organisation, who.person, credential_id):
            raise InputError("there is no such passkey", hint="Load the page anew: it may be removed already.")


def _fresh(ctx: Context, purpose: str, challenge: bytes) -> None:
    if not is_challenge(_key(ctx), purpose, challenge, _now(ctx)):
        raise VerificationError("the page was open too long, or the answer is to another one")


def _spend(ctx: Context, tx: Tx, challenge: bytes) -> None:
    """A challenge is kept a while longer than it is taken, so that no answer comes twice."""
    at = ctx.system.now()
    if not tx.factors.spend(hashlib.sha256(challenge).hexdigest(), at=at, until=at + 2 * _LASTS):
        raise VerificationError("the challenge was answered before")


def _for(purpose: str, who: SignedIn) -> str:
    return f"{purpose}\0{who.organisation}\0{who.person}"


def _handle(ctx: Context, who: SignedIn) -> bytes:
    """Under which an authenticator keeps the account: it tells nobody whose it is (§14.6.1)."""
    return hmac_sha256(_key(ctx), _for("handle", who).encode())


def _key(ctx: Context) -> bytes:
    return ctx.master.derived("console", "passkeys")


def _now(ctx: Context) -> int:
    return int(ctx.system.now().timestamp())

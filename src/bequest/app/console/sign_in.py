"""Sign in and out of the console: password and code together, one answer for every failure, a lock after some."""

import hashlib
from datetime import datetime, timedelta
from functools import cache

from bequest.app.console.accounts import open_totp
from bequest.app.context import Context
from bequest.crypto.links import session_token
from bequest.crypto.passwords import is_password, password_digest, totp_step
from bequest.store.portal_records import AccountRecord, SignedIn

LOCK_AFTER = 5
LOCK = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


@cache
def _nobody() -> str:
    """A digest to compare with where there is no account: so that finding none takes as long."""
    return password_digest(session_token())


def sign_in(ctx: Context, name: str, password: str, code: str) -> str | None:
    """The cookie of a new session; None for any failure, which costs the same time whatever was wrong."""
    account = _proven(ctx, name, password, code)
    if account is None:
        return None
    now, token = ctx.system.now(), session_token()
    with ctx.store.transaction() as tx:
        tx.accounts.sign_in(account, token_digest(token), at=now, ends_at=now + LONGEST)
    return token


def is_still(ctx: Context, person: SignedIn, password: str, code: str) -> bool:
    """Whether it is really this person who acts now: password and a fresh code, as at the sign-in."""
    return _proven(ctx, f"{person.person}@{person.organisation}", password, code) is not None


def _proven(ctx: Context, name: str, password: str, code: str) -> AccountRecord | None:
    """The account whose password and code these are; the code is used up, a failure is counted."""
    now = ctx.system.now()
    with ctx.store.transaction() as tx:
        account = tx.accounts.get(name.strip())
    right = is_password(password, account.password if account else _nobody())
    if account is None:
        return None
    locked = account.locked_until is not None and account.locked_until > now
    step = totp_step(open_totp(ctx, account.person, account.totp_sealed), code.strip(), int(now.timestamp()))
    with ctx.store.transaction() as tx:
        if locked:
            return None
        if not right or step is None or not tx.accounts.note_success(account, step):
            tx.accounts.note_failure(account, lock_at=LOCK_AFTER, until=now + LOCK)
            return None
    return account


def who(ctx: Context, token: str) -> SignedIn | None:
    """Who is signed in with this cookie."""
    now: datetime = ctx.system.now()
    with ctx.store.transaction() as tx:
        return tx.accounts.signed_in(token_digest(token), at=now, idle_since=now - IDLE)


def sign_out(ctx: Context, token: str) -> None:
    """End the session."""
    with ctx.store.transaction() as tx:
        tx.accounts.sign_out(token_digest(token))


def token_digest(token: str) -> str:
    """What is kept of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()

"""Accounts of the console: made by whoever runs the server, for people that a case names."""

from dataclasses import dataclass

from bequest.app.context import Context
from bequest.crypto.passwords import LEAST, new_password, new_totp_secret, password_digest, totp_address
from bequest.crypto.sealing import open_bytes, seal_bytes
from bequest.kernel.errors import InputError

ISSUER = "Bequest"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the person is handed once."""

    name: str
    password: str
    totp_secret: bytes
    totp_address: str


def totp_key(ctx: Context) -> bytes:
    """The key under which secrets of code generators lie in the control database."""
    return ctx.master.derived("console", "totp")


def add_account(ctx: Context, case_id: str, person_id: str, *, password: str = "") -> NewAccount:
    """Make an account for a person of a case, or renew it: a new secret, and a password unless one is given.

    Raises:
        InputError: where the case names no such person, or the password is too short.
    """
    record = ctx.case(case_id)
    if person_id not in {p.id for p in record.case.people}:
        known = ", ".join(sorted(p.id for p in record.case.people)) or "nobody"
        raise InputError(f"case {case_id} names no person {person_id!r}", hint=f"It names {known}.")
    if password and len(password) < LEAST:
        raise InputError(f"a password has at least {LEAST} characters", hint="Take several words.")
    chosen, secret = password or new_password(), new_totp_secret()
    sealed = seal_bytes(secret, totp_key(ctx), b"totp\0" + person_id.encode())
    with ctx.store.transaction() as tx:
        tx.accounts.put(
            record.organisation, person_id, password=password_digest(chosen), totp_sealed=sealed, at=ctx.system.now()
        )
    return NewAccount(person_id, chosen, secret, totp_address(secret, person_id, ISSUER))


def open_totp(ctx: Context, person_id: str, sealed: bytes) -> bytes:
    """The secret of a person's code generator."""
    return open_bytes(sealed, totp_key(ctx), b"totp\0" + person_id.encode())

"""Tokens of programs: each acts for one person, and never more than that person's roles in a case allow now.

A token can be narrowed to cases, to roles and to scopes, never widened. Scopes: `read` and `do` for everything the
roles show and let do, `read:SCREEN` and `do:ACT` for a part (words of `access.Screen` and `access.Act`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bequest.app.console.access import Act, Screen, Seat, roles_in
from bequest.app.context import Context
from bequest.crypto.tokens import new_id, new_token, token_digest
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Role
from bequest.store.api_records import TokenRecord
from bequest.store.portal_records import SignedIn
from bequest.store.records import CaseRecord

LONGEST_DAYS = 366
DAYS = 90
LONGEST_LABEL = 80
SCOPES = ("read", "do", *(f"read:{s.value}" for s in Screen), *(f"do:{a.value}" for a in Act))
"""Every word that a token may bear."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token as it is shown once."""

    token: str
    record: TokenRecord


def make_token(
    ctx: Context,
    organisation: str,
    person: str,
    *,
    label: str,
    scopes: Iterable[str] = ("read",),
    cases: Iterable[str] = (),
    roles: Iterable[str] = (),
    days: int = DAYS,
) -> NewToken:
    """Make a token for a person with an account.

    Raises:
        InputError: for a scope, case, role, label or time that is none.
        StateError: where the person has no account.
    """
    wanted, named, held = _once(scopes), _once(cases), _once(roles)
    _known("scope", wanted, SCOPES)
    _known("role", held, [r.value for r in Role])
    with ctx.store.transaction() as tx:
        own = [r.case.id for r in tx.cases.list() if r.organisation == organisation]
    _known("case", named, own)
    if not wanted:
        raise InputError("a token without a scope opens nothing", hint="Give it one, such as read.")
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError(f"a token lasts 1 to {LONGEST_DAYS} days, not {days}", hint="Make a new one before it ends.")
    if not label.strip() or len(label) > LONGEST_LABEL:
        raise InputError(
            f"it is not said what the token is for, in at most {LONGEST_LABEL} characters",
            hint="Name the program that will bear it.",
        )
    at, token = ctx.system.now(), new_token()
    record = TokenRecord(
        token_id=new_id(), organisation=organisation, person=person, name="", label=label.strip(), cases=named,
        roles=held, scopes=wanted, created_at=at, expires_at=at + timedelta(days=days),
    )  # fmt: skip
    with ctx.store.transaction() as tx:
        tx.tokens.add(record, token_digest(token))
    return NewToken(token, record)


def organisation_of(ctx: Context, person: str) -> str:
    """The organisation of the only account of that sign-in name (`id` or `id@organisation`).

    Raises:
        StateError: where there is none, or several.
    """
    with ctx.store.transaction() as tx:
        account = tx.accounts.get(person)
    if account is None:
        raise StateError(
            f"person {person.partition('@')[0]!r} has no account, or several organisations know one of that name",
            hint="`bequest account list` shows them; write id@organisation where there are several.",
        )
    return account.organisation


def tokens_of(ctx: Context, organisation: str, person: str) -> tuple[TokenRecord, ...]:
    """The tokens of a person, the oldest first."""
    with ctx.store.transaction() as tx:
        found = tx.tokens.list()
    return tuple(t for t in found if (t.organisation, t.person) == (organisation, person))


def revoke_token(ctx: Context, token_id: str, *, of: SignedIn | None = None) -> TokenRecord:
    """The token opens nothing any more. `of`: only where it is this person's.

    Raises:
        StateError: where there is no such token.
    """
    with ctx.store.transaction() as tx:
        known = {t.token_id: t for t in tx.tokens.list()}
        found = known.get(token_id)
        if found is None or (of is not None and (of.organisation, of.person) != (found.organisation, found.person)):
            raise StateError(f"there is no token {token_id!r}", hint="`bequest account tokens` lists them.")
        return tx.tokens.revoke(token_id, ctx.system.now()) or found


def who_bears(ctx: Context, token: str) -> TokenRecord | None:
    """Whose token this is; None for one that is unknown, has run out or was revoked."""
    with ctx.store.transaction() as tx:
        return tx.tokens.of_digest(token_digest(token), ctx.system.now())


def bearer(token: TokenRecord) -> SignedIn:
    """The person for whom a token acts."""
    return SignedIn(
        token.organisation, token.person, token.name, token.created_at, token.used_at or token.created_at,
        token.expires_at,
    )  # fmt: skip


def seat_of(ctx: Context, record: CaseRecord, token: TokenRecord) -> Seat:
    """What a token may see and do in a case: the part of its person's rights that it was made for."""
    who = bearer(token)
    roles = roles_in(ctx, record, who) if not token.cases or record.case.id in token.cases else frozenset[Role]()
    if token.roles:
        roles = frozenset(r for r in roles if r.value in token.roles)
    return Seat(record.case.id, who, roles, frozenset(token.scopes), token.token_id)


def is_live(token: TokenRecord, now: datetime) -> bool:
    """Whether it opens anything still."""
    return token.revoked_at is None and token.expires_at > now


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w.strip() for w in words if w.strip()))


def _known(what: str, words: Iterable[str], known: Iterable[str]) -> None:
    allowed = list(known)
    for word in words:
        if word not in allowed:
            raise InputError(f"there is no {what} {word!r} for a token", hint=f"Write one of {', '.join(allowed)}.")

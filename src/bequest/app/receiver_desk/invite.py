"""Inviting the people of a receiver: a link handed over by the transferor's officer, good for a week, for one person.

The person chooses the password and takes the code generator's secret; the link ends with the first code that fits.
Nobody who holds another role anywhere is invited this way: that would change a staff account.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from bequest.app.console.accounts import NewAccount, add_account
from bequest.app.console.sign_in import sign_in
from bequest.app.context import Context
from bequest.app.receiver_desk.seats import party_of
from bequest.crypto.links import session_token
from bequest.kernel.canonical import Json
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.kernel.errors import InputError, StateError
from bequest.model.case import Case, Party, Person, Role
from bequest.store.records import AccessRecord
from bequest.store.transaction import Tx

LASTS = timedelta(days=7)
INVITED = "desk_invitations"
"""Setting of the case: person → digest of the link's secret, who invited, until when."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that is good now."""

    case: Case
    person: Person
    party: Party
    ends_at: datetime


def invite(ctx: Context, case_id: str, person_id: str, *, by: str) -> str:
    """The secret of a new link for a person; an earlier link of the same person opens nothing any more.

    Raises:
        InputError: where the case names no such person, or not in the role receiver alone.
        StateError: where the person holds another role in a case of this organisation.
    """
    record = ctx.case(case_id)
    person = next((p for p in record.case.people if p.id == person_id), None)
    if person is None or set(person.roles) != {Role.RECEIVER} or party_of(record.case, person_id) is None:
        known = ", ".join(p.id for p in record.case.people if set(p.roles) == {Role.RECEIVER}) or "nobody"
        raise InputError(
            f"case {case_id} names nobody {person_id!r} who signs for a receiver and has no other role",
            hint=f"In the role receiver it has {known}; where there are several receivers, `party` says for which.",
        )
    token, now, at = session_token(), ctx.system.now(), ctx.now(case_id)
    with ctx.store.transaction() as tx:
        _only_a_receiver(tx, record.organisation, person_id)
        kept = _kept(tx, case_id)
        kept[person_id] = {"digest": _digest(token), "by": by, "ends_at": rfc3339(now + LASTS)}
        tx.settings.set(INVITED, dict(kept), now, case_id=case_id)
        _note(tx, case_id, by, "desk.invite", person_id, at)
    return token


def invited_until(ctx: Context, case_id: str) -> dict[str, datetime]:
    """People of the case whose links are good, and how long."""
    now = ctx.system.now()
    with ctx.store.transaction() as tx:
        ends = {p: parse_rfc3339(str(i["ends_at"])) for p, i in _kept(tx, case_id).items()}
    return {p: e for p, e in ends.items() if e > now}


def invitation(ctx: Context, token: str) -> Invitation | None:
    """What the link opens; None for any that is unknown, used or past, all alike."""
    digest, now = _digest(token), ctx.system.now()
    with ctx.store.transaction() as tx:
        for record in tx.cases.list():
            for person_id, kept in _kept(tx, record.case.id).items():
                ends = parse_rfc3339(str(kept["ends_at"]))
                party = party_of(record.case, person_id)
                if kept["digest"] == digest and ends > now and party is not None:
                    return Invitation(record.case, record.case.person(person_id), party, ends)
    return None


def choose_password(ctx: Context, found: Invitation, password: str) -> NewAccount:
    """Make the account, or renew it: the password is the person's own, the secret of the code generator new.

    Raises:
        InputError: where the password is too short.
        StateError: where the person holds another role by now.
    """
    if not password:
        raise InputError("no password was chosen", hint="Take several words that you use nowhere else.")
    organisation = ctx.case(found.case.id).organisation
    with ctx.store.transaction() as tx:
        _only_a_receiver(tx, organisation, found.person.id)
    return add_account(ctx, found.case.id, found.person.id, password=password)


def join(ctx: Context, found: Invitation, password: str, code: str) -> str | None:
    """The cookie of the first session, and the link is used up; None where password or code do not fit."""
    organisation = ctx.case(found.case.id).organisation
    session = sign_in(ctx, f"{found.person.id}@{organisation}", password, code)
    if session is None:
        return None
    at = ctx.now(found.case.id)
    with ctx.store.transaction() as tx:
        kept = _kept(tx, found.case.id)
        kept.pop(found.person.id, None)
        tx.settings.set(INVITED, dict(kept), ctx.system.now(), case_id=found.case.id)
        _note(tx, found.case.id, found.person.id, "desk.joined", found.party.id, at)
    return session


def _only_a_receiver(tx: Tx, organisation: str, person_id: str) -> None:
    held = {
        m.role
        for r in tx.cases.list()
        if r.organisation == organisation
        for m in tx.memberships.of(r.case.id)
        if m.person == person_id and m.until_at is None
    }
    if held - {Role.RECEIVER}:
        raise StateError(
            f"{person_id} holds another role in a case here: a link would change a staff account",
            hint="Name the receiver's person in the case file under an id of its own.",
        )


def _note(tx: Tx, case_id: str, person: str, action: str, target: str, at: datetime) -> None:
    tx.access.record(
        case_id, AccessRecord(at=at, person=person, action=action, purpose="account", target=target, n_rows=0)
    )


def _kept(tx: Tx, case_id: str) -> dict[str, dict[str, Json]]:
    found = tx.settings.get(INVITED, {}, case_id=case_id)
    return {p: dict(v) for p, v in found.items() if isinstance(v, dict)} if isinstance(found, dict) else {}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

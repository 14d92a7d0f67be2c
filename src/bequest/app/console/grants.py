"""Roles given and taken in the console: one person asks, another one agrees; then the case names it and the log too."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.app.preflight import check_law, signing_roles
from bequest.crypto.verify import parse_public_line
from bequest.evidence.event_types import EventType
from bequest.kernel.canonical import Json, digest
from bequest.kernel.clock import local_date
from bequest.kernel.errors import ApprovalError, InputError, StateError, VerificationError
from bequest.kernel.ids import parse_identifier
from bequest.model.case import Case, Person, Role
from bequest.store.grant_records import ChangeState, RoleChange
from bequest.store.transaction import Tx

FOR_A_TIME = frozenset({Role.AUDITOR, Role.GUEST})
"""Roles of people from outside who only read: given until a day."""


def ask_for_role(
    ctx: Context, case_id: str, person: Person, role: Role, *, gives: bool, until_on: date | None, by: str
) -> RoleChange:
    """Ask that a person be given, or lose, a role in the case.

    Raises:
        InputError: where the person or the paper is not named, the key is none, or the day is missing or over.
        StateError: where it is so already, or the same change waits.
    """
    found = ctx.case(case_id)
    known = next((p for p in found.case.people if p.id == person.id), None)
    holds = known is not None and role in known.roles
    if gives == holds:
        raise StateError(
            f"{person.id} holds the role {role.value} already"
            if gives
            else f"{person.id} does not hold the role {role.value}",
            hint="Nothing was asked for.",
        )
    if gives:
        today = local_date(ctx.now(case_id), found.case.timezone)
        _check(person, role, until_on, today)
    wanted = replace(known or person, roles=(), paper=person.paper or (known.paper if known else ""))
    wanted = replace(wanted, public_key=wanted.public_key or person.public_key) if gives else wanted
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        return tx.grants.ask(case_id, wanted, role, gives=gives, until_on=until_on if gives else None, by=by, at=at)


def ask_for_key(ctx: Context, case_id: str, person_id: str, line: str, *, by: str) -> RoleChange:
    """Ask that somebody's first key be taken into the case: a role that is held already, given anew with the key.

    Raises:
        ApprovalError: where the person holds no role in the case, has a key in it, or signs files there.
    """
    case = ctx.case(case_id).case
    person = next((p for p in case.people if p.id == person_id and p.roles), None)
    if person is None or person.public_key:
        raise ApprovalError(
            f"{person_id} has a key in case {case_id} already" if person else f"{person_id} holds no role in {case_id}",
            hint="Sign with that key; another one is not taken in beside it." if person else "Nothing was asked for.",
        )
    files = sorted({*person.roles} & {*signing_roles(case), Role.RECEIVER, Role.ESCROW})
    if files:
        raise ApprovalError(
            f"{person_id} signs more than plans as {', '.join(files)}: a passkey cannot do that",
            hint="Make a key with `ssh-keygen -t ed25519` and have its .pub line taken into the case.",
        )
    wanted = replace(person, roles=(), public_key=parse_public_line(line).line)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        return tx.grants.ask(case_id, wanted, person.roles[0], gives=True, until_on=None, by=by, at=at)


def _check(person: Person, role: Role, until_on: date | None, today: date) -> None:
    parse_identifier(person.id, "the id of the person")
    if not person.name.strip():
        raise InputError("the person has no name", hint="Write the name as it stands on the paper.")
    if not person.paper.strip():
        raise InputError("no paper is named that gives the role", hint="Name the appointment, order or agreement.")
    if person.public_key:
        try:
            parse_public_line(person.public_key)
        except VerificationError as error:
            raise InputError(error.message, hint="Paste the line of the .pub file, or leave it empty.") from None
    if role in FOR_A_TIME and (until_on is None or until_on < today):
        raise InputError(
            "a role of somebody who only reads ends on a day, and none to come is named", hint="Write the last day."
        )


def decide_on_role(ctx: Context, case_id: str, change_id: str, *, agree: bool, by: str) -> RoleChange:
    """A second person agrees or refuses. Agreed, the case names it from now on, and the log says who asked and agreed.

    Raises:
        ApprovalError: for whoever asked, or whom it concerns.
        StateError: where it does not wait any more, or the case was changed meanwhile.
        LawError: where a role that the law requires would be held by nobody.
    """
    record_ = ctx.case(case_id)
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        wanted = next((c for c in tx.grants.list(case_id) if c.change_id == change_id), None)
    if wanted is None:
        raise StateError("there is no such change that waits", hint="Load the page anew: somebody has decided.")
    if by in {wanted.asked_by, wanted.person.id}:
        raise ApprovalError(
            "whoever asked, and whom it concerns, does not decide on it", hint="Another natural person has to agree."
        )
    if not agree:
        with ctx.store.transaction() as tx:
            return tx.grants.decide(case_id, change_id, ChangeState.REFUSED, by, at)
    changed = _with(record_.case, wanted)
    check_law(changed)
    with ctx.store.transaction() as tx:
        done = tx.grants.decide(case_id, change_id, ChangeState.DONE, by, at)
        after = tx.cases.update(changed, record_.revision, at)
        if done.until_on is not None:
            tx.memberships.limit(case_id, done.person.id, done.role, _end_of(done.until_on, changed))
        _log(ctx, tx, changed, done, after.revision, at)
    publish(ctx, case_id)
    return done


def _with(case: Case, change: RoleChange) -> Case:
    """The case with the role given or taken; people stay named, also with no role left."""
    people = list(case.people)
    at = next((n for n, p in enumerate(people) if p.id == change.person.id), len(people))
    held = people[at].roles if at < len(people) else ()
    others = tuple(r for r in held if r is not change.role)
    roles = (*others, change.role) if change.gives else others
    people[at : at + 1] = [replace(change.person, roles=roles)]
    return replace(case, people=tuple(people))


def _end_of(day: date, case: Case) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(case.timezone))


def _log(ctx: Context, tx: Tx, case: Case, done: RoleChange, revision: int, at: datetime) -> None:
    said: dict[str, Json] = {
        "person": done.person.id, "role": done.role.value, "given": done.gives, "asked_by": done.asked_by,
        "agreed_by": done.decided_by, "until": str(done.until_on or ""),
        "key": parse_public_line(done.person.public_key).fingerprint if done.gives and done.person.public_key else "",
    }  # fmt: skip
    record(ctx, tx, case.id, EventType.ROLE_CHANGED, done.change_id, at=at, content=said)
    record(
        ctx, tx, case.id, EventType.CASE_CHANGED, f"r{revision}", at=at, refs={"case": digest(case)},
        counts={"changes": 1},
    )  # fmt: skip


def changes_of(ctx: Context, case_id: str) -> tuple[RoleChange, ...]:
    """Wanted changes, newest first."""
    with ctx.store.transaction() as tx:
        return tx.grants.list(case_id)[::-1]

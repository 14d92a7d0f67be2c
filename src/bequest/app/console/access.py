"""Who may see what: by the roles a person holds in the case now. Nothing of a case is seen without a role in it."""

from collections.abc import Mapping
from enum import StrEnum

from bequest.app.context import Context
from bequest.model.case import Role
from bequest.store.portal_records import SignedIn
from bequest.store.records import AccessRecord, CaseRecord


class Screen(StrEnum):
    """Screens of a case."""

    CASE = "case"
    MAP = "map"
    PLAN = "plan"
    NOTICES = "notices"
    DESTRUCTION = "destruction"
    EVIDENCE = "evidence"
    BUNDLE = "bundle"
    ACCESS = "access"


_EVERYTHING = frozenset(Screen)
_DEPARTMENT = frozenset({Screen.CASE, Screen.MAP, Screen.PLAN, Screen.NOTICES, Screen.EVIDENCE})
MAY: Mapping[Role, frozenset[Screen]] = {
    Role.OFFICER: _EVERYTHING,
    Role.LEGAL: _DEPARTMENT | {Screen.DESTRUCTION, Screen.BUNDLE},
    Role.IT: _DEPARTMENT | {Screen.DESTRUCTION},
    Role.HR: _DEPARTMENT,
    Role.MARKETING: _DEPARTMENT,
    Role.SERVICE: _DEPARTMENT,
    Role.FINANCE: _DEPARTMENT,
    Role.VERIFIER: frozenset({Screen.CASE, Screen.DESTRUCTION, Screen.EVIDENCE, Screen.BUNDLE}),
    Role.OPERATOR: frozenset({Screen.CASE, Screen.DESTRUCTION, Screen.EVIDENCE}),
    Role.CUTOVER: frozenset({Screen.CASE, Screen.EVIDENCE}),
    Role.RECEIVER: frozenset(),
    Role.ESCROW: frozenset(),
    Role.ADMINISTRATOR: _DEPARTMENT | {Screen.DESTRUCTION, Screen.BUNDLE},
    Role.LIQUIDATOR: _DEPARTMENT | {Screen.DESTRUCTION, Screen.BUNDLE},
}
"""Least privilege: a role sees what it decides or checks. Receiver and escrow are not of the house: nothing yet."""


def roles_in(ctx: Context, record: CaseRecord, person: SignedIn) -> frozenset[Role]:
    """The roles the person holds in the case now; none in a case of another organisation."""
    if record.organisation != person.organisation:
        return frozenset()
    now = ctx.clock(record).now()
    with ctx.store.transaction() as tx:
        held = tx.memberships.of(record.case.id, now)
    return frozenset(m.role for m in held if m.person == person.person)


def screens_of(roles: frozenset[Role]) -> frozenset[Screen]:
    """What these roles see together."""
    return frozenset(s for r in roles for s in MAY[r])


def cases_of(ctx: Context, person: SignedIn) -> tuple[CaseRecord, ...]:
    """The cases in which the person may see anything."""
    with ctx.store.transaction() as tx:
        known = tx.cases.list()
    return tuple(r for r in known if screens_of(roles_in(ctx, r, person)))


def note_access(ctx: Context, case_id: str, person: SignedIn, screen: Screen) -> None:
    """Put on the access table that somebody looked."""
    at = ctx.now(case_id)
    with ctx.store.transaction() as tx:
        tx.access.record(
            case_id,
            AccessRecord(
                at=at,
                person=person.person,
                action=f"console.{screen.value}",
                purpose="PIPL-51",
                target=screen.value,
                n_rows=0,
            ),
        )

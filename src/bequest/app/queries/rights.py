"""Who holds which role in a case, since when and on what paper, who can sign in, and how much each has looked at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bequest.app.context import Context
from bequest.model.case import Person
from bequest.store.portal_records import AccountRecord
from bequest.store.records import Membership, PersonRecord

DAYS = 30


@dataclass(frozen=True, slots=True)
class Holder:
    """A person of the case, as its rights stand."""

    person: Person
    memberships: tuple[Membership, ...]
    """Roles held now or before, in the order they were given."""
    account: AccountRecord | None
    looks: int
    """Entries on the access table in the last `DAYS` days."""
    in_clear: int
    """Of these, values seen in clear."""
    last_at: datetime | None


def holders(ctx: Context, case_id: str) -> tuple[Holder, ...]:
    """Everybody of the case, in the order of the case file; people who are no longer in it come last."""
    record = ctx.case(case_id)
    since = ctx.clock(record).now() - timedelta(days=DAYS)
    with ctx.store.transaction() as tx:
        members = tx.memberships.of(case_id)
        accounts = {(a.organisation, a.person): a for a in tx.accounts.list()}
        looked = tx.access.list(case_id)
    known = {p.id: p for p in record.case.people}
    gone = [Person(id=m.person, name=m.person, roles=()) for m in members if m.person not in known]
    found = []
    for p in (*known.values(), *{g.id: g for g in gone}.values()):
        mine = [a for a in looked if a.person == p.id]
        late = [a for a in mine if a.at >= since]
        found.append(
            Holder(
                person=p,
                memberships=tuple(m for m in members if m.person == p.id),
                account=accounts.get((record.organisation, p.id)),
                looks=len(late),
                in_clear=sum(a.action == "console.unmask" for a in late),
                last_at=mine[-1].at if mine else None,
            )
        )
    return tuple(found)


def known_people(ctx: Context, case_id: str) -> tuple[PersonRecord, ...]:
    """The people who are registered in the organisation of the case."""
    with ctx.store.transaction() as tx:
        return tx.people.list(tx.cases.get(case_id).organisation)

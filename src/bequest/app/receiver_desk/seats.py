"""Who sits at the desk: people in the role receiver, each for one party; for all others it is not there."""

from dataclasses import dataclass

from bequest.app.console.access import roles_in
from bequest.app.context import Context
from bequest.kernel.errors import StateError
from bequest.model.case import Case, Lot, Party, Role
from bequest.store.portal_records import SignedIn
from bequest.store.records import AccessRecord, CaseRecord


@dataclass(frozen=True, slots=True)
class DeskSeat:
    """Somebody signed in, for the party to which the lots go."""

    record: CaseRecord
    who: SignedIn
    party: Party

    @property
    def case(self) -> Case:
        """The case, of which the desk shows only what is addressed to the party."""
        return self.record.case

    @property
    def lots(self) -> tuple[Lot, ...]:
        """The lots that go to this party."""
        return tuple(x for x in self.case.lots if x.receiver == self.party.id)

    @property
    def has_key(self) -> bool:
        """Whether the person can sign: the case file has a public key."""
        return bool(self.case.person(self.who.person).public_key)


def seats_of(ctx: Context, who: SignedIn) -> tuple[DeskSeat, ...]:
    """The desk of a person: one seat for each case in which he or she signs for a receiver."""
    with ctx.store.transaction() as tx:
        known = tx.cases.list()
    return tuple(s for r in known if (s := _seat(ctx, r, who)) is not None)


def seat_in(ctx: Context, case_id: str, who: SignedIn) -> DeskSeat | None:
    """The person's seat in a case; None where there is none, and where there is no such case."""
    try:
        return _seat(ctx, ctx.case(case_id), who)
    except StateError:
        return None


def party_of(case: Case, person_id: str) -> Party | None:
    """The party that a person in the role receiver signs for; none where the case does not say which of several."""
    person = next((p for p in case.people if p.id == person_id and Role.RECEIVER in p.roles), None)
    if person is None:
        return None
    named = {x.receiver for x in case.lots}
    wanted = person.party or (next(iter(named)) if len(named) == 1 else "")
    return case.receiver(wanted) if wanted in named else None


def _seat(ctx: Context, record: CaseRecord, who: SignedIn) -> DeskSeat | None:
    if Role.RECEIVER not in roles_in(ctx, record, who):
        return None
    party = party_of(record.case, who.person)
    return None if party is None else DeskSeat(record, who, party)


def note_look(ctx: Context, seat: DeskSeat, action: str, target: str) -> None:
    """Put on the access table of the case that somebody of the receiver looked at, or did, something."""
    at = ctx.now(seat.case.id)
    with ctx.store.transaction() as tx:
        tx.access.record(
            seat.case.id,
            AccessRecord(
                at=at, person=seat.who.person, action=f"desk.{action}", purpose=seat.party.id, target=target, n_rows=0
            ),
        )

"""The movable clock of a rehearsal."""

from datetime import datetime, timedelta

from bequest.app.context import Context
from bequest.app.evidence import publish, record
from bequest.evidence.event_types import EventType
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import GuardError, InputError
from bequest.store.records import CaseStatus

FARTHEST = timedelta(days=3660)


def advance_clock(ctx: Context, case_id: str, by: timedelta) -> datetime:
    """Move a rehearsal's clock forward; on record until the log is closed, afterwards to rehearse what falls due.

    Raises:
        GuardError: for a real case: its clock is the machine's.
        InputError: for a step backwards, or one that is a slip of the finger.
    """
    if by <= timedelta(0):
        raise InputError("a clock only moves forward", hint="Give a number of days above 0.")
    if by > FARTHEST:
        raise InputError(
            f"{by.days:,} days are too far, and the clock never moves back",
            hint=f"At most {FARTHEST.days:,} at a time.",
        )
    found = ctx.case(case_id)
    if not found.rehearsal or found.clock_at is None:
        raise GuardError(
            f"case {case_id} is not a rehearsal: its clock cannot be moved", hint="Wait until the day has come."
        )
    at = found.clock_at + by
    with ctx.store.transaction() as tx:
        tx.cases.set_clock(case_id, at)
        if found.status is CaseStatus.CLOSED:
            return at
        record(ctx, tx, case_id, EventType.CLOCK_MOVED, rfc3339(at).lower().replace(":", "."), at=at)
    publish(ctx, case_id)
    return at

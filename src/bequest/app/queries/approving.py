"""By when the plan must be approved, so that what comes after it can keep its day."""

from dataclasses import dataclass
from datetime import date, timedelta

from bequest.app.law import pack_of
from bequest.law.windows import window_rules
from bequest.model.case import ALL_STAYS, Case


@dataclass(frozen=True, slots=True)
class ApproveBy:
    """The last day for approvals, and the days that people must be told before the handover."""

    on: date
    days: int


def approve_by(case: Case) -> ApproveBy:
    """The last day on which people can still be told in time for the planned day.

    The later of notice lead time and window to object comes before it, counted as `law.windows` does.
    """
    if case.event in ALL_STAYS:
        return ApproveBy(case.effective_on, 0)
    rules = window_rules(pack_of(case), case.effective_on, case.window)
    on = case.effective_on - timedelta(days=rules.days + 1)
    while rules.not_before(on) > case.effective_on:  # a holiday does not end a window
        on -= timedelta(days=1)
    return ApproveBy(on, rules.days)

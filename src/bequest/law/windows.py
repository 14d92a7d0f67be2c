"""Windows: how long before the handover people are told, and how long they may object (decision D7).

Both run in parallel from each person's first successful delivery or the public notice; the handover comes only after
the later end, for everybody. PIPL sets no number: the defaults are ours.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from bequest.kernel.errors import LawError
from bequest.law.days import WorkCalendar
from bequest.law.evaluate import params_on
from bequest.law.pack import LawPack
from bequest.model.case import LegalRoute, OnSilence, Window
from bequest.model.disposition import ReasonStatus


@dataclass(frozen=True, slots=True)
class WindowRules:
    """The two periods in days, where each comes from, and the later of both."""

    notice_lead_days: int
    objection_days: int
    articles: tuple[str, ...]
    status: ReasonStatus
    calendar: WorkCalendar

    @property
    def days(self) -> int:
        """Days from being told to the first day a handover is possible."""
        return max(self.notice_lead_days, self.objection_days)

    def not_before(self, told_on: date) -> date:
        """The first day a handover is possible for somebody told on that date: the day after the later end."""
        return self.calendar.last_day(told_on, self.days).on + timedelta(days=1)

    def objection_until(self, told_on: date) -> date:
        """The last day an objection is in time; the day of being told is not counted, a holiday does not end it."""
        return self.calendar.last_day(told_on, self.objection_days).on


def window_rules(pack: LawPack, on: date, chosen: Window | None = None) -> WindowRules:
    """The windows that hold: the case's own where it chose any, else the defaults of the pack."""
    params = params_on(pack, on)
    lead, objection = "cn.pipl.notice_lead_days_art22", "cn.pipl.objection_window_days"
    return WindowRules(
        notice_lead_days=chosen.notice_lead_days if chosen else params.number(lead),
        objection_days=chosen.objection_days if chosen else params.number(objection),
        articles=tuple(dict.fromkeys((params.citation(lead), params.citation(objection)))),
        status=params.held(lead).status,
        calendar=pack.calendar,
    )


def default_on_silence(pack: LawPack, route: LegalRoute | str) -> OnSilence:
    """What silence means on a route unless the lot says otherwise.

    Raises:
        LawError: for a route on which nothing is passed on.
    """
    found = pack.on_silence.get(str(route))
    if found is None:
        raise LawError(
            f"silence has no meaning on route {route}", hint=f"It has on {', '.join(sorted(pack.on_silence))}."
        )
    return found

"""Days in law: the zone, periods that leave out their first day and roll off holidays, working days with make-up days.

Rules kept:
- the day on which a period begins is not counted (Civil Code Art. 201);
- years and months end on the same day of the month, or on the last where there is none (Art. 202);
- a period whose last day is a public holiday or a day of rest ends on the day after the holiday, at 24:00 (Art. 203);
- past the years the table knows Monday to Friday count as working days but for the holidays that the decree fixes to a
  day of the month, and the answer says so: never silently wrong.

A duty to keep is no such period: it runs at least so long, and its last day is not moved (`retention`).
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bequest.model.disposition import ReasonStatus

UNITS = ("day", "working_day", "month", "year")


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a period; `is_known` is false where the holiday table does not reach that far."""

    on: date
    is_known: bool
    rolled_from: date | None = None
    """The day on which it would have ended, were that no holiday."""


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """One year of the State Council's table: its notice, how sure, days off and weekend days that are worked."""

    year: int
    notice: str
    announced_on: date
    status: ReasonStatus
    off: frozenset[date]
    work: frozenset[date]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Working days and periods of one jurisdiction."""

    zone: str
    years: Mapping[int, HolidayYear]
    fixed: frozenset[tuple[int, int]] = frozenset()
    """Month and day of the holidays of every year, for years whose table is not there."""
    fixed_from: date = date.max
    """When they came into force."""

    def knows(self, day: date) -> bool:
        """Whether the holiday table of that year is there."""
        return day.year in self.years

    def last_known_year(self) -> int:
        """The last year of the table; 0 where there is none."""
        return max(self.years, default=0)

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day; in years that are not known Monday to Friday but for the fixed holidays."""
        known = self.years.get(day.year)
        if known is not None and (day in known.off or day in known.work):
            return day in known.work
        if known is None and day >= self.fixed_from and (day.month, day.day) in self.fixed:
            return False
        return day.weekday() < 5

    def roll(self, day: date) -> date:
        """The day itself where people work on it, else the next on which they do (Civil Code Art. 203)."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def last_day(self, start: date, length: int, unit: str = "day") -> Deadline:
        """The last day of a period that begins on `start`, which itself is not counted.

        `unit` is one of `UNITS`; working days never end on a holiday, all others roll off it.

        Raises:
            ValueError: for another unit, or a length below nothing.
        """
        if length < 0 or unit not in UNITS:
            raise ValueError(f"no period of {length} {unit}")
        if unit == "working_day":
            end = start
            for _ in range(length):
                end = self.roll(end + timedelta(days=1))
            return Deadline(end, self._knows_between(start, end))
        if unit == "day":
            plain = start + timedelta(days=length)
        else:
            plain = add_months(start, length * (12 if unit == "year" else 1))
        end = self.roll(plain)
        return Deadline(end, self._knows_between(plain, end), plain if end != plain else None)

    def day_of(self, at: datetime) -> date:
        """The calendar day of an instant in the zone of the law."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def ends_at(self, last: date) -> datetime:
        """The instant at which a last day is over: 24:00 in the zone of the law (Civil Code Art. 203)."""
        return datetime.combine(last + timedelta(days=1), time(), ZoneInfo(self.zone))

    def _knows_between(self, first: date, last: date) -> bool:
        return all(y in self.years for y in range(first.year, last.year + 1))


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later, or the last of that month (Civil Code Art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))

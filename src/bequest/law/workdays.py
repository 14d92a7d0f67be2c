"""Working days of mainland China: the State Council's holiday table, through the `chinese_calendar` package.

Outside the years the table knows, Monday to Friday are counted and the answer says so: never silently wrong.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar.constants import holidays


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date counted in working days; `is_known` is false where the holiday table does not reach that far."""

    on: date
    is_known: bool


def last_known_year() -> int:
    """The last year for which the holiday table is known."""
    return int(max(holidays).year)


def first_known_year() -> int:
    """The first year for which the holiday table is known."""
    return int(min(holidays).year)


def is_workday(day: date) -> bool:
    """Whether people work on that day; Monday to Friday outside the known years."""
    if not first_known_year() <= day.year <= last_known_year():
        return day.weekday() < 5
    return bool(chinese_calendar.is_workday(day))


def add_workdays(start: date, days: int) -> Deadline:
    """The last of so many working days after `start`, which itself is not counted (Civil Code Art. 201)."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if is_workday(day):
            days -= 1
    return Deadline(day, first_known_year() <= start.year and day.year <= last_known_year())

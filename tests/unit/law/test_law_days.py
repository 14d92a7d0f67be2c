"""Days: zone, first day, holidays, make-up days, ends of months, years nobody has announced."""

from datetime import UTC, date, datetime

import chinese_calendar
import pytest

from bequest.law.days import WorkCalendar, add_months
from bequest.law.loader import load_pack
from bequest.model.disposition import ReasonStatus

DAYS = load_pack("cn").calendar
D = date.fromisoformat

WORKDAYS = {
    "a Friday in an ordinary week": ("2026-11-06", True),
    "a Saturday": ("2026-11-07", False),
    "National Day": ("2026-10-01", False),
    "a Saturday worked for the holiday": ("2026-10-10", True),
    "a Sunday worked for the Spring Festival": ("2026-02-14", True),
    "the ninth day of the Spring Festival": ("2026-02-23", False),
    "a Friday in a year nobody has announced": ("2031-10-10", True),
    "National Day in a year nobody has announced": ("2031-10-03", False),
    "New Year's Day in a year nobody has announced": ("2027-01-01", False),
    "the second day of May before the decree": ("2001-05-02", True),
}


@pytest.mark.parametrize(("day", "works"), WORKDAYS.values(), ids=WORKDAYS)
def test_working_days_follow_the_state_council(day: str, works: bool) -> None:
    assert DAYS.is_workday(D(day)) is works


@pytest.mark.parametrize("year", sorted(DAYS.years))
def test_every_day_of_a_known_year_is_as_a_table_made_by_others_has_it(year: int) -> None:
    day = date(year, 1, 1)
    while day.year == year:
        assert DAYS.is_workday(day) == chinese_calendar.is_workday(day), day
        day = date.fromordinal(day.toordinal() + 1)


PERIODS = {
    "the first day is not counted": ("2026-11-02", 3, "day", "2026-11-05"),
    "no day at all ends on its day": ("2026-11-02", 0, "day", "2026-11-02"),
    "a Saturday rolls to Monday": ("2026-11-02", 5, "day", "2026-11-09"),
    "a Saturday that is worked does not roll": ("2026-10-07", 3, "day", "2026-10-10"),
    "the first day of National Day rolls to the first day after it": ("2026-09-16", 15, "day", "2026-10-08"),
    "the last working day before the holiday stays": ("2026-09-15", 15, "day", "2026-09-30"),
    "fifteen working days": ("2026-11-02", 15, "working_day", "2026-11-23"),
    "working days across National Day count the make-up Saturday": ("2026-09-30", 3, "working_day", "2026-10-10"),
    "a month from the 31st ends on the last of the month": ("2026-08-31", 1, "month", "2026-09-30"),
    "a month from 31 January": ("2026-01-31", 1, "month", "2026-02-28"),
    "a year from a leap day": ("2024-02-29", 1, "year", "2025-02-28"),
    "a year that ends on New Year's Day": ("2025-01-01", 1, "year", "2026-01-04"),
}


@pytest.mark.parametrize(("start", "length", "unit", "last"), PERIODS.values(), ids=PERIODS)
def test_the_last_day_of_a_period(start: str, length: int, unit: str, last: str) -> None:
    found = DAYS.last_day(D(start), length, unit)
    assert found.on == D(last)
    assert found.is_known


def test_past_the_table_a_period_rolls_off_the_fixed_holidays_and_says_that_more_may_come() -> None:
    found = DAYS.last_day(D("2026-12-17"), 15)
    assert found.on == D("2027-01-04")
    assert found.rolled_from == D("2027-01-01")
    assert not found.is_known


def test_a_period_that_was_moved_says_from_which_day() -> None:
    assert DAYS.last_day(D("2026-11-02"), 5).rolled_from == D("2026-11-07")
    assert DAYS.last_day(D("2026-11-02"), 3).rolled_from is None


def test_past_the_last_known_year_weekdays_count_and_the_answer_says_so() -> None:
    beyond = DAYS.last_day(date(DAYS.last_known_year(), 12, 25), 10, "working_day")
    assert not beyond.is_known
    assert not DAYS.last_day(D("1999-01-04"), 1).is_known


def test_a_day_is_that_of_the_zone_of_the_law_and_ends_at_midnight_there() -> None:
    assert DAYS.day_of(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)) == D("2026-12-31")
    assert DAYS.day_of(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)) == D("2027-01-01")
    assert DAYS.ends_at(D("2026-12-31")) == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(("length", "unit"), [(-1, "day"), (1, "fortnight")])
def test_a_period_of_no_known_kind_is_refused(length: int, unit: str) -> None:
    with pytest.raises(ValueError, match="no period"):
        DAYS.last_day(D("2026-11-02"), length, unit)


def test_every_year_names_its_notice_and_how_sure_it_is() -> None:
    for year in DAYS.years.values():
        assert year.notice
        assert year.announced_on.year == year.year - 1
        assert year.status is not ReasonStatus.VERIFIED
        assert all(d.year == year.year for d in year.off | year.work)


def test_a_calendar_without_years_knows_weekends_only() -> None:
    bare = WorkCalendar("UTC", {})
    assert bare.last_day(D("2026-09-30"), 1).on == D("2026-10-01")
    assert not bare.last_day(D("2026-09-30"), 1).is_known


def test_months_end_where_their_month_does() -> None:
    assert add_months(D("2023-11-30"), 3) == D("2024-02-29")

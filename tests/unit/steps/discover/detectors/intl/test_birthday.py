from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.birthday import DETECTOR

VALUES = {
    "ISO": ("1990-03-07", 1000),
    "Chinese": ("1990年3月7日", 1000),
    "compact": ("19900307", 1000),
    "date and time": ("1990-03-07 00:00:00", 1000),
    "phone": ("13800138000", 0),
}
NAMES = {
    "birthday": True,
    "date_of_birth": True,
    "dob": True,
    "出生日期": True,
    "#生日": True,
    "csrq": True,
    "birthday_coupon": False,
    "birthday_gift": False,
    "create_date": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_birthday_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_birthday_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

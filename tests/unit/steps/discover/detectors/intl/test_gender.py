from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.gender import DETECTOR

VALUES = {
    "word": ("男", 1000),
    "letter": ("F", 1000),
    "code": ("1", 1000),
    "text": ("T恤", 0),
}
NAMES = {
    "gender": True,
    "sex": True,
    "性别": True,
    "#用户性别": True,
    "xb": True,
    "gender_limit": False,
    "性别限制": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_gender_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_gender_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

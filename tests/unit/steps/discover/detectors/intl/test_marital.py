from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.marital import DETECTOR

VALUES = {
    "word": ("已婚", 1000),
    "English": ("Divorced", 1000),
    "code": ("1", 0),
}
NAMES = {
    "marital_status": True,
    "婚姻状况": True,
    "#婚否": True,
    "married": True,
    "status": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_marital_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_marital_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

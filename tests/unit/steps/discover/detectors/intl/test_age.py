from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.age import DETECTOR

VALUES = {
    "years": ("36", 1000),
    "with unit": ("16岁", 1000),
    "too old": ("300", 0),
}
NAMES = {
    "age": True,
    "patient_age": True,
    "年龄": True,
    "#年龄": True,
    "page": False,
    "stage": False,
    "usage": False,
    "cache_age": False,
    "max_age": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_age_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_age_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

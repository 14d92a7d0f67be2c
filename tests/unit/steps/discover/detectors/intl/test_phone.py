from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.phone import DETECTOR

VALUES = {
    "E.164": ("+14155550123", 1000),
    "spaced": ("+44 20 7946 0958", 1000),
    "North America": ("(415) 555-0123", 1000),
    "North America with dashes": ("415-555-0123", 1000),
    "price": ("415.55", 0),
    "date": ("2024-01-01", 0),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_phone_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected

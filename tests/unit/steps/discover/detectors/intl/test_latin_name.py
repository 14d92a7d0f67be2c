from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.latin_name import DETECTOR

VALUES = {
    "two words": ("Alice Example", 1000),
    "accent": ("Renée Müller", 1000),
    "lower case": ("alice example", 0),
    "code": ("A-123", 0),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_latin_name_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.gender_words import DETECTOR

VALUES = {
    "word": ("女", 1000),
    "unknown": ("保密", 1000),
    "code": ("1", 0),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_gender_words_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected

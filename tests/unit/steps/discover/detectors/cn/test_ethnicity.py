from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.ethnicity import DETECTOR

VALUES = {
    "han": ("汉族", 1000),
    "short": ("回", 1000),
    "religion": ("佛教", 1000),
    "number": ("1", 0),
    "place": ("汉中市", 0),
}
NAMES = {
    "nation": True,
    "民族": True,
    "#宗教信仰": True,
    "ethnicity": True,
    "minzu": True,
    "national_flag_url": False,
    "combination": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_ethnicity_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_ethnicity_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

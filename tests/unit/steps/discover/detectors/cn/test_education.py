from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.education import DETECTOR

VALUES = {
    "bachelor": ("本科", 1000),
    "master": ("硕士研究生", 1000),
    "English": ("Bachelor degree", 1000),
    "score": ("98", 0),
}
NAMES = {
    "education": True,
    "学历": True,
    "#毕业院校": True,
    "graduate_school": True,
    "xueli": True,
    "education_fee_type": False,
    "grade_level": False,
    "课程数量": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_education_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_education_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.postcode import DETECTOR

VALUES = {
    "six digits": ("310000", 1000),
    "US zip": ("94105-1234", 1000),
    "UK": ("SW1A 1AA", 1000),
    "phone": ("13800138000", 0),
    "text": ("abc", 0),
}
NAMES = {
    "zip": True,
    "receiver_post_code": True,
    "邮编": True,
    "#邮政编码": True,
    "code": False,
    "zip_file_count": False,
    "编码": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_postcode_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_postcode_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

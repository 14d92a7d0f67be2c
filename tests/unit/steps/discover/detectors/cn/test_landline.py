from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.landline import DETECTOR

VALUES = {
    "with area code": ("0571-88886666", 1000),
    "no dash": ("057188886666", 1000),
    "with extension": ("010-88886666-801", 1000),
    "service number": ("400-800-1234", 1000),
    "brackets": ("(0571)88886666", 1000),
    "mobile": ("13800138000", 0),
    "year": ("2024", 0),
    "starts with 0 only": ("0000000000", 0),
}
NAMES = {
    "fax": True,
    "office_phone": True,
    "座机": True,
    "#固定电话": True,
    "chuanzhen": True,
    "phone_type": False,
    "电话类型": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_landline_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_landline_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

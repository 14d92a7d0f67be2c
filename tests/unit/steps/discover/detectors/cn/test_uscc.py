from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.uscc import DETECTOR

VALUES = {
    "valid": ("91330106MA2CDEF12L", 1000),
    "lower case": ("91330106ma2cdef12l", 1000),
    "wrong check": ("91330106MA2CDEF12A", 0),
    "letter I is no sign": ("91330106MAICDEF123", 0),
    "resident id is none": ("11010519491231002X", 0),
    "short": ("9133010", 0),
}
NAMES = {
    "uscc": True,
    "credit_code": True,
    "统一社会信用代码": True,
    "#营业执照号": True,
    "code": False,
    "信用等级": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_uscc_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_uscc_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.tax_id import DETECTOR

VALUES = {
    "fifteen digits": ("330106123456789", 1000),
    "as credit code": ("91330106MA2CDEF12L", 1000),
    "twenty": ("12345678901234567890", 1000),
    "rate": ("0.13", 0),
    "short": ("12345", 0),
}
NAMES = {
    "tax_no": True,
    "发票税号": True,
    "#纳税人识别号": True,
    "taxvat": True,
    "tax_rate": False,
    "税率": False,
    "tax": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_tax_id_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_tax_id_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.passport import DETECTOR

VALUES = {
    "ordinary": ("E12345678", 1000),
    "new series": ("EA1234567", 1000),
    "old series": ("G12345678", 1000),
    "Hong Kong permit": ("C12345678", 1000),
    "home-return permit": ("H12345678", 1000),
    "digits only": ("123456789", 0),
    "SKU": ("SKU-12345", 0),
}
NAMES = {
    "passport_no": True,
    "护照号": True,
    "#护照号码": True,
    "pass_count": False,
    "port": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_passport_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_passport_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

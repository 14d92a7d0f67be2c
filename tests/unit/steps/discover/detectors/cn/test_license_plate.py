from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.license_plate import DETECTOR

VALUES = {
    "ordinary": ("浙A12345", 1000),
    "new energy": ("京AD12345", 1000),
    "with dot": ("沪B·88888", 1000),
    "trailer": ("粤B1234挂", 1000),
    "two letters after province": ("浙IO1234", 0),
    "plain text": ("浙江杭州", 0),
}
NAMES = {
    "plate_no": True,
    "车牌号": True,
    "#车牌": True,
    "plate_type": False,
    "template": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_license_plate_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_license_plate_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

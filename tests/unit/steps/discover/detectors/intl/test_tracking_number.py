from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.tracking_number import DETECTOR

VALUES = {
    "SF": ("SF1234567890123", 1000),
    "digits": ("773123456789012", 1000),
    "short": ("123", 0),
}
NAMES = {
    "tracking_no": True,
    "delivery_sn": True,
    "物流单号": True,
    "#快递单号": True,
    "delivery_status": False,
    "物流状态": False,
    "delivery_type": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_tracking_number_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_tracking_number_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

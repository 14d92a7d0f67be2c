from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.device_id import DETECTOR

VALUES = {
    "MAC": ("00:1A:2B:3C:4D:5E", 1000),
    "IMEI": ("860000000000009", 1000),
    "IMEI with wrong check": ("860000000000000", 0),
    "IDFA": ("6D92078A-8246-4BA4-AE5B-76104861E7DC", 1000),
    "agent": ("Mozilla/5.0 (X11)", 1000),
    "name": ("front door", 0),
}
NAMES = {
    "imei": True,
    "device_id": True,
    "user_agent": True,
    "idfa": True,
    "#设备号": True,
    "macAddress": True,
    "device_count": False,
    "设备数量": False,
    "device_status": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_device_id_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_device_id_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

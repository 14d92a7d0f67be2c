from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.geo import DETECTOR

VALUES = {
    "degrees": ("120.123456", 1000),
    "pair": ("30.2741,120.1551", 1000),
    "price": ("12.50", 0),
    "integer": ("120", 0),
}
NAMES = {
    "longitude": True,
    "lat": True,
    "经度": True,
    "#纬度": True,
    "lng": True,
    "plat": False,
    "latest": False,
    "lateral": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_geo_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_geo_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

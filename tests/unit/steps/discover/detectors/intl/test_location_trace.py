from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.location_trace import DETECTOR

NAMES = {
    "track_points": True,
    "轨迹": True,
    "#打卡地点": True,
    "check_in_location": True,
    "location_type": False,
    "物流轨迹": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_location_trace_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

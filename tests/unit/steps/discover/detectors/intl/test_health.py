from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.health import DETECTOR

NAMES = {
    "diagnosis": True,
    "chief_complaint": True,
    "过敏史": True,
    "#诊断结果": True,
    "medical_record_no": True,
    "blood_type": True,
    "health_check_url": False,
    "server_health": False,
    "商品重量": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_health_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.signature import DETECTOR

NAMES = {
    "signature_img": True,
    "电子签名": True,
    "#签字图片": True,
    "personalized_signature": False,
    "api_signature": False,
    "sms_signature": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_signature_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.biometric import DETECTOR

NAMES = {
    "face_token": True,
    "指纹": True,
    "#人脸特征": True,
    "fingerprint": True,
    "surface": False,
    "interface_id": False,
    "browser_fingerprint": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_biometric_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.other_pi import DETECTOR

NAMES = {
    "political_status": True,
    "政治面貌": True,
    "#与本人关系": True,
    "profile_json": True,
    "model": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_other_pi_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

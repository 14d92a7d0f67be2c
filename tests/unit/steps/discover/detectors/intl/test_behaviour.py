from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.behaviour import DETECTOR

NAMES = {
    "last_login_time": True,
    "login_count": True,
    "#最后登录时间": True,
    "mkt_tags": True,
    "hobby": True,
    "create_time": False,
    "login_status": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_behaviour_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

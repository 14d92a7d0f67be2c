from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.avatar import DETECTOR

NAMES = {
    "avatar": True,
    "member_icon": True,
    "头像": True,
    "#用户头像": True,
    "headimgurl": True,
    "icon_size": False,
    "logo": False,
    "头像框": False,
    "product_photo": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_avatar_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

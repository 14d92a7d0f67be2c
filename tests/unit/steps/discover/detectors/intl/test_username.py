from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.username import DETECTOR

VALUES = {
    "login": ("alice_01", 1000),
    "Chinese": ("小红帽", 0),
}
NAMES = {
    "username": True,
    "nick_name": True,
    "member_nickname": True,
    "登录账号": True,
    "#昵称": True,
    "handle_man": True,
    "经办人": True,
    "yonghuming": True,
    "user_type": False,
    "bank_account": False,
    "账号状态": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_username_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_username_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

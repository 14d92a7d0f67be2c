from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.password import DETECTOR

VALUES = {
    "bcrypt": ("$2a$10$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 1000),
    "MD5": ("d41d8cd98f00b204e9800998ecf8427e", 1000),
    "argon2": ("$argon2id$v=19$m=65536", 1000),
    "plain text has no shape": ("secret1", 0),
}
NAMES = {
    "password": True,
    "pwd": True,
    "login_password": True,
    "密码": True,
    "#支付密码": True,
    "salt": True,
    "session_key": True,
    "password_error_count": False,
    "密码错误次数": False,
    "password_updated_at": False,
    "passenger_count": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_password_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_password_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

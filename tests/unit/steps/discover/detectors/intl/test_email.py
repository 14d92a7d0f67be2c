from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.email import DETECTOR

VALUES = {
    "plain": ("alice@example.com", 1000),
    "plus and dots": ("a.b+c@mail.example.com", 1000),
    "upper case": ("ALICE@EXAMPLE.COM", 1000),
    "full-width": ("ａｌｉｃｅ@example.com", 1000),
    "no domain": ("alice@localhost", 0),
    "two signs": ("a@b@example.com", 0),
    "sentence": ("mail to alice@example.com", 0),
}
NAMES = {
    "email": True,
    "userEmail": True,
    "e_mail": True,
    "电子邮箱": True,
    "#用户邮箱": True,
    "youxiang": True,
    "email_verified": False,
    "email_template": False,
    "邮箱验证码": False,
    "email_status": False,
    "is_email": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_email_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_email_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.mobile import DETECTOR

VALUES = {
    "plain": ("13800138000", 1000),
    "with +86": ("+86 138-0013-8000", 1000),
    "with 86": ("8613800138000", 1000),
    "with 0086": ("0086 13800138000", 1000),
    "full-width digits": ("１３８００１３８０００", 1000),
    "spaces": ("138 0013 8000", 1000),
    "second digit 2": ("12800138000", 0),
    "ten digits": ("1380013800", 0),
    "twelve digits, an order number": ("138001380001", 0),
    "rounded by a spreadsheet": ("1.38001E+10", 0),
}
NAMES = {
    "user_phone": True,
    "mobile2": True,
    "phonenumber": True,
    "#收货人电话": True,
    "客户手机号": True,
    "shoujihao": True,
    "lxdh": True,
    "#Phone number of the customer": True,
    "phone_model": False,
    "phone_verified": False,
    "is_phone": False,
    "手机型号": False,
    "#手机验证码": False,
    "headphone": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_mobile_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_mobile_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

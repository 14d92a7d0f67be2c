from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.address import DETECTOR

VALUES = {
    "full": ("浙江省杭州市西湖区文三路90号", 1000),
    "village": ("河北省保定市某县东村12组", 1000),
    "road and number": ("文三路90号", 1000),
    "English": ("12 Baker Street", 1000),
    "city only": ("杭州市", 0),
    "link": ("https://example.com/a.png", 0),
}
NAMES = {
    "address": True,
    "home_address": True,
    "detailAddress": True,
    "收货地址": True,
    "#详细地址": True,
    "jtzz": True,
    "ip_address": False,
    "email_address": False,
    "图片地址": False,
    "#上传图片地址": False,
    "address_id": False,
    "address_type": False,
    "mac_address": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_address_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_address_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

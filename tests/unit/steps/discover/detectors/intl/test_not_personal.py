from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.not_personal import DETECTOR

NAMES = {
    "email_verified": True,
    "phone_model": True,
    "商品名称": True,
    "#状态": True,
    "create_time": True,
    "sku_code": True,
    "图片地址": True,
    "user_phone": False,
    "收货人": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_not_personal_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

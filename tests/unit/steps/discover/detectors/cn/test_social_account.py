from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.social_account import DETECTOR

VALUES = {
    "OpenID": ("oAbCdEfGhIjKlMnOpQrStUvWxYz0", 1000),
    "QQ number": ("12345678", 1000),
    "sentence": ("你好，世界", 0),
}
NAMES = {
    "openid": True,
    "wechat": True,
    "weixin_openid": True,
    "qq": True,
    "#微信号": True,
    "union_id": True,
    "QQ号": True,
    "wechat_pay_status": False,
    "qq_group_count": False,
    "微信支付状态": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_social_account_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_social_account_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.order_no import DETECTOR

NAMES = {
    "order_sn": True,
    "订单编号": True,
    "#订单号": True,
    "out_trade_no": True,
    "orderNo": True,
    "order_status": False,
    "order_type": False,
    "订单状态": False,
    "purchase_order_no": False,
    "sort_order": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_order_no_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.user_id import DETECTOR

NAMES = {
    "user_id": True,
    "memberId": True,
    "cust_no": True,
    "客户编号": True,
    "create_by": True,
    "#创建者": True,
    "patient_id": True,
    "工号": True,
    "#用户表的用户ID": True,
    "role_id": False,
    "product_id": False,
    "user_type": False,
    "商品编号": False,
    "parent_id": False,
    "tenant_id": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_user_id_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

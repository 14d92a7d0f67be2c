from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.resident_id import DETECTOR

VALUES = {
    "valid, X as check character": ("11010519491231002X", 1000),
    "lower-case x": ("11010519491231002x", 1000),
    "another valid": ("330106199003071236", 1000),
    "spaces inside": ("110105 19491231 002X", 1000),
    "old area code": ("132425198001010013", 1000),
    "wrong check character is damaged": ("110105194912310021", 750),
    "first generation, 15 digits": ("110105491231002", 1000),
    "full-width": ("１１０１０５１９４９１２３１００２Ｘ", 1000),
    "impossible month": ("110105194913310021", 0),
    "impossible day": ("110105194912320021", 0),
    "too short": ("abc", 0),
    "18-digit order number": ("202401011234567890", 0),
    "rounded by a spreadsheet, 1.1E+17": ("1.10105E+17", 0),
    "15 digits without a date": ("123456789012345", 0),
}
NAMES = {
    "id_card": True,
    "idCardNo": True,
    "customer_idno": True,
    "身份证号码": True,
    "#证件号码": True,
    "sfzh": True,
    "清关身份证号": True,
    "ssn": True,
    "id": False,
    "role_id": False,
    "id_type": False,
    "证件类型": False,
    "card_count": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_resident_id_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_resident_id_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

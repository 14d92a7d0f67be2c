from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.bank_card import DETECTOR

VALUES = {
    "UnionPay, 19 digits": ("6222021001123456789", 1000),
    "Visa": ("4111 1111 1111 1111", 1000),
    "Luhn fails": ("4111111111111112", 0),
    "snowflake id": ("1420070400000000001", 0),
    "IMEI is 15 digits and starts with no issuer": ("860000000000007", 0),
    "short": ("6222", 0),
}
NAMES = {
    "bank_card": True,
    "银行卡号": True,
    "#银行卡号": True,
    "creditcard_no": True,
    "yhkh": True,
    "card_type": False,
    "卡类型": False,
    "sim_card_no": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_bank_card_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_bank_card_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

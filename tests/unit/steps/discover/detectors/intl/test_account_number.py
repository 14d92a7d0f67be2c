from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.account_number import DETECTOR

VALUES = {
    "IBAN": ("DE89370400440532013000", 1000),
    "check digits 00": ("DE00370400440532013000", 0),
    "order": ("20240101", 0),
}
NAMES = {
    "bank_account": True,
    "收款账号": True,
    "#银行账号": True,
    "iban": True,
    "account_type": False,
    "account_status": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_account_number_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_account_number_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.income import DETECTOR

NAMES = {
    "salary": True,
    "账户余额": True,
    "#月收入": True,
    "creditLimit": True,
    "gongzi": True,
    "stock_balance": False,
    "balance_type": False,
    "price": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_income_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.company_name import DETECTOR

VALUES = {
    "limited": ("杭州某某科技有限公司", 1000),
    "sole": ("西湖区某某经营部", 1000),
    "English": ("Example Trading Co., Ltd", 1000),
    "person": ("王小明", 0),
}
NAMES = {
    "company_name": True,
    "发票抬头": True,
    "#供应商名称": True,
    "gongsimingcheng": True,
    "company_id": False,
    "公司类型": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_company_name_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_company_name_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

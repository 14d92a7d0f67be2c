from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.person_name import DETECTOR

VALUES = {
    "three characters": ("王小明", 1000),
    "two characters": ("李娜", 1000),
    "compound surname": ("欧阳晓华", 1000),
    "minority, with dot": ("阿依古丽·买买提", 1000),
    "rare given name counts in part": ("王犇", 400),
    "department counts in part only": ("张店部", 400),
    "colour counts in part only": ("白色", 400),
    "Latin": ("Alice", 0),
    "four without compound surname": ("王小明明", 0),
    "digits": ("12345", 0),
}
NAMES = {
    "real_name": True,
    "customerName": True,
    "first_name": True,
    "收货人": True,
    "#联系人姓名": True,
    "xueshengxingming": True,
    "contact_person": True,
    "patient_name": True,
    "product_name": False,
    "file_name": False,
    "role_name": False,
    "角色名称": False,
    "class_name": False,
    "name_status": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_person_name_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_person_name_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

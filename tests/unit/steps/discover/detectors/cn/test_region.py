from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.cn.region import DETECTOR

VALUES = {
    "province": ("浙江省", 1000),
    "short": ("浙江", 1000),
    "city": ("杭州市", 1000),
    "code GB/T 2260": ("330106", 1000),
    "autonomous": ("内蒙古自治区", 1000),
    "sentence": ("今天天气好", 0),
}
NAMES = {
    "province": True,
    "receiver_city": True,
    "cityCode": True,
    "省份": True,
    "#省/直辖市": True,
    "国籍": True,
    "city_count": False,
    "超市": False,
    "城市数量": False,
    "province_status": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_region_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_region_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

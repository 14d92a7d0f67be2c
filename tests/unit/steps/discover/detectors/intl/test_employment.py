from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.employment import DETECTOR

NAMES = {
    "job_title": True,
    "职业": True,
    "#工作单位": True,
    "hire_date": True,
    "zhicheng": True,
    "job_group": False,
    "job_status": False,
    "任务名称": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_employment_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

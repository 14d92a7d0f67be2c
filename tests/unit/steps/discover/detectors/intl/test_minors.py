from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.minors import DETECTOR

NAMES = {
    "child_info": True,
    "子女信息": True,
    "#监护同意书": True,
    "child_node_id": False,
    "children_menu": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_minors_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.free_text import DETECTOR

NAMES = {
    "remark": True,
    "买家留言": True,
    "#评论内容": True,
    "buyer_message": True,
    "beizhu": True,
    "remark_count": False,
    "product_note": False,
    "comment_id": False,
}


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_free_text_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

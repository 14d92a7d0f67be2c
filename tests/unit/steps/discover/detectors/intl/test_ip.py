from collections.abc import Callable

import pytest

from bequest.steps.discover.detector import Detector
from bequest.steps.discover.detectors.intl.ip import DETECTOR

VALUES = {
    "version 4": ("192.168.3.185", 1000),
    "version 6": ("2001:db8::1", 1000),
    "loopback 6": ("0:0:0:0:0:0:0:1", 1000),
    "256": ("256.1.1.1", 0),
    "version number": ("1.2.3", 0),
    "time": ("12:30", 0),
}
NAMES = {
    "ip": True,
    "login_ip": True,
    "ipaddr": True,
    "#登录IP": True,
    "client_ip": True,
    "ip_count": False,
    "zip": False,
    "ship": False,
    "server_ip": False,
    "script": False,
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_ip_values_are_graded(value: str, expected: int, coverage: Callable[[Detector, str], int]) -> None:
    assert coverage(DETECTOR, value) == expected


@pytest.mark.parametrize(("text", "expected"), NAMES.items(), ids=NAMES)
def test_ip_by_name(text: str, expected: bool, named: Callable[[Detector, str], bool]) -> None:
    assert named(DETECTOR, text) is expected

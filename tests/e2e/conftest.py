"""The whole cases, each run once for a test session, by whichever worker comes first."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e.kill_lab import Lab
from tests.e2e.whole_case import WholeCase, play

SMALL = 120


@pytest.fixture(scope="session")
def _cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "whole-cases"


@pytest.fixture(scope="session")
def asset_deal(_cases: Path) -> WholeCase:
    return play(_cases, "E5")


@pytest.fixture(scope="session")
def two_lots(_cases: Path) -> WholeCase:
    return play(_cases, "E5", lots=2)


@pytest.fixture(scope="session")
def share_deal(_cases: Path) -> WholeCase:
    return play(_cases, "E2")


@pytest.fixture(scope="session")
def scenario(_cases: Path) -> Callable[[str], WholeCase]:
    """The whole case of an event, with a small company."""
    return lambda event: play(_cases / "scenarios", event, customers=SMALL)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    base = tmp_path_factory.getbasetemp()
    lab = Lab((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "kills")
    yield lab
    lab.end()

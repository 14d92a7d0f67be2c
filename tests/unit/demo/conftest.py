"""Two small companies, made once for all tests of the demo."""

from pathlib import Path

import pytest
from tests.unit.demo.reading import Tables, read_all

from bequest.demo import DemoCompany, make_company
from bequest.model.case import Event

CUSTOMERS = 300


@pytest.fixture(scope="session")
def asset_deal(tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    return make_company(tmp_path_factory.mktemp("e5") / "demo", event=Event.E5, customers=CUSTOMERS)


@pytest.fixture(scope="session")
def share_deal(tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    return make_company(tmp_path_factory.mktemp("e2") / "demo", event=Event.E2, customers=CUSTOMERS)


@pytest.fixture(scope="session")
def larger(tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    return make_company(tmp_path_factory.mktemp("larger") / "demo", event=Event.E5, customers=2000, seed=7)


@pytest.fixture(scope="session")
def folder(asset_deal: DemoCompany) -> Path:
    return asset_deal.folder


@pytest.fixture(scope="session")
def raw(asset_deal: DemoCompany) -> Tables:
    return read_all(asset_deal.folder)

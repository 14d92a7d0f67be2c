"""Homes for the tests of use cases: an empty one with two small cases, and copies of a demo case that is planned."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.unit.app.app_cases import add_case
from tests.unit.store.samples import CASE, REAL_CASE

from bequest.app.context import Context, open_context
from bequest.app.open_case import open_case
from bequest.app.rehearse import OPENED_AT
from bequest.app.run_discover import run_discover, run_import_map
from bequest.app.run_link import run_link
from bequest.app.run_plan import run_plan
from bequest.demo import DemoCompany, make_company
from bequest.model.case import Event


@dataclass(frozen=True, slots=True)
class DemoHome:
    """A demo company and a home in which its case stands."""

    ctx: Context
    company: DemoCompany
    case_id: str


def copy_home(made: Path, home: Path) -> Context:
    shutil.copytree(made, home)
    home.chmod(0o700)
    return open_context(home)


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rehearsal and a real case, both just opened; made once."""
    home = tmp_path_factory.mktemp("small") / "home"
    ctx = open_context(home)
    add_case(ctx, CASE)
    add_case(ctx, REAL_CASE)
    ctx.store.close()
    return home


@pytest.fixture
def ctx(small_home: Path, tmp_path: Path) -> Iterator[Context]:
    opened = copy_home(small_home, tmp_path / "home")
    yield opened
    opened.store.close()


@pytest.fixture
def ctx_on_both(small_home: Path, tmp_path: Path, control_url: str) -> Iterator[Context]:
    """The same, once with each engine of the control database."""
    if not control_url:
        opened = copy_home(small_home, tmp_path / "home")
    else:
        opened = open_context(tmp_path / "home", database_url=control_url)
        add_case(opened, CASE)
        add_case(opened, REAL_CASE)
    yield opened
    opened.store.close()


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> DemoCompany:
    return make_company(tmp_path_factory.mktemp("e5") / "demo", event=Event.E5, customers=300)


@pytest.fixture(scope="session")
def opened_home(company: DemoCompany, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's case, opened; made once."""
    home = tmp_path_factory.mktemp("opened") / "home"
    ctx = open_context(home)
    open_case(ctx, company.case_file, clock_at=OPENED_AT)
    ctx.store.close()
    return home


@pytest.fixture(scope="session")
def planned_home(company: DemoCompany, opened_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's case, planned; made once."""
    home = tmp_path_factory.mktemp("planned") / "home"
    ctx = copy_home(opened_home, home)
    run_discover(ctx, company.case_id)
    run_import_map(ctx, company.case_id, company.map_file)
    run_link(ctx, company.case_id)
    run_plan(ctx, company.case_id)
    ctx.store.close()
    return home


@pytest.fixture
def opened(company: DemoCompany, opened_home: Path, tmp_path: Path) -> Iterator[DemoHome]:
    ctx = copy_home(opened_home, tmp_path / "home")
    yield DemoHome(ctx, company, company.case_id)
    ctx.store.close()


@pytest.fixture
def planned(company: DemoCompany, planned_home: Path, tmp_path: Path) -> Iterator[DemoHome]:
    ctx = copy_home(planned_home, tmp_path / "home")
    yield DemoHome(ctx, company, company.case_id)
    ctx.store.close()


@pytest.fixture
def own_company(company: DemoCompany, tmp_path: Path) -> DemoCompany:
    """A copy of the demo company that a test may change."""
    folder = tmp_path / "demo"
    shutil.copytree(company.folder, folder)
    return replace(
        company, folder=folder, case_file=folder / "case.toml", map_file=folder / "map.toml",
        sources=folder / "sources",
    )  # fmt: skip

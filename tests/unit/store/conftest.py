"""A fresh control database per test and engine, copied from one that was migrated once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.store.samples import CASE, ORGANISATION, REAL_CASE, T0

from bequest.store.boot import open_store
from bequest.store.repositories import DATABASE_NAME, Store


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("migrated") / "home"
    open_store(home).close()
    return home / DATABASE_NAME


@pytest.fixture
def empty(tmp_path: Path, migrated: Path, control_url: str) -> Iterator[Store]:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    if not control_url:
        shutil.copyfile(migrated, home / DATABASE_NAME)
    store = open_store(home, control_url)
    yield store
    store.close()


@pytest.fixture
def store(empty: Store) -> Store:
    """With two cases: a rehearsal and a real one."""
    with empty.transaction() as tx:
        tx.cases.add(CASE, organisation=ORGANISATION, at=T0)
        tx.cases.add(REAL_CASE, organisation=ORGANISATION, at=T0)
    return empty

"""For all tests: properties without a deadline (on a busy machine a first call takes its time), database servers."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from tests.servers import Mariadb, Postgres

settings.register_profile("bequest", deadline=None)
settings.load_profile("bequest")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    yield server
    server.end()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Mariadb]:
    server = Mariadb()
    server.start()
    yield server
    server.end()

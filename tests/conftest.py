"""For all tests: properties without a deadline (on a busy machine a first call takes its time), database servers.

`control_url`: a test that has it runs once with the control database in a SQLite file of its home (the URL is empty),
once on PostgreSQL; processes that the test starts find the URL where a user would have put it.
"""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from tests.control_databases import ENGINES, SETTING, give_back, new_control_database
from tests.servers import Mariadb, ObjectStore, Postgres, Redis

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


@pytest.fixture(scope="session")
def redis_server() -> Iterator[Redis]:
    server = Redis()
    server.start()
    yield server
    server.end()


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    server = ObjectStore()
    server.start()
    yield server
    server.end()


@pytest.fixture(params=ENGINES)
def control_url(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "sqlite":
        monkeypatch.delenv(SETTING, raising=False)
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = new_control_database(server)
    monkeypatch.setenv(SETTING, url)
    yield url
    give_back(server, url)

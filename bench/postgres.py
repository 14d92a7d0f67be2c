"""A private PostgreSQL server with a table of people, for the benchmarks of `pgread` and `pgdelete`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.servers import Postgres

from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import OpenSource, open_source

COLUMNS = """
  id bigint, no text, name text, phone text, id_card text, email text, city text, amount numeric(12,2), born date,
  created timestamp
"""
_ROWS = """
  SELECT i, 'C' || i, '客户' || i % 5000, '138' || lpad((i % 100000000)::text, 8, '0'),
    '11010119900101' || lpad((i % 10000)::text, 4, '0'), 'c' || i || '@example.com', '广州市', i % 100000 / 7.0,
    date '1960-01-01' + (i % 20000)::int, timestamp '2020-01-01' + i % 90000000 * interval '1 second'
  FROM generate_series(1, {n}) AS i
"""


class Durable(Postgres):
    """As a server is run in earnest: what is committed is on the disk."""

    settings = ("shared_buffers=512MB", "max_wal_size=4GB", "max_connections=20")


@contextmanager
def server(n: int) -> Iterator[tuple[Postgres, str]]:
    """A server, and a database in which `people` holds n rows."""
    running = Durable()
    running.start()
    try:
        database = running.new_database()
        running.execute(
            database,
            f"CREATE TABLE people ({COLUMNS})",
            f"INSERT INTO people {_ROWS.format(n=n)}",
            "ALTER TABLE people ADD PRIMARY KEY (id)",
            "VACUUM (ANALYZE, FREEZE) people",
        )
        yield running, database
    finally:
        running.end()


def opened(running: Postgres, database: str) -> OpenSource:
    """The database as a source of Bequest."""
    spec = Source(name="people", kind=SourceKind.POSTGRESQL, url="env:PEOPLE")
    return open_source(spec, Secrets({"PEOPLE": running.url(database)}))


def copies(running: Postgres, database: str, names: list[str]) -> None:
    """As many tables like `people`."""
    with closing(running.connect(database)) as db:
        for name in names:
            db.execute(f"CREATE TABLE {name} (LIKE people INCLUDING ALL)")
            db.execute(f"INSERT INTO {name} SELECT * FROM people")  # noqa: S608
            db.execute(f"VACUUM (ANALYZE, FREEZE) {name}")
        db.execute("CHECKPOINT")

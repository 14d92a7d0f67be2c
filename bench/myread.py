"""Reading a MariaDB table as text against the plain bulk driver, which shows numbers and times as its own types."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import connectorx
from tests.servers import PASSWORD, Mariadb

from bench import timing
from bequest.kernel.secret import Secrets
from bequest.model.case import Source, SourceKind
from bequest.sources import OpenSource, open_source

COLUMNS = (
    "id bigint PRIMARY KEY, name varchar(30), phone varchar(20), city varchar(30), remark varchar(200),"
    " spent decimal(12,2), visits int, born date, made datetime, email varchar(60)"
)
ROW = (
    "seq, CONCAT('张三', seq), 13800000000 + seq, '广州市', CONCAT('备注\\t', seq, ' 😀 a remark on this customer'),"
    " seq / 100, seq % 97, DATE('1970-01-01') + INTERVAL (seq % 15000) DAY, NOW(), CONCAT('u', seq, '@example.com')"
)


def run(n: int) -> Iterator[dict[str, object]]:
    """Ours against plain connectorx on the same table."""
    with running() as server:
        database = filled(server, n)
        source = opened(server, database)
        address = f"mysql://tester:{quote(PASSWORD, safe='')}@127.0.0.1:{server.port}/{database}"

        def plain() -> int:
            reader = connectorx.read_sql(address, "SELECT * FROM people", return_type="arrow_stream", batch_size=50_000)
            return sum(b.num_rows for b in reader)

        def ours() -> int:
            return sum(b.height for b in source.read("people", key=["id"]))

        assert plain() == ours() == n
        yield timing.result("myread", n, "ours", "plain", timing.seconds({"ours": ours, "plain": plain}), at_least=0.8)


@contextmanager
def running() -> Iterator[Mariadb]:
    """A server of its own."""
    server = Mariadb()
    server.start()
    try:
        yield server
    finally:
        server.end()


def filled(server: Mariadb, n: int) -> str:
    """A new database with the table `people`."""
    database = server.new_database()
    server.execute(database, f"CREATE TABLE people ({COLUMNS})", f"INSERT INTO people SELECT {ROW} FROM seq_1_to_{n}")  # noqa: S608
    return database


def opened(server: Mariadb, database: str) -> OpenSource:
    """The source on a database."""
    spec = Source(name="people", kind=SourceKind.MARIADB, url="env:PEOPLE")
    return open_source(spec, Secrets({"PEOPLE": server.url(database)}))

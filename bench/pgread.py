"""Reading a PostgreSQL table as text, in key order, against the bulk driver alone, nothing ordered or converted."""

from collections.abc import Iterator
from contextlib import closing

from adbc_driver_postgresql import dbapi

from bench import postgres, timing


def run(n: int) -> Iterator[dict[str, object]]:
    with postgres.server(n) as (server, database):
        source = postgres.opened(server, database)
        url = server.url(database)

        def ours() -> None:
            assert sum(b.height for b in source.read("people")) == n

        def plain() -> None:
            with closing(dbapi.connect(url)) as db, db.cursor() as cursor:
                cursor.execute("SELECT * FROM people")
                assert sum(b.num_rows for b in cursor.fetch_record_batch()) == n

        taken = timing.seconds({"read": ours, "adbc": plain})
        yield timing.result("pgread", n, "read", "adbc", taken, at_least=0.8)

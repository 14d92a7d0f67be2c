"""Deleting half of a PostgreSQL table by key, against a hand-tuned join with a temporary table and executemany.

Each run has a table of its own, made before the clock starts. Ours comes as text keys and commits every 50,000 rows;
the hand-tuned peer is one transaction with keys of the right type.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import polars as pl

from bench import postgres, timing
from bequest.sources import Changes

PAIRS = timing.PAIRS


def run(n: int) -> Iterator[dict[str, object]]:
    keys = pl.Series("k", range(1, n + 1), dtype=pl.Int64).filter(pl.Series([i % 2 == 0 for i in range(n)]))
    keys = keys.shuffle(seed=1)
    texts = keys.cast(pl.String)
    with postgres.server(n) as (server, database):
        source = postgres.opened(server, database)

        def ours(table: str) -> None:
            assert source.apply(table, Changes(texts), guard=lambda: None).rows_deleted == len(keys)

        def tuned(table: str) -> None:
            with closing(server.connect(database)) as db, db.transaction():
                db.execute("CREATE TEMP TABLE k (id bigint) ON COMMIT DROP")
                buffer = io.BytesIO()
                keys.to_frame().write_csv(buffer, include_header=False)
                with db.cursor().copy("COPY k FROM STDIN (FORMAT csv)") as copy:
                    copy.write(buffer.getvalue())
                db.execute("ANALYZE k")
                assert db.execute(f"DELETE FROM {table} USING k WHERE {table}.id = k.id").rowcount == len(keys)  # noqa: S608

        def many(table: str) -> None:
            with closing(server.connect(database)) as db, db.transaction(), db.cursor() as cursor:
                cursor.executemany(f"DELETE FROM {table} WHERE id = %s", keys.to_frame().iter_rows())  # noqa: S608

        ways: dict[str, Callable[[str], Any]] = {"apply": ours, "delete using": tuned, "executemany": many}
        tables = {name: iter([f"t{w}_{i}" for i in range(PAIRS + 1)]) for w, name in enumerate(ways)}
        postgres.copies(server, database, [f"t{w}_{i}" for w in range(len(ways)) for i in range(PAIRS + 1)])
        taken = timing.seconds({name: (lambda name=name: ways[name](next(tables[name]))) for name in ways})
        yield timing.result("pgdelete", len(keys), "apply", "delete using", taken, at_least=0.8)
        yield timing.result("pgdelete", len(keys), "apply", "executemany", taken, at_least=2.5)

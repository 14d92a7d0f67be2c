"""Deleting half of a MariaDB table by keys against hand-tuned key lists, and against one statement a row."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import polars as pl

from bench import timing
from bench.myread import filled, opened, running
from bequest.sources import Changes

BATCH = 5_000
FEW = 20_000


def run(n: int) -> Iterator[dict[str, object]]:
    """Ours against key lists of 5,000 with a commit each, and against the driver's executemany on fewer rows."""
    with running() as server:
        gone = list(range(1, n + 1, 2))
        series = pl.Series(gone).cast(pl.String)
        few = gone[:FEW]

        def lists(database: str) -> None:
            with closing(server.connect(database)) as db, db.cursor() as cursor:
                db.autocommit(False)
                for i in range(0, len(gone), BATCH):
                    cursor.execute(f"DELETE FROM people WHERE id IN ({','.join(map(str, gone[i : i + BATCH]))})")  # noqa: S608
                    db.commit()

        def one_by_one(database: str) -> None:
            with closing(server.connect(database)) as db, db.cursor() as cursor:
                db.autocommit(False)
                cursor.executemany("DELETE FROM people WHERE id = %s", few)
                db.commit()

        def ours(database: str) -> None:
            assert opened(server, database).apply("people", Changes(series), guard=lambda: None).rows_deleted == len(
                gone
            )

        taken = {name: list[float]() for name in ("ours", "lists", "one_by_one")}
        ways: dict[str, Callable[[str], None]] = {"ours": ours, "lists": lists, "one_by_one": one_by_one}
        for turn in range(timing.PAIRS + 1):
            for name, way in ways.items():
                database = filled(server, n)
                start = time.perf_counter()
                way(database)
                if turn:  # the first one warms up
                    taken[name].append(time.perf_counter() - start)
                server.execute("mysql", f"DROP DATABASE {database}")
        taken["one_by_one"] = [t * len(gone) / len(few) for t in taken["one_by_one"]]
        yield timing.result("mydelete", len(gone), "ours", "lists", taken, at_least=0.8)
        yield timing.result("mydelete", len(gone), "ours", "one_by_one", taken, at_least=10)

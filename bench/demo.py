"""The whole demo case against reading all its sources once: seconds of each step, and how many readings they are."""

import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import timing
from bequest.app.casefile import read_case_file
from bequest.app.context import open_context
from bequest.app.rehearse import rehearse
from bequest.demo.company import make_company
from bequest.model.case import Event, Source
from bequest.sources import open_source


def run(customers: int) -> Iterator[dict[str, object]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_company(folder, event=Event.E5, customers=customers)
        sources = read_case_file(folder / "case.toml").sources
        rows = read_all(sources)
        reading = sorted(timing.seconds({"raw": lambda: read_all(sources)}, runs=3)["raw"])
        start = time.perf_counter()
        played = rehearse(open_context(folder / "home"), folder)
        case = time.perf_counter() - start
        assert played.bundle.report.ok
        yield {
            "bench": "demo",
            "customers": customers,
            "rows": rows,
            "steps": {step: round(seconds, 2) for step, seconds in played.seconds.items()},
            "seconds": round(case, 2),
            "raw_read_seconds": round(reading[1], 3),
            "ratio": round(case / reading[1], 2),
            "ratio_low": round(case / reading[-1], 2),
            "ratio_high": round(case / reading[0], 2),
            "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }


def read_all(sources: tuple[Source, ...]) -> int:
    """All rows of all tables as text, through newly opened sources; how many there are."""
    n = 0
    for spec in sources:
        source = open_source(spec)
        for table in source.inventory():
            n += sum(batch.height for batch in source.read(table.name))
    return n

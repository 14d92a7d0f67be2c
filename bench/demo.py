"""The whole demo case against the sum of its raw reads and writes, in the same process.

The raw limit: every source read once as text through newly opened sources, and all its rows written once as Parquet.
"""

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

AT_MOST = 6.0


def run(customers: int) -> Iterator[dict[str, object]]:
    taken: dict[str, list[float]] = {"case": [], "raw": []}
    steps: dict[str, list[float]] = {}
    for n in range(timing.PAIRS + 1):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_company(folder, event=Event.E5, customers=customers)
            sources = read_case_file(folder / "case.toml").sources
            start = time.perf_counter()
            rows = read_and_write(sources, folder)
            raw = time.perf_counter() - start
            start = time.perf_counter()
            played = rehearse(open_context(folder / "home"), folder)
            case = time.perf_counter() - start
            assert played.bundle.report.ok
        if n:
            taken["raw"].append(raw)
            taken["case"].append(case)
            for step, seconds in played.seconds.items():
                steps.setdefault(step, []).append(seconds)
    line = timing.result("demo", rows, "case", "raw", taken, at_most=AT_MOST)
    middle = {step: sorted(s)[len(s) // 2] for step, s in steps.items()}
    yield line | {"customers": customers, "steps": {step: round(s, 2) for step, s in middle.items()}}


def read_and_write(sources: tuple[Source, ...], folder: Path) -> int:
    """All rows of all tables as text, and written once; how many there are."""
    n = 0
    for spec in sources:
        source = open_source(spec)
        for table in source.inventory():
            for i, batch in enumerate(source.read(table.name)):
                batch.write_parquet(folder / f"raw-{spec.name}-{table.name}-{i}.parquet", compression="zstd")
                n += batch.height
    return n

"""A whole company decided, from the indexes of linking to the plan of every row, against reading its sources once.

`decide`: facts, situations, the law's answers, dispositions and counts of all tables in memory. `plan step`: the step
as a user runs it, with the sources counted once more on their own, its files and its entry in the log.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import timing
from bequest.app.context import open_context
from bequest.app.decide import DecideInput, decide_case
from bequest.app.law import pack_of
from bequest.app.open_case import open_case
from bequest.app.reading import count_values, open_sources
from bequest.app.rehearse import OPENED_AT
from bequest.app.run_discover import data_map, run_discover, run_import_map
from bequest.app.run_link import load_indexes, load_linked, run_link
from bequest.app.run_plan import run_plan
from bequest.app.telling import NO_ANSWERS
from bequest.demo.company import make_company
from bequest.model.case import Event, Source
from bequest.sources import open_source

AT_MOST = 0.2


def run(customers: int) -> Iterator[dict[str, object]]:
    taken: dict[str, list[float]] = {"decide": [], "plan step": [], "read": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_company(folder, event=Event.E5, customers=customers)
        ctx = open_context(folder / "home")
        case = open_case(ctx, folder / "case.toml", clock_at=OPENED_AT)
        run_discover(ctx, case.id)
        run_import_map(ctx, case.id, folder / "map.toml")
        run_link(ctx, case.id)
        datamap, workspace = data_map(ctx, case.id), ctx.workspace(case.id)
        totals = count_values(ctx, datamap, open_sources(case, ctx.secrets))
        for n in range(timing.PAIRS + 1):
            start = time.perf_counter()
            rows = sum(_rows(s) for s in case.sources)
            read = time.perf_counter() - start
            start = time.perf_counter()
            given = DecideInput(
                case=case, datamap=datamap, pack=pack_of(case), indexes=load_indexes(workspace, datamap),
                linked=load_linked(workspace, case, datamap), answers=NO_ANSWERS, notice=None, totals=totals,
            )  # fmt: skip
            decide_case(given)
            decided = time.perf_counter() - start
            start = time.perf_counter()
            run_plan(ctx, case.id)
            step = time.perf_counter() - start
            if n:
                for key, seconds in (("decide", decided), ("plan step", step), ("read", read)):
                    taken[key].append(seconds)
    more = {"customers": customers}
    yield timing.result("decide", rows, "decide", "read", taken, at_most=AT_MOST) | more
    yield timing.result("decide", rows, "plan step", "read", taken) | more


def _rows(spec: Source) -> int:
    """Every row of a source read as text once."""
    source = open_source(spec)
    return sum(batch.height for table in source.inventory() for batch in source.read(table.name))

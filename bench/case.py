"""A whole case over PostgreSQL, MariaDB and Parquet, from discovery to the certificate, against doing it by hand.

By hand is what nobody can do without: every table read once (ADBC, connectorx, PyArrow) and written once as Parquet,
that encrypted with age; the rows that the case deleted deleted by key (a join with a temporary table, lists of keys,
files rewritten); the servers' tables scrubbed; what is left read once more. Both run on the same servers, each on a
loading of its own. The case runs in a process of its own, whose peak memory is told (the servers' is not), and of each
step besides the processor seconds of that process and the peak within it: on a busy machine seconds on the clock say
little of one step.
"""

import resource
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench import by_hand, shop, timing
from bequest.app.context import open_context
from bequest.app.rehearse import rehearse

AT_MOST = 3.0
PEAK_MB = 2_000
ONCE_FROM = 20_000
"""From so many customers on the case is played once, and no bounds are told."""
LEFT_OUT = ("open", "report")
"""Steps of the rehearsal that lie before discovery or after the bundle."""


def run(customers: int) -> Iterator[dict[str, object]]:
    """One line: seconds of the case and by hand, its steps, the parts by hand, peak memory of the case."""
    once = customers >= ONCE_FROM
    taken: dict[str, list[float]] = {"case": [], "by hand": []}
    last: dict[str, Any] = {}
    with shop.servers() as on:
        for n in range(1 if once else timing.PAIRS + 1):
            with tempfile.TemporaryDirectory(prefix="bequest-bench-") as name:
                rows, case, hand = _round(on, Path(name), customers)
            if n or once:
                taken["case"].append(sum(s for step, s in case["steps"].items() if step not in LEFT_OUT))
                taken["by hand"].append(sum(hand.values()))
                last = {
                    "customers": customers,
                    "steps": {k: round(v, 2) for k, v in case["steps"].items()},
                    "processor": {k: round(v, 2) for k, v in case["processor"].items()},
                    "peaks_mb": case["peaks_mb"],
                    "by_hand": {k: round(v, 2) for k, v in hand.items()},
                    "peak_mb": case["peak_mb"],
                    "peak_target": f"at most {PEAK_MB} MB",
                }
    told = timing.once if once else timing.result
    line = told("case", rows, "case", "by hand", taken, at_most=AT_MOST)
    yield line | last | {"passes": bool(line["passes"]) and last["peak_mb"] <= PEAK_MB}


def _round(on: shop.Servers, folder: Path, customers: int) -> tuple[int, dict[str, Any], dict[str, float]]:
    company = folder / "company"
    rows = _apart(shop.make, company, customers)
    systems = shop.load(company, on, company / "sources")
    case = _apart(_play, company, shop.environ(on, systems))
    gone = by_hand.gone(company, on, systems)
    shop.drop(on, systems)
    again = shop.load(company, on, folder / "again")
    hand = _apart(
        by_hand.work, company, on.postgres.url(again.postgres), on.mariadb.url(again.mariadb), again.files, gone
    )
    shop.drop(on, again)
    return rows, case, hand


def _apart(function: Any, *arguments: Any) -> Any:
    """In a new process, so that each one's memory and caches are its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _play(company: Path, environ: dict[str, str]) -> dict[str, Any]:
    steps = _Steps()
    played = rehearse(open_context(company / "home", environ=environ), company, tell=steps.begins)
    steps.begins("")
    assert played.bundle.report.ok
    peaks = steps.peaks_mb
    return {
        "steps": played.seconds, "processor": steps.processor, "peaks_mb": peaks,
        "peak_mb": max(peak_mb(), *peaks.values()),
    }  # fmt: skip


class _Steps:
    """Processor seconds and peak memory of each step, told when the next one begins."""

    def __init__(self) -> None:
        self.processor: dict[str, float] = {}
        self.peaks_mb: dict[str, int] = {}
        self._name, self._spent = "", 0.0

    def begins(self, name: str) -> None:
        spent = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
        if self._name:
            self.processor[self._name] = self.processor.get(self._name, 0.0) + spent - self._spent
            self.peaks_mb[self._name] = max(peak_mb(), self.peaks_mb.get(self._name, 0))
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        self._name, self._spent = name, spent


def peak_mb() -> int:
    """The most memory this process has held (`VmHWM`; not what it inherited from its parent)."""
    [line] = [x for x in Path("/proc/self/status").read_text().splitlines() if x.startswith("VmHWM:")]
    return int(line.split()[1]) // 1024

"""Timing of two or more ways in turn, so that noise of the machine meets all of them."""

import statistics
import time
from collections.abc import Callable, Mapping


def seconds(ways: Mapping[str, Callable[[], object]], runs: int = 5) -> dict[str, list[float]]:
    """Wall-clock seconds of each way, run in turn; one round before them warms up and is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(runs + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if n:
                taken[name].append(time.perf_counter() - start)
    return taken


def result(name: str, rows: int, ours: str, peer: str, taken: Mapping[str, list[float]]) -> dict[str, object]:
    """One line of output: medians as rows a second and how many times faster ours is, with the spread over the runs.

    `ratio_low` and `ratio_high` are the smallest and largest ratio of runs made in the same round.
    """
    pairs = sorted(p / o for o, p in zip(taken[ours], taken[peer], strict=True))
    medians = {k: statistics.median(v) for k, v in taken.items()}
    return {
        "bench": name,
        "rows": rows,
        "ours": ours,
        "peer": peer,
        "ours_rows_per_second": round(rows / medians[ours]),
        "peer_rows_per_second": round(rows / medians[peer]),
        "ratio": round(medians[peer] / medians[ours], 2),
        "ratio_low": round(pairs[0], 2),
        "ratio_high": round(pairs[-1], 2),
    }

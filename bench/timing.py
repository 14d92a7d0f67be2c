"""Timing of two or more ways in turn, so that noise of the machine meets all of them, and what a ratio may claim.

A ratio is how many times faster ours is than the peer (or raw limit) in the same round. Ratios of the rounds are
averaged as logarithms; the bounds are one-sided 95 % bounds of that mean (Student's t over the rounds). A target *at
least* x passes when the upper bound reaches x, a target *at most* x when the lower bound does not pass it: noise alone
fails nobody, a real shortfall does.
"""

import math
import statistics
import time
from collections.abc import Callable, Mapping

PAIRS = 5
"""Rounds that are counted at the least."""

_T95 = {4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860, 9: 1.833, 14: 1.761, 19: 1.729}
"""One-sided 95 % quantiles of Student's t by degrees of freedom; for what is between, the next lower one."""


def seconds(ways: Mapping[str, Callable[[], object]], runs: int = PAIRS) -> dict[str, list[float]]:
    """Wall-clock seconds of each way, run in turn; one round before them warms up and is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(runs + 1):
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            if n:
                taken[name].append(time.perf_counter() - start)
    return taken


def bounds(ratios: list[float]) -> tuple[float, float, float]:
    """Lower 95 % bound, mean, upper 95 % bound of ratios.

    Raises:
        ValueError: with fewer rounds than `PAIRS`.
    """
    if len(ratios) < PAIRS:
        raise ValueError(f"{len(ratios)} rounds, and a bound needs {PAIRS}")
    logs = [math.log(r) for r in ratios]
    freedom = max(f for f in _T95 if f <= len(logs) - 1)
    mean, half = statistics.mean(logs), _T95[freedom] * statistics.stdev(logs) / math.sqrt(len(logs))
    return math.exp(mean - half), math.exp(mean), math.exp(mean + half)


def result(
    name: str,
    rows: int,
    ours: str,
    peer: str,
    taken: Mapping[str, list[float]],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> dict[str, object]:
    """What came out: medians as rows a second, how many times faster ours is, its bounds, and whether the target holds.

    With `at_most` the ratio is how many times the peer's time ours takes.
    """
    pairs = zip(taken[ours], taken[peer], strict=True)
    low, mean, high = bounds([o / p if at_most is not None else p / o for o, p in pairs])
    medians = {k: statistics.median(v) for k, v in taken.items()}
    out: dict[str, object] = {
        "bench": name,
        "rows": rows,
        "ours": ours,
        "peer": peer,
        "pairs": len(taken[ours]),
        "ours_seconds": round(medians[ours], 4),
        "peer_seconds": round(medians[peer], 4),
        "ours_rows_per_second": round(rows / medians[ours]),
        "peer_rows_per_second": round(rows / medians[peer]),
        "ratio": round(mean, 2),
        "ratio_low": round(low, 2),
        "ratio_high": round(high, 2),
    }
    if at_least is not None:
        out |= {"target": f"at least {at_least:g}", "passes": high >= at_least}
    if at_most is not None:
        out |= {"target": f"at most {at_most:g}", "passes": low <= at_most}
    return out


def once(
    name: str, rows: int, ours: str, peer: str, taken: Mapping[str, list[float]], *, at_most: float
) -> dict[str, object]:
    """As `result` with `at_most`, of a single round: no bounds are known, the ratio itself is held to the target."""
    [o], [p] = taken[ours], taken[peer]
    ratio = round(o / p, 2)
    return {
        "bench": name,
        "rows": rows,
        "ours": ours,
        "peer": peer,
        "pairs": 1,
        "ours_seconds": round(o, 4),
        "peer_seconds": round(p, 4),
        "ours_rows_per_second": round(rows / o),
        "peer_rows_per_second": round(rows / p),
        "ratio": ratio,
        "ratio_low": ratio,
        "ratio_high": ratio,
        "target": f"at most {at_most:g}",
        "passes": ratio <= at_most,
    }

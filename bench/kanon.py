"""k of k-anonymity over five quasi-identifiers, against Polars grouping by them and pycanon.

pycanon reads a twentieth of the rows and is counted per row.
"""

import random
from collections.abc import Iterator

import polars as pl

from bench import timing
from bequest.engine.kernels.classes import class_sizes

SHARE = 20


def table(n: int) -> pl.DataFrame:
    draw = random.Random(3)
    regions = [f"地区{i:02}" for i in range(20)]
    jobs = [f"职业{i:02}" for i in range(15)]
    cities = [f"城市{i:03}" for i in range(40)]
    return pl.DataFrame(
        {
            "region": draw.choices(regions, k=n),
            "job": draw.choices(jobs, k=n),
            "city": draw.choices(cities, k=n),
            "year": draw.choices(range(1950, 2005), k=n),
            "gender": draw.choices([0, 1], k=n),
        }
    )


def run(n: int) -> Iterator[dict[str, object]]:
    frame = table(n)
    names = frame.columns
    few = frame.head(n // SHARE)
    ours = lambda: int(class_sizes(frame).min())  # noqa: E731
    grouped = lambda: int(frame.group_by(names).len()["len"].min())  # type: ignore[arg-type]  # noqa: E731
    if ours() != grouped():
        raise AssertionError("k differs")
    taken = timing.seconds({"classes": ours, "polars group_by": grouped})
    yield timing.result("kanon", n, "classes", "polars group_by", taken, at_least=0.8)
    from pycanon import anonymity

    pandas = few.to_pandas()
    if anonymity.k_anonymity(pandas, names) != int(class_sizes(few).min()):
        raise AssertionError("k differs from pycanon's")
    taken = timing.seconds({"classes": ours, "pycanon": lambda: anonymity.k_anonymity(pandas, names)})
    taken["pycanon"] = [t * SHARE for t in taken["pycanon"]]
    yield timing.result("kanon", n, "classes", "pycanon", taken, at_least=60)

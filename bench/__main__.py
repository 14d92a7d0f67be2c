"""`python -m bench` lists what can be measured; `python -m bench NAME… [--json] [--size N]` measures it.

Ours and the peer run in turn in one process, at least five rounds after a warm-up. `all` runs everything, `--write`
renews a page with the results. Exit status 1 where a target is missed.
"""

import argparse
import json
import platform
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bench.registry import BENCHES

Line = dict[str, object]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*sorted(BENCHES), "all", []])
    parser.add_argument("--size", type=int, help="rows (demo: customers), in the place of each one's own number")
    parser.add_argument("--json", action="store_true", help="one JSON object a line, the machine first")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the results as a page")
    chosen = parser.parse_args()
    names = list(BENCHES) if "all" in chosen.names else chosen.names
    if not names:
        for name, bench in BENCHES.items():
            print(f"{name:12} {bench.about} ({bench.size:,})")
        return
    where = machine(p for n in names for p in BENCHES[n].packages)
    print(
        json.dumps({"machine": where}) if chosen.json else "\n".join(f"{k}: {v}" for k, v in where.items()), flush=True
    )
    lines = []
    for name in names:
        try:
            for line in BENCHES[name].run(chosen.size):
                lines.append(line)
                print(json.dumps(line, ensure_ascii=False) if chosen.json else told(line), flush=True)
        except ModuleNotFoundError as e:  # a peer is no part of the project
            print(f"{name}: left out, {e.name} is not installed (pip install {e.name})", file=sys.stderr)
    if chosen.write:
        chosen.write.write_text(page(where, lines), encoding="utf-8")
    missed = [str(line["bench"]) for line in lines if line.get("passes") is False]
    if missed:
        sys.exit(f"targets missed: {', '.join(missed)}" if not chosen.json else 1)


def machine(packages: Iterable[str]) -> dict[str, str]:
    """What the figures were measured on."""
    cpu = Path("/proc/cpuinfo")
    models = [x.partition(":")[2].strip() for x in cpu.read_text().splitlines() if x.startswith("model name")]
    out = {
        "processor": f"{len(models)} × {models[0]}" if models else platform.processor(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }
    for name in ("polars", "pyarrow", "numba", *dict.fromkeys(packages)):
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "not installed"
    return out


def told(line: Line) -> str:
    """A line for people."""
    if "ours" not in line:
        return f"{line['bench']}: " + ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in line.items() if k != "bench")
    target = f"  {line['target']}: {'met' if line['passes'] else 'MISSED'}" if "target" in line else ""
    times = f"{line['ours']} {line['ours_seconds']} s, {line['peer']} {line['peer_seconds']} s"
    ratio = f"ratio {line['ratio']} ({line['ratio_low']} to {line['ratio_high']}, {line['pairs']} pairs)"
    return f"{line['bench']}: {times}, {ratio}{target}"


HEAD = """# Benchmarks

Written by `make bench`. Ours and the peer run in turn in one process; the ratio is how many times faster ours is (with
a target *at most*: how many times the peer's time ours takes), between its one-sided 95 % bounds.
"""
COLUMNS = ("bench", "rows", "ours", "peer", "ratio", "ratio_low", "ratio_high", "target")


def page(where: dict[str, str], lines: list[Line]) -> str:
    """The page for the docs."""
    verdict = {True: "met", False: "missed", None: "–"}
    shown = [x if "peak_mb" not in x else {**x, "ours": f"{x['peak_mb']} MB"} for x in lines]
    table = [[*(str(x.get(c, "–")) for c in COLUMNS), verdict[x.get("passes")]] for x in shown]  # type: ignore[index]
    header = [*(c.replace("_", " ") for c in COLUMNS), ""]
    rows = [header, ["---"] * len(header), *table]
    parts = [HEAD, *(f"- {k}: {v}" for k, v in where.items()), "", *map(_row, rows), ""]
    return "\n".join([*parts, *(x for line in lines if "steps" in line for x in step_by_step(line))])


def step_by_step(line: Line) -> list[str]:
    """The steps of a whole case as a table, and the parts of the same work by hand."""
    columns = {"seconds": "steps", "processor seconds": "processor", "peak MB": "peaks_mb"}
    by: dict[str, Mapping[str, float]] = {name: line.get(key, {}) for name, key in columns.items()}  # type: ignore[misc]
    steps = [[step, *(str(values.get(step, "–")) for values in by.values())] for step in by["seconds"]]
    head = [f"## {line['bench']}: {line['customers']:,} customers, {line['rows']:,} rows", ""]
    hand: Mapping[str, float] = line.get("by_hand", {})  # type: ignore[assignment]
    said = ", ".join(f"{part} {seconds}" for part, seconds in hand.items())
    told = ["", f"By hand {line['peer_seconds']} s: {said}.", ""] if hand else [""]
    return [*head, *map(_row, [["step", *columns], ["---"] * 4, *steps]), *told]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()

"""`python -m bench tokens|spans|read|components --rows N`, `demo --customers N`, or `all`: one JSON line each."""

import argparse
import json
from collections.abc import Iterator

from bench import components, demo, read, spans, tokens

BENCHES = {"tokens": tokens.run, "spans": spans.run, "read": read.run, "components": components.run}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("bench", choices=[*sorted(BENCHES), "demo", "all"])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--customers", type=int, default=20_000)
    chosen = parser.parse_args()
    for name, run in BENCHES.items():
        if chosen.bench in {name, "all"}:
            show(run(chosen.rows))
    if chosen.bench in {"demo", "all"}:
        show(demo.run(chosen.customers))


def show(lines: Iterator[dict[str, object]]) -> None:
    for line in lines:
        print(json.dumps(line, ensure_ascii=False), flush=True)


main()

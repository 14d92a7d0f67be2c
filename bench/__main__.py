"""`python -m bench tokens|spans|read|components --rows N`: one JSON line per comparison."""

import argparse
import json

from bench import components, read, spans, tokens

BENCHES = {"tokens": tokens.run, "spans": spans.run, "read": read.run, "components": components.run}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("bench", choices=sorted(BENCHES))
    parser.add_argument("--rows", type=int, default=200_000)
    chosen = parser.parse_args()
    for line in BENCHES[chosen.bench](chosen.rows):
        print(json.dumps(line, ensure_ascii=False))


main()

"""Finding and masking identifiers in free text against regular expressions: Polars on the column, Python per row.

The peers do not check check digits, separators or full-width characters; ours does.
"""

import re
from collections.abc import Iterator

import polars as pl

from bench import rows, timing
from bequest.engine.kernels import spans

PATTERN = r"1[3-9]\d{9}|\d{17}[\dXx]|\d{16,19}|[a-zA-Z0-9._%+\-]+@[a-zA-Z0-9.\-]+\.[a-zA-Z]{2,}"


def masked(column: pl.Series) -> pl.Series:
    return spans.masked(column.name, spans.find(column))


def run(n: int) -> Iterator[dict[str, object]]:
    texts = rows.remarks(n)
    column = pl.Series("remark", texts)
    pattern = re.compile(PATTERN)
    find = timing.seconds({"find": lambda: spans.find(column), "polars": lambda: column.str.extract_all(PATTERN)})
    yield timing.result("find spans", n, "find", "polars", find, at_least=2)
    taken = timing.seconds(
        {
            "redact": lambda: masked(column),
            "polars": lambda: column.str.replace_all(PATTERN, "***"),
            "python re": lambda: [pattern.sub("***", t) for t in texts],
        }
    )
    yield timing.result("redact", n, "redact", "polars", taken)
    yield timing.result("redact", n, "redact", "python re", taken)

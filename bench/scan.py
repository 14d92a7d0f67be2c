"""A whole table of seven text columns searched for identifiers, each checked, against four Polars regexes a column.

The regexes only match; ours reads groups, country codes and full-width characters and checks dates, check characters
and Luhn digits. Both run on as many threads as Polars has: one column each at a time.
"""

from collections.abc import Iterator

import polars as pl

from bench import rows, timing
from bequest.engine.kernels import spans

PATTERNS = {
    "phone": r"1[3-9]\d{9}",
    "national_id": r"\d{17}[\dXx]",
    "bank_card": r"\d{16,19}",
    "email": r"[a-zA-Z0-9._%+\-]+@[a-zA-Z0-9.\-]+\.[a-zA-Z]{2,}",
}


def run(n: int) -> Iterator[dict[str, object]]:
    table = rows.people(n)
    found = spans.scan(table)
    for column, kind in (("phone", "phone"), ("id_card", "national_id"), ("card", "bank_card"), ("email", "email")):
        assert found.filter(column=column, kind=kind)["n_values"].to_list() == [n]
    regexes = [pl.col(c).str.contains(p).sum().alias(f"{c} {k}") for c in table.columns for k, p in PATTERNS.items()]
    taken = timing.seconds({"scan": lambda: spans.scan(table), "polars": lambda: table.select(regexes)})
    yield timing.result("scan", n, "scan", "polars", taken, at_least=1)

"""Masks of a column as the operators make them, against Polars expressions by hand that trust every value.

By hand nothing is normalised and nothing odd is hidden; that is the price of ours.
"""

from collections.abc import Iterator

import polars as pl

from bench import rows, timing
from bequest.engine.kernels import mask


def run(n: int) -> Iterator[dict[str, object]]:
    people = rows.people(n)
    phones, names = pl.Series("phone", rows.phones(n)), people.get_columns()[0]
    by_hand = phones.to_frame().lazy().select(pl.col("phone").str.head(3) + "****" + pl.col("phone").str.tail(4))
    ways = {"mask_phone": lambda: mask.mask_phone(phones), "by hand": by_hand.collect}
    yield timing.result("mask", n, "mask_phone", "by hand", timing.seconds(ways), at_least=0.7)
    replaced = phones.to_frame().select(pl.col("phone").str.replace(r"^(\d{3})\d{4}(\d{4})$", "${1}****${2}"))
    regex = lambda: phones.to_frame().select(  # noqa: E731
        pl.col("phone").str.replace(r"^(\d{3})\d{4}(\d{4})$", "${1}****${2}")
    )
    if replaced.to_series().to_list() != mask.mask_phone(phones).to_list():
        raise AssertionError("the masks differ")
    ways = {"mask_phone": lambda: mask.mask_phone(phones), "regex by hand": regex}
    yield timing.result("mask", n, "mask_phone", "regex by hand", timing.seconds(ways), at_least=0.7)
    first = names.name
    hand = lambda: names.to_frame().select(  # noqa: E731
        pl.col(first).str.head(1) + pl.col(first).str.slice(1).str.replace_all(".", "*")
    )
    ways = {"mask_name": lambda: mask.mask_name(names), "by hand": hand}
    yield timing.result("mask names", n, "mask_name", "by hand", timing.seconds(ways), at_least=0.7)

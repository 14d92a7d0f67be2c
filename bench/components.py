"""Connected components over shared tags against joining the rows of each tag in Python."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from bench import rows, timing
from bench.tokens import ecb
from bequest.engine.kernels.cmac import tokens
from bequest.engine.kernels.coding import Tags, tag_codes
from bequest.engine.kernels.union_find import components_of_codes


def run(n: int) -> Iterator[dict[str, object]]:
    phones = rows.phones(n)
    keys = [
        tokens(pl.Series([phones[i // 2] for i in range(n)]), ecb, "phone\x1f"),
        tokens(pl.Series([phones[i] if i % 3 else None for i in range(n)], dtype=pl.String), ecb, "id\x1f"),
    ]
    lists = [k.to_list() for k in keys]
    assert components(n, keys).tolist() == dictionaries(n, lists)
    taken = timing.seconds({"components": lambda: components(n, keys), "dictionaries": lambda: dictionaries(n, lists)})
    yield timing.result("components", n, "components", "dictionaries", taken)


def components(n: int, keys: list[pl.Series]) -> np.ndarray:
    """All columns to codes of one numbering, then the union."""
    return components_of_codes(n, [tag_codes([Tags.of([key], n) for key in keys])])


def dictionaries(n: int, keys: list[list[bytes | None]]) -> list[int]:
    parent = list(range(n))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    owner: dict[bytes, int] = {}
    for key in keys:
        for i, value in enumerate(key):
            if value is not None:
                a, b = root(i), root(owner.setdefault(value, i))
                parent[max(a, b)] = min(a, b)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(root(i), len(numbers)) for i in range(n)]

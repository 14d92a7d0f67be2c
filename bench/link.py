"""Deterministic linkage of three sources against scipy's connected components, from the same tagged identifiers.

Records bear a phone, an identity number and an e-mail address (15, 40 and 50 % are empty) as 16-byte keyed tags. The
peer is what one would write with Polars and scipy: edges from each record to the first one with its value, or a graph
of records and values coded as categories. All give the same people. Tags are compared whole: no shorter hash.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from bench import timing
from bench.tokens import ecb
from bequest.engine.kernels.cmac import tokens
from bequest.engine.kernels.coding import Tags, tag_codes
from bequest.engine.kernels.union_find import components_of_codes

EMPTY = {"phone": 0.15, "id": 0.4, "email": 0.5}


def run(n: int) -> Iterator[dict[str, object]]:
    keys = identifiers(3 * n)
    ours = linked(keys)
    assert np.array_equal(ours, renumbered(first_edges(keys)))
    assert np.array_equal(ours, renumbered(bipartite(keys)))
    taken = timing.seconds(
        {"link": lambda: linked(keys), "scipy": lambda: first_edges(keys), "scipy graph": lambda: bipartite(keys)}
    )
    yield timing.result("link", 3 * n, "link", "scipy", taken, at_least=3)
    yield timing.result("link", 3 * n, "link", "scipy graph", taken)


def identifiers(n: int) -> list[pl.Series]:
    draw = np.random.default_rng(1)
    person = draw.integers(0, max(1, n // 3), n)
    keys = []
    for kind, empty in EMPTY.items():
        value = person + (draw.random(n) < 0.05) * draw.integers(1, n, n)
        text = pl.Series(value).cast(pl.String)
        keys.append(tokens(text.set(pl.Series(draw.random(n) < empty), None), ecb, f"{kind}\x1f"))
    return keys


def linked(keys: list[pl.Series]) -> np.ndarray:
    """As `steps.link` does it: every key column to codes, then the union."""
    return components_of_codes(len(keys[0]), [tag_codes([Tags.of([key], len(key))]) for key in keys])


def first_edges(keys: list[pl.Series]) -> np.ndarray:
    n = len(keys[0])
    rows, firsts = [], []
    for key in keys:
        frame = pl.DataFrame({"k": key}).with_row_index("row").drop_nulls("k")
        frame = frame.with_columns(pl.col("row").first().over("k").alias("first"))
        rows.append(frame["row"].to_numpy())
        firsts.append(frame["first"].to_numpy())
    a, b = np.concatenate(rows), np.concatenate(firsts)
    return connected_components(coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(n, n)), directed=False)[1]


def bipartite(keys: list[pl.Series]) -> np.ndarray:
    n = at = len(keys[0])
    rows, values = [], []
    for key in keys:
        frame = pl.DataFrame({"k": key}).with_row_index("row").drop_nulls("k")
        rows.append(frame["row"].to_numpy())
        code = frame["k"].rank("dense").to_numpy().astype(np.int64) - 1
        values.append(code + at)
        at += int(code.max(initial=-1)) + 1
    a, b = np.concatenate(rows), np.concatenate(values)
    return connected_components(coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(at, at)), directed=False)[1][:n]


def renumbered(labels: np.ndarray) -> np.ndarray:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.uint32)
    order[np.argsort(first)] = np.arange(len(first), dtype=np.uint32)
    return order[inverse]

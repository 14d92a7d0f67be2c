"""Connected components over shared tags, by their codes."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.engine.kernels.coding import Tags, tag_codes
from bequest.engine.kernels.union_find import components_of_codes


def tags(values: list[int | None]) -> pl.Series:
    return pl.Series([None if v is None else v.to_bytes(16, "big") for v in values], dtype=pl.Binary)


def components(n: int, keys: list[pl.Series], edges: np.ndarray | None = None) -> np.ndarray:
    """All columns are of one key: a tag joins rows in whichever of them it stands."""
    return components_of_codes(n, [tag_codes([Tags.of([key], len(key)) for key in keys])], edges)


def naive(n: int, keys: list[list[int | None]], edges: list[tuple[int, int]]) -> list[int]:
    label = list(range(n))
    pairs = list(edges)
    flat = [(v, i) for key in keys for i, v in enumerate(key) if v is not None]
    pairs += [(i, j) for a, i in flat for b, j in flat if a == b]
    for _ in range(n):
        for i, j in pairs:
            label[i] = label[j] = min(label[i], label[j])
    order = list(dict.fromkeys(label))
    return [order.index(x) for x in label]


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_labels_are_those_of_the_plain_definition(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 14))
    value = st.one_of(st.none(), st.integers(0, 9))
    keys = data.draw(st.lists(st.lists(value, min_size=n, max_size=n), max_size=3))
    row = st.integers(0, n - 1)
    edges = data.draw(st.lists(st.tuples(row, row), max_size=4))
    got = components(n, [tags(k) for k in keys], np.array(edges, np.int64).reshape(-1, 2))
    assert got.dtype == np.uint32
    assert got.tolist() == naive(n, keys, edges)


def test_tags_that_share_one_half_stay_apart() -> None:
    half = 1 << 64
    column = tags([half + 1, half + 2, 2 * half + 1, half + 1])
    assert components(4, [column]).tolist() == [0, 1, 2, 0]


def test_a_tag_joins_rows_across_columns() -> None:
    assert components(3, [tags([1, None, 3]), tags([None, 1, None])]).tolist() == [0, 0, 1]


def test_labels_count_from_zero_by_first_row() -> None:
    assert components(5, [tags([9, 4, 9, 4, 7])]).tolist() == [0, 1, 0, 1, 2]


def test_rows_without_any_key_are_alone() -> None:
    assert components(3, [tags([None, None, None])]).tolist() == [0, 1, 2]
    assert components(0, []).tolist() == []


@pytest.mark.parametrize(
    ("keys", "edges"),
    [([tags([1])], None), ([pl.Series([b"short", b"short"])], None), ([], np.array([[0, 5]]))],
    ids=["too few values", "a tag that is too short", "an edge out of the rows"],
)
def test_what_does_not_fit_is_refused(keys: list[pl.Series], edges: np.ndarray | None) -> None:
    with pytest.raises(ValueError):
        components(2, keys, edges)

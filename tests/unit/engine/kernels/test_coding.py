"""Small numbers for tags and pairs: those of a plain dictionary, and no input makes the search for one long."""

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.engine.kernels import coding
from bequest.engine.kernels.coding import Tags, first_of_each, pair_codes, tag_codes

CODE = st.one_of(st.integers(-1, 3), st.integers(0, 2**31 - 1), st.integers(0, 40).map(lambda v: v << 20))
PAIRS = st.one_of(
    st.lists(st.tuples(CODE, CODE), max_size=50),
    st.lists(st.tuples(st.just(7), CODE), max_size=50),
    st.lists(st.tuples(CODE, st.just(0)), max_size=50),
)


@given(st.lists(PAIRS, max_size=3), st.booleans())
def test_codes_of_pairs_are_those_of_a_dictionary(columns: list[list[tuple[int, int]]], in_parts: bool) -> None:
    numbers: dict[tuple[int, int], int] = {}
    expected = [[-1 if min(p) < 0 else numbers.setdefault(p, len(numbers)) for p in column] for column in columns]
    halves = [np.array(column, np.int32).reshape(-1, 2) for column in columns]
    with pytest.MonkeyPatch.context() as patch:
        if in_parts:
            patch.setattr(coding, "WHOLE", 0)
            patch.setattr(coding, "AT_ONCE", 5)
        made = pair_codes([(column[:, 0], column[:, 1]) for column in halves])
    assert [column.tolist() for column in made] == expected


WORD = st.one_of(st.integers(0, 3), st.integers(0, 2**64 - 1), st.integers(0, 9).map(lambda v: v << 58))


@given(st.lists(st.one_of(st.none(), st.tuples(WORD, WORD)), min_size=1, max_size=50))
def test_codes_of_tags_are_those_of_a_dictionary(column: list[tuple[int, int] | None]) -> None:
    numbers: dict[tuple[int, int], int] = {}
    expected = [-1 if tag is None else numbers.setdefault(tag, len(numbers)) for tag in column]
    words = np.array([tag or (0, 0) for tag in column], np.uint64)
    [made] = tag_codes([Tags(words, np.array([tag is not None for tag in column]))])
    assert made.tolist() == expected


@given(st.lists(WORD, max_size=50))
def test_the_first_of_each_is_that_of_a_set(numbers: list[int]) -> None:
    firsts = first_of_each(np.array(numbers, np.uint64))
    assert firsts.tolist() == [n not in numbers[:i] for i, n in enumerate(numbers)]


N = 200_000
COUNTED = np.arange(N, dtype=np.uint64)
STRUCTURED = {
    "counted": COUNTED,
    "counted backwards": COUNTED[::-1].copy(),
    "even": COUNTED * np.uint64(2),
    "sixteens": COUNTED * np.uint64(16),
    "a thousand apart": COUNTED * np.uint64(1024),
    "a million apart": COUNTED << np.uint64(20),
    "in the upper half": COUNTED << np.uint64(32),
    "in the highest bits": COUNTED << np.uint64(46),
    "decimal steps": COUNTED * np.uint64(10_000),
    "Fibonacci steps": COUNTED * np.uint64(0x9E3779B97F4A7C15),
}
CONSTANT = [0, 1, 7, 2**31 - 1, 0xFFFFFFFFFFFFFFFF]


def pairs_of(half: np.ndarray, other: int | None, *, constant_first: bool) -> tuple[np.ndarray, np.ndarray]:
    """The structured half with a constant beside it; with itself for None."""
    beside = half if other is None else np.full(N, other, np.uint64)
    return (beside, half) if constant_first else (half, beside)


@pytest.mark.parametrize("constant_first", [True, False])
@pytest.mark.parametrize("constant", [*CONSTANT, None])
@pytest.mark.parametrize("name", STRUCTURED)
def test_no_search_is_long_though_one_half_is_always_the_same(
    name: str, constant: int | None, constant_first: bool
) -> None:
    """A table filled to at most two thirds: with a good hash the longest way among 200,000 is some dozens of slots."""
    first, second = pairs_of(STRUCTURED[name], constant, constant_first=constant_first)
    table = coding._table(N)
    spread = np.bincount(homes(table, first, second) * 64 // len(table), minlength=64)
    assert spread.min() > 0  # else the filling below takes minutes
    assert spread.max() < 3 * spread.mean()
    assert coding._code_all(first, second, np.ones(N, np.bool_), table, np.empty(N, np.int32), 0) == N
    assert longest_way(table) < 100


@numba.njit
def homes(table, first, second):  # type: ignore[no-untyped-def]
    found = np.empty(len(first), np.int64)
    for i in range(len(first)):
        found[i] = coding.home_of(table, first[i], second[i])
    return found


def longest_way(table: np.ndarray) -> int:
    """How many slots lie, at most, between where the search for a tag begins and where the tag stands.

    Nothing is ever taken out of a table: from home to its place every slot was taken when the tag came.
    """
    slots = np.flatnonzero(table[:, 2])
    return int(((slots - homes(table, table[slots, 0], table[slots, 1])) & (len(table) - 1)).max())


@pytest.mark.parametrize("name", STRUCTURED)
def test_parts_are_of_about_one_size_though_one_half_is_always_the_same(name: str) -> None:
    for constant_first in (True, False):
        first, second = pairs_of(STRUCTURED[name], 5, constant_first=constant_first)
        rows, ends = coding._in_parts(first, second, np.ones(N, np.bool_), 5)
        assert sorted(rows.tolist()) == list(range(N))
        sizes = np.diff(ends)
        assert sizes.max() < 1.2 * sizes.mean()
        assert sizes.min() > 0.8 * sizes.mean()


def test_pairs_with_one_half_always_the_same_are_coded() -> None:
    """What `link` asks for where everybody bears one name."""
    same, counted = np.zeros(N, np.int32), np.arange(N, dtype=np.int32)
    for pair in ((same, counted), (counted, same), (same, counted * np.int32(1024))):
        [made] = pair_codes([pair])
        assert np.array_equal(made, np.unique(pair[0].astype(np.int64) << 31 | pair[1], return_inverse=True)[1])

"""Ids people keep from run to run, found by the tokens of their mentions."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from bequest.steps.link.identities import identities, persons_before


def tokens(numbers: list[int]) -> list[pl.Series]:
    """Tokens in parts of two."""
    whole = pl.Series([n.to_bytes(16, "big") for n in numbers], dtype=pl.Binary)
    return [whole.slice(at, 2) for at in range(0, len(whole), 2)]


MENTIONS = st.lists(st.integers(0, 15), unique=True, max_size=12)


@given(MENTIONS, MENTIONS)
def test_whose_a_mention_was_is_found_wherever_it_stood(today: list[int], before: list[int]) -> None:
    persons = np.array([100 + m // 3 for m in before], np.int64)
    was = persons_before(tokens(today), len(today), tokens(before), persons)
    assert was.tolist() == [100 + m // 3 if m in before else -1 for m in today]


@given(MENTIONS, MENTIONS)
def test_everybody_has_an_id_and_nobody_another_ones(today: list[int], before: list[int]) -> None:
    persons = np.array([7 + m // 3 for m in before], np.int64)
    was = persons_before(tokens(today), len(today), tokens(before), persons)
    _, subject = np.unique(np.array([m // 4 for m in today], np.int32), return_inverse=True)
    n = int(subject.max(initial=-1)) + 1
    made = identities(subject.astype(np.int32), was, n, persons, 50, 2)
    assert made.person_of.n_unique() == n == len(made.person_of)
    for s, person in enumerate(made.person_of):
        assert person >= 50 or person in was[subject == s].tolist()
    gone = made.history.filter(pl.col("kind") == "gone")["person"].to_list()
    assert gone == sorted({*persons.tolist()} - {*was.tolist()})

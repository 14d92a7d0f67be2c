"""Keys found among many others, batch by batch."""

import numpy as np
import polars as pl
import pytest

from bequest.engine import lookup
from bequest.engine.lookup import Lookup


@pytest.mark.parametrize("dtype", [pl.String, pl.Binary])
def test_the_first_place_of_each_key_as_a_slow_search_finds_it(dtype: type[pl.String] | type[pl.Binary]) -> None:
    known = pl.Series([f"k{n * 7 % 500}" for n in range(900)] + [""]).cast(dtype)
    asked = pl.Series([f"k{n}" for n in range(600)] + ["", None]).cast(dtype)
    here = known.to_list()
    slow = [here.index(k) if k is not None and k in here else -1 for k in asked.to_list()]
    found = Lookup(known)
    assert found.first(asked).tolist() == slow
    assert found.first(asked[3:5]).tolist() == slow[3:5]
    assert found.holds(asked).tolist() == [n >= 0 for n in slow]


def test_a_null_is_nobodys_key() -> None:
    assert Lookup(pl.Series([None, "a"], dtype=pl.String)).first(pl.Series([None, "a"], dtype=pl.String)).tolist() == [
        -1, 1,
    ]  # fmt: skip
    assert not Lookup(pl.Series([], dtype=pl.String)).holds(pl.Series(["a"])).any()


def test_keys_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_hashes", lambda keys: np.full(len(keys), 7, np.uint64))
    assert Lookup(pl.Series(["a", "b", "a"])).first(pl.Series(["b", "c", "a"])).tolist() == [1, -1, 0]

"""Keys split among holders: any so many restore the key, fewer nothing, and no mistyped share passes."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.crypto.split import join_key, split_key
from bequest.kernel.errors import InputError

KEY = bytes(range(32))


@settings(max_examples=10, deadline=None)
@given(key=st.binary(min_size=32, max_size=32), sizes=st.tuples(st.integers(2, 5), st.integers(0, 2)))
def test_any_so_many_restore_the_key_and_fewer_do_not(key: bytes, sizes: tuple[int, int]) -> None:
    need, of = sizes[0], sum(sizes)
    shares = split_key(key, need=need, of=of)
    assert len(set(shares)) == of
    for some in combinations(shares, need):
        assert join_key(some) == key
    for few in combinations(shares, need - 1):
        with pytest.raises(InputError):
            join_key(few)


def test_a_share_may_be_typed_in_from_paper() -> None:
    shares = split_key(KEY, need=2, of=3)
    assert all(len(share.split()) == 33 for share in shares), "256 bits are 33 words (SLIP-39)"
    typed = [f"  {shares[0].upper()}\n", shares[2].replace(" ", "\n")]
    assert join_key(typed) == KEY


def test_a_mistyped_word_or_a_share_of_another_key_is_refused() -> None:
    first, second, _ = split_key(KEY, need=2, of=3)
    words = second.split()
    words[7] = "academic" if words[7] != "academic" else "acid"
    other = split_key(KEY[::-1], need=2, of=3)[1]
    for wrong in (" ".join(words), other, "no such words", ""):
        with pytest.raises(InputError) as refused:
            join_key([first, wrong])
        assert first.split()[9] not in refused.value.message + refused.value.hint
    with pytest.raises(InputError):
        join_key([])


@pytest.mark.parametrize(("need", "of"), [(1, 3), (4, 3), (2, 17), (0, 0)])
def test_numbers_that_make_no_sense_are_refused(need: int, of: int) -> None:
    with pytest.raises(InputError):
        split_key(KEY, need=need, of=of)

"""Block function, derivation and commitments against published vectors."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.crypto.cipher import aes_ecb, commit, derive, hmac_sha256, is_commitment


def test_aes_matches_fips_197() -> None:
    plain = bytes.fromhex("00112233445566778899aabbccddeeff")
    vectors = {
        16: "69c4e0d86a7b0430d8cdb78070b4c55a",
        24: "dda97ca4864cdfe06eaf70a0ec0d7191",
        32: "8ea2b7ca516745bfeafc49904b496089",
    }
    for size, expected in vectors.items():
        assert aes_ecb(bytes(range(size)))(plain).hex() == expected


def test_blocks_are_encrypted_each_by_itself_from_any_buffer() -> None:
    block = aes_ecb(bytes(16))
    one, two = block(b"a" * 16), block(b"b" * 16)
    assert block(b"a" * 16 + b"b" * 16 + b"a" * 16) == one + two + one
    assert block(bytearray(b"a" * 16)) == one
    assert block(memoryview(b"b" * 16)) == two
    assert block(b"") == b""


def test_half_blocks_and_odd_keys_are_refused() -> None:
    with pytest.raises(ValueError):
        aes_ecb(bytes(16))(b"short")
    with pytest.raises(ValueError):
        aes_ecb(b"short")


def test_the_block_function_may_be_used_by_several_threads() -> None:
    block = aes_ecb(bytes(32))
    inputs = [bytes([i]) * 4096 for i in range(64)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(block, inputs)) == [block(data) for data in inputs]


def test_hmac_matches_rfc_4231_case_2() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert hmac_sha256(b"Jefe", b"what do ya want for nothing?").hex() == expected


def test_derived_keys_differ_by_purpose_label_and_key() -> None:
    keys = {
        derive(key, purpose, label)
        for key in (bytes(32), bytes([1]) * 32)
        for purpose in ("recipient/a", "recipient/b")
        for label in ("phone", "email", "")
    }
    assert len(keys) == 12
    assert all(len(key) == 32 for key in keys)
    assert derive(bytes(32), "recipient/a", "phone") == derive(bytes(32), "recipient/a", "phone")
    assert len(derive(bytes(32), "recipient/a", "phone", 16)) == 16


@given(salt=st.binary(min_size=32, max_size=32), value=st.binary(max_size=50))
def test_a_commitment_opens_with_its_salt_and_value_only(salt: bytes, value: bytes) -> None:
    commitment = commit(salt, "body", value)
    assert is_commitment(commitment, salt, "body", value)
    assert not is_commitment(commitment, salt, "other", value)
    assert not is_commitment(commitment, salt, "body", value + b"x")
    assert not is_commitment(commitment, bytes(a ^ 1 for a in salt), "body", value)


def test_a_commitment_needs_a_whole_salt() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit(b"", "body", b"value")

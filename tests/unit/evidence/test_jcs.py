"""Canonical JSON: one spelling, ours and that of another implementation of RFC 8785 the same."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from bequest.evidence.jcs import decode, decode_object, encode
from bequest.kernel.canonical import canonical
from bequest.kernel.errors import VerificationError

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_what_is_encoded_decodes_and_both_encoders_agree(value: object) -> None:
    data = encode(value)  # type: ignore[arg-type]
    assert decode(data, "it") == value
    assert data == canonical(value)
    assert data == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert json.loads(data) == value


REFUSED = {
    "a blank": b'{"a": 1}',
    "a line end": b'{"a":1}\n',
    "keys out of order": b'{"b":1,"a":2}',
    "a key twice": b'{"a":1,"a":1}',
    "an escape too many": b'{"a":"\\u0041"}',
    "an upper-case escape": b'"\\u001F"',
    "a fraction": b"1.5",
    "an exponent": b"1e3",
    "minus zero": b"-0",
    "a huge integer": b"9007199254740993",
    "not a number": b"NaN",
    "infinity": b"Infinity",
    "a byte order mark": b"\xef\xbb\xbf{}",
    "not UTF-8": b'"\xff"',
    "nothing": b"",
    "two values": b"{}{}",
    "a lone surrogate": b'"\\ud800"',
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_any_other_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(VerificationError, match="the thing"):
        decode(data, "the thing")


def test_fractions_are_not_encoded() -> None:
    for value in (1.5, [1.0], {"a": float("nan")}, 2**53, "\ud800", {"\udfff": 1}):
        with pytest.raises(TypeError):
            encode(value)  # type: ignore[arg-type]


def test_an_object_is_asked_for_and_a_list_refused() -> None:
    with pytest.raises(VerificationError, match="not a JSON object"):
        decode_object(b"[]", "the thing")

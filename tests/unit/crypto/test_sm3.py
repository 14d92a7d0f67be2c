"""SM3: the standard's examples, and the plain one against the library, however the bytes come."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from bequest.crypto import sm3 as module
from bequest.crypto.sm3 import PlainSm3, sm3, sm3_file

EXAMPLES = {  # GB/T 32905-2016 appendix A (GM/T 0004)
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
}


def plain(data: bytes) -> bytes:
    made = PlainSm3()
    made.update(data)
    return made.digest()


def library(data: bytes) -> bytes:
    made = hashes.Hash(hashes.SM3())
    made.update(data)
    return made.finalize()


@pytest.mark.parametrize("how", [sm3, plain])
@pytest.mark.parametrize(("data", "digest"), EXAMPLES.items())
def test_the_examples_of_the_standard(data: bytes, digest: str, how: Callable[[bytes], bytes]) -> None:
    assert how(data).hex() == digest


@given(st.lists(st.binary(max_size=150), max_size=5))
def test_the_plain_one_is_the_librarys(parts: list[bytes]) -> None:
    made = PlainSm3()
    for part in parts:
        made.update(part)
        assert made.digest() == made.digest()
    assert made.digest() == library(b"".join(parts)) == sm3(b"".join(parts))


def test_where_openssl_has_none_the_plain_one_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(name: str) -> None:
        raise ValueError(f"unsupported hash type {name}")

    (tmp_path / "file").write_bytes(b"abc")
    assert sm3_file(tmp_path / "file") == EXAMPLES[b"abc"]
    monkeypatch.setattr(module.hashlib, "new", lacks)
    assert sm3_file(tmp_path / "file") == EXAMPLES[b"abc"]
    assert sm3(b"abcd" * 16).hex() == EXAMPLES[b"abcd" * 16]

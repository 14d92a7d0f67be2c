"""Signatures checked without a library: the vectors of the standards, and never another answer than the library's."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from bequest.crypto import library_checks, plain_checks
from bequest.crypto.der import decode_pair, encode_pair
from bequest.crypto.plain_checks import P256, is_p256, verify_ed25519, verify_es256
from bequest.crypto.signing import Signer, write_person_key
from bequest.crypto.verify import _SMALL_ORDER_Y, ES256

L = 2**252 + 27742317777372353535851937790883648493

RFC_8032 = {  # §7.1: public key, message, signature
    "test 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "test 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "test 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
}  # fmt: skip


@pytest.mark.parametrize("vector", RFC_8032.values(), ids=RFC_8032)
def test_rfc_8032(vector: tuple[str, str, str]) -> None:
    key, message, signature = map(bytes.fromhex, vector)
    assert verify_ed25519(key, message, signature)
    assert not verify_ed25519(key, message + b"\0", signature)


def test_the_example_of_rfc_6979_for_p_256() -> None:
    """A.2.5: the key, and its signature over "sample" with SHA-256."""
    x = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    y = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
    r = 0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
    s = 0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8
    point = bytes.fromhex("04" + x + y)
    assert is_p256(point)
    assert verify_es256(point, b"sample", encode_pair(r, s))
    assert not verify_es256(point, b"samples", encode_pair(r, s))
    assert P256.multiple(P256.n, P256.g) is None


ED = Signer.from_bytes(bytes(range(32)))
EDITED = st.tuples(st.integers(0, 63), st.integers(1, 255))


@given(st.binary(max_size=100), st.binary(min_size=32, max_size=32), st.none() | EDITED)
def test_ed25519_is_as_the_library_has_it(message: bytes, seed: bytes, edit: tuple[int, int] | None) -> None:
    signer = Signer.from_bytes(seed)
    signature = bytearray(signer.sign(message))
    if edit:
        signature[edit[0]] ^= edit[1]
    ours = verify_ed25519(signer.public.raw, message, bytes(signature))
    assert ours == library_checks.verify_ed25519(signer.public.raw, message, bytes(signature)) == (edit is None)


def _odd_keys() -> list[bytes]:
    """Keys of small order, not in their canonical form, and no points at all."""
    numbers = [*_SMALL_ORDER_Y, *range(2, 19), *(2**255 - 19 + n for n in range(19)), 2**255 - 1, 7]
    return [(n % 2**255 | sign << 255).to_bytes(32, "little") for n in numbers for sign in (0, 1)]


def test_odd_keys_and_signatures_get_the_answer_of_the_library() -> None:
    message = b"m"
    good = ED.sign(message)
    s = int.from_bytes(good[32:], "little")
    odd = [
        b"", good[:-1], good + b"\0", bytes(64), good[:32] + (s + L).to_bytes(32, "little"),
        good[:32] + L.to_bytes(32, "little"), (1).to_bytes(32, "little") + bytes(32), b"\xff" * 64,
    ]  # fmt: skip
    answers = set()
    for key in [ED.public.raw, *_odd_keys()]:
        for signature in [good, *odd]:
            ours = verify_ed25519(key, message, signature)
            assert ours == library_checks.verify_ed25519(key, message, signature), (key.hex(), signature.hex())
            answers.add((ours, key == ED.public.raw))
    assert (True, False) in answers, (
        "under a key of small order anybody signs: both would say so, so the key is refused"
    )
    assert (True, True) in answers


@pytest.fixture(scope="module")
def es256(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return write_person_key(tmp_path_factory.mktemp("key") / "id", "someone", kind=ES256)


@given(st.binary(max_size=40), st.sampled_from(["", "r", "s", "-s", "r+n", "swapped", "message"]))
def test_es256_is_as_the_library_has_it(es256: Signer, message: bytes, edit: str) -> None:
    r, s = decode_dss_signature(es256.sign(message))
    pair = {
        "r": (r ^ 1, s), "s": (r, s ^ 1), "-s": (r, P256.n - s), "r+n": (r + P256.n, s), "swapped": (s, r),
    }.get(edit, (r, s))  # fmt: skip
    said = message + b"!" if edit == "message" else message
    ours = verify_es256(es256.public.raw, said, encode_dss_signature(*pair))
    assert ours == library_checks.verify_es256(es256.public.raw, said, encode_dss_signature(*pair))
    assert ours == (edit in ("", "-s"))  # ECDSA takes s and n - s alike


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (P256.n, 1), (1, P256.n), (1, 1)])
def test_numbers_out_of_their_range_are_no_signature(es256: Signer, pair: tuple[int, int]) -> None:
    der = encode_pair(*pair)
    assert not verify_es256(es256.public.raw, b"m", der)
    assert not library_checks.verify_es256(es256.public.raw, b"m", der)


def test_points_are_those_of_the_library(es256: Signer) -> None:
    good = es256.public.raw
    wrong = [b"\4" + bytes(64), good[:-1] + bytes([good[-1] ^ 1]), b"\4" + b"\xff" * 64]
    for point in [good, *wrong]:
        assert plain_checks.is_p256(point) == library_checks.is_p256(point) == (point == good)


@given(st.integers(0, 2**521), st.integers(0, 2**521))
def test_der_is_that_of_the_library_and_comes_back(r: int, s: int) -> None:
    data = encode_pair(r, s)
    assert data == encode_dss_signature(r, s)
    assert decode_pair(data) == (r, s)


@given(st.integers(0, 2**256), st.integers(0, 2**256), st.integers(0, 80), st.integers(0, 255))
def test_der_has_one_spelling(r: int, s: int, at: int, byte: int) -> None:
    data = bytearray(encode_pair(r, s))
    data[at % len(data)] = byte
    try:
        found = decode_pair(bytes(data))
    except ValueError:
        return
    assert encode_pair(*found) == bytes(data)


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x00", b"\x30\x03\x02\x01\x01", encode_pair(1, 1) + b"\0"])
def test_what_is_no_pair_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="two numbers"):
        decode_pair(data)


def test_the_digest_in_a_signature_is_of_the_message(es256: Signer) -> None:
    """A signature over the digest of the digest is none over the message."""
    assert not verify_es256(es256.public.raw, sha256(b"m").digest(), es256.sign(b"m"))

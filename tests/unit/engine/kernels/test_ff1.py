"""FF1 against the samples NIST published and against the standard's algorithm written out value by value."""

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from hypothesis import given
from hypothesis import strategies as st

from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels import ff1

CHARACTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
KEY_128 = "2B7E151628AED2A6ABF7158809CF4F3C"
KEY_192 = KEY_128 + "EF4359D8D580AA4F"
KEY_256 = KEY_192 + "7F036D6F04FC6A94"
TEN = "0123456789"
TWEAK_10 = "39383736353433323130"
NINETEEN = "0123456789abcdefghi"
TWEAK_36 = "3737373770717273373737"

NIST = [  # FF1samples.pdf, the nine samples
    (KEY_128, 10, "", TEN, "2433477484"),
    (KEY_128, 10, TWEAK_10, TEN, "6124200773"),
    (KEY_128, 36, TWEAK_36, NINETEEN, "a9tv40mll9kdu509eum"),
    (KEY_192, 10, "", TEN, "2830668132"),
    (KEY_192, 10, TWEAK_10, TEN, "2496655549"),
    (KEY_192, 36, TWEAK_36, NINETEEN, "xbj3kv35jrawxv32ysr"),
    (KEY_256, 10, "", TEN, "6657667009"),
    (KEY_256, 10, TWEAK_10, TEN, "1001623463"),
    (KEY_256, 36, TWEAK_36, NINETEEN, "xs8a0azh2avyalyzuwd"),
]


def numerals(*texts: str) -> np.ndarray:
    return np.array([[CHARACTERS.index(c) for c in text] for text in texts], np.uint8)


def texts(rows: np.ndarray) -> list[str]:
    return ["".join(CHARACTERS[i] for i in row) for row in rows]


def written_out(key: bytes, radix: int, tweak: bytes, x: list[int]) -> list[int]:
    """Algorithm 7 of SP 800-38G, step by step."""
    ecb = aes_ecb(key)

    def number(digits: list[int]) -> int:
        out = 0
        for d in digits:
            out = out * radix + d
        return out

    n = len(x)
    u = n // 2
    v = n - u
    a, b = x[:u], x[u:]
    size = ((radix**v - 1).bit_length() + 7) // 8
    d = 4 * -(-size // 4) + 4
    p = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, u % 256])
    p += n.to_bytes(4, "big") + len(tweak).to_bytes(4, "big")
    for i in range(10):
        q = tweak + bytes((-len(tweak) - size - 1) % 16) + bytes([i]) + number(b).to_bytes(size, "big")
        r = bytes(16)
        for start in range(0, len(p + q), 16):
            r = ecb(bytes(s ^ t for s, t in zip(r, (p + q)[start : start + 16], strict=True)))
        y = int.from_bytes(r[:d], "big")
        m = u if i % 2 == 0 else v
        c = (number(a) + y) % radix**m
        a, b = b, [c // radix ** (m - 1 - k) % radix for k in range(m)]
    return a + b


@pytest.mark.parametrize(("key", "radix", "tweak", "plain", "expected"), NIST)
def test_nist_samples(key: str, radix: int, tweak: str, plain: str, expected: str) -> None:
    ecb = aes_ecb(bytes.fromhex(key))
    found = ff1.encrypt(numerals(plain), radix, ecb, bytes.fromhex(tweak))
    assert texts(found) == [expected]
    assert texts(ff1.decrypt(found, radix, ecb, bytes.fromhex(tweak))) == [plain]


@given(st.data())
def test_agrees_with_the_standard_written_out(data: st.DataObject) -> None:
    radix = data.draw(st.sampled_from([2, 10, 26, 36, 256]))
    length = data.draw(st.integers(ff1.shortest(radix), ff1.longest(radix)))
    digit = st.integers(0, radix - 1)
    rows = data.draw(st.lists(st.lists(digit, min_size=length, max_size=length), min_size=1, max_size=3))
    key, tweak = data.draw(st.binary(min_size=16, max_size=16)), data.draw(st.binary(max_size=40))
    given_rows = np.array(rows, np.uint8)
    found = ff1.encrypt(given_rows, radix, aes_ecb(key), tweak)
    assert found.tolist() == [written_out(key, radix, tweak, row) for row in rows]
    assert (ff1.decrypt(found, radix, aes_ecb(key), tweak) == given_rows).all()


def test_many_rows_are_a_permutation() -> None:
    rows = np.array([[int(d) for d in f"{i:06d}"] for i in range(100_000)], np.uint8)
    found = ff1.encrypt(rows, 10, aes_ecb(bytes(16)))
    assert len(np.unique(found, axis=0)) == len(rows)
    assert (ff1.decrypt(found, 10, aes_ecb(bytes(16))) == rows).all()


def test_sm4_has_the_same_shape() -> None:
    def ecb(blocks: bytes) -> bytes:
        return Cipher(SM4(bytes(16)), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - FF1 is built from it

    rows = numerals("13800138000", "13900139000")
    found = ff1.encrypt(rows, 10, ecb)
    assert (found != rows).any()
    assert (ff1.decrypt(found, 10, ecb) == rows).all()


@pytest.mark.parametrize(("radix", "length"), [(10, 5), (36, 3), (10, 40), (2, 19)])
def test_domains_too_small_or_too_large_are_refused(radix: int, length: int) -> None:
    with pytest.raises(ValueError, match="numerals"):
        ff1.encrypt(np.zeros((1, length), np.uint8), radix, aes_ecb(bytes(16)))


def test_what_is_no_numeral_is_refused() -> None:
    with pytest.raises(ValueError, match="below 10"):
        ff1.encrypt(np.full((1, 8), 11, np.uint8), 10, aes_ecb(bytes(16)))


def test_no_rows() -> None:
    assert ff1.encrypt(np.zeros((0, 11), np.uint8), 10, aes_ecb(bytes(16))).shape == (0, 11)

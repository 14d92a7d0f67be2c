"""SM2 with SM3: the standards' examples, openssl both ways, and what must be refused."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from bequest.crypto.sm2 import CURVE, ID, N, Sm2PublicKey, digest_of, parse_sm2
from bequest.crypto.sm2_signing import Sm2Signer, signed
from bequest.kernel.errors import VerificationError

# GB/T 32918.5-2017 appendix A.2, with the name 1234567812345678
D = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
K = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
X = 0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020
Y = 0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13
E = 0xF0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
MESSAGE = b"message digest"
KEY = Sm2Signer(bytes(range(1, 33)))


def test_the_example_of_the_standard() -> None:
    signer = Sm2Signer(D.to_bytes(32, "big"))
    assert ID == b"1234567812345678"
    assert signer.public == Sm2PublicKey(X, Y)
    assert digest_of(signer.public, MESSAGE) == E
    assert signed(D, E, K) == (R, S)
    assert signer.public.verify(MESSAGE, encode_dss_signature(R, S))


def test_what_is_altered_is_refused() -> None:
    r, s = decode_dss_signature(KEY.sign(MESSAGE))
    good = encode_dss_signature(r, s)
    assert KEY.public.verify(MESSAGE, good)
    assert KEY.sign(MESSAGE) == good
    assert not KEY.public.verify(MESSAGE + b"!", good)
    assert not Sm2Signer(bytes(range(2, 34))).public.verify(MESSAGE, good)
    for pair in [(s, r), (r, N - s), (0, s), (r, 0), (r, s + N), (r, N - r), (r + N, s)]:
        assert not KEY.public.verify(MESSAGE, encode_dss_signature(*pair))
    for bad in (b"", good[:-1], good + b"\0", b"\x30\x00", good[:1] + b"\x81" + good[1:]):
        assert not KEY.public.verify(MESSAGE, bad)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_whatever_is_signed_verifies(seed: bytes, message: bytes) -> None:
    signer = Sm2Signer(seed)
    assert signer.public.verify(message, signer.sign(message))


def test_the_order_of_the_curve_and_seeds_outside_it() -> None:
    assert CURVE.multiple(N, CURVE.g) is None
    assert CURVE.multiple(N + 1, CURVE.g) == CURVE.g
    for seed in (bytes(32), b"\xff" * 32, N.to_bytes(32, "big"), (N - 1).to_bytes(32, "big")):
        signer = Sm2Signer(seed)
        assert signer.public.verify(b"", signer.sign(b""))


@pytest.mark.parametrize("text", ["", "04", KEY.public.text[:-1], KEY.public.text.upper(), "04" + "00" * 64])
def test_a_text_that_is_no_point_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        parse_sm2(text)
    assert parse_sm2(KEY.public.text) == KEY.public


@pytest.fixture
def openssl() -> str:
    found = shutil.which("openssl")
    if found is None:
        pytest.skip("openssl is not installed")
    return found


def test_openssl_verifies_what_we_sign_and_refuses_another_message(openssl: str, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(KEY.public.pem)
    (tmp_path / "sig").write_bytes(KEY.sign(MESSAGE))
    for message, code in ((MESSAGE, 0), (b"another", 1)):
        (tmp_path / "message").write_bytes(message)
        said = subprocess.run(
            [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-digest", "sm3", "-in", "message",
             "-sigfile", "sig", "-pkeyopt", f"distid:{ID.decode()}"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert said.returncode == code, said.stderr + said.stdout


def test_openssl_signatures_verify_here(openssl: str, tmp_path: Path) -> None:
    def run(*words: str) -> bytes:
        return subprocess.run([openssl, *words], cwd=tmp_path, capture_output=True, check=True).stdout

    run("ecparam", "-name", "SM2", "-genkey", "-noout", "-out", "key.pem")
    der = run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER")
    key = parse_sm2(der[-65:].hex())
    assert key.pem == run("pkey", "-in", "key.pem", "-pubout")
    (tmp_path / "message").write_bytes(MESSAGE)
    run("pkeyutl", "-sign", "-inkey", "key.pem", "-rawin", "-digest", "sm3", "-in", "message", "-out", "sig",
        "-pkeyopt", f"distid:{ID.decode()}")  # fmt: skip
    signature = (tmp_path / "sig").read_bytes()
    assert key.verify(MESSAGE, signature)
    assert not key.verify(MESSAGE + b"!", signature)

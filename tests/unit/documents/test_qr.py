import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from bequest.documents import qr
from bequest.kernel.errors import VerificationError


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581"), (b"ietf!", "QED8WEX0"), (b"", "")],
)
def test_base45_meets_the_examples_of_rfc_9285(data: bytes, text: str) -> None:
    assert qr.base45_encode(data) == text
    assert qr.base45_decode(text) == data


@given(st.binary(max_size=300))
def test_base45_comes_back_unchanged(data: bytes) -> None:
    assert qr.base45_decode(qr.base45_encode(data)) == data


@pytest.mark.parametrize("text", ["A", "GGW", ":::", "ab8", "Z:", "BB8X"])
def test_base45_refuses_what_the_encoder_never_writes(text: str) -> None:
    with pytest.raises(VerificationError):
        qr.base45_decode(text)


CLAIM = qr.QrClaim(qr.short_id("DC-2027-000123"), bytes(range(32)), 5106, 5112)


def test_the_qr_text_fits_version_8_with_level_m() -> None:
    text = qr.qr_text(CLAIM, bytes(64))
    assert text.startswith("EVQ1:")
    assert len(text) == 203
    code = segno.make(text, error="m", boost_error=False)
    assert (code.version, code.mode) == (8, "alphanumeric")


def test_the_qr_text_comes_back_as_claim_and_signature() -> None:
    assert qr.parse_qr_text(qr.qr_text(CLAIM, b"\x07" * 64)) == (CLAIM, b"\x07" * 64)


def test_the_signature_covers_domain_and_every_field() -> None:
    assert CLAIM.signing_input() == qr.DOMAIN + CLAIM.to_bytes()
    assert len(CLAIM.to_bytes()) == 68
    assert CLAIM.to_bytes()[-16:] == (5106).to_bytes(8, "big") + (5112).to_bytes(8, "big")


@pytest.mark.parametrize(
    "claim",
    [
        qr.QrClaim(b"short", bytes(32), 0, 1),
        qr.QrClaim(bytes(16), bytes(31), 0, 1),
        qr.QrClaim(bytes(16), bytes(32), 1, 1),
        qr.QrClaim(bytes(16), bytes(32), -1, 1),
        qr.QrClaim(bytes(16), bytes(32), 0, 2**64),
    ],
)
def test_a_claim_out_of_range_is_refused(claim: qr.QrClaim) -> None:
    with pytest.raises(ValueError, match=r"bytes|tree"):
        claim.to_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "EVQ2:BB8",
        "EVQ1:BB8",
        "EVQ1:" + qr.base45_encode(b"EVQ9" + qr.qr_text(CLAIM, bytes(64)).encode()[:128]),
        "EVQ1:" + qr.base45_encode(b"EVQ1" + bytes(48) + (9).to_bytes(8, "big") + (9).to_bytes(8, "big") + bytes(64)),
    ],
)
def test_a_damaged_qr_text_is_refused(text: str) -> None:
    with pytest.raises(VerificationError):
        qr.parse_qr_text(text)


def test_a_signature_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="64"):
        qr.qr_text(CLAIM, bytes(63))

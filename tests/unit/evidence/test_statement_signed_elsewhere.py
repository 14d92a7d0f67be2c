"""A statement signed with `ssh-keygen -Y sign` stands like one signed here, and fails where anything differs."""

import pytest

from bequest.crypto.signing import Signer
from bequest.evidence.statement import (
    Statement,
    Subject,
    bytes_to_sign,
    envelope_signed_elsewhere,
    sign_statement,
    verify_statement,
)
from bequest.kernel.errors import VerificationError

STATEMENT = Statement("DeliveryReceipt", (Subject("urn:x", "0" * 64),), {"caseRef": "c"})
KEY, OTHER = Signer.generate(), Signer.generate()


def test_an_ssh_signature_over_the_same_bytes_is_taken() -> None:
    envelope = envelope_signed_elsewhere(STATEMENT, KEY.public, KEY.sshsig(bytes_to_sign(STATEMENT)))
    assert verify_statement(envelope, [KEY.public]).statement == STATEMENT
    assert verify_statement(sign_statement(STATEMENT, [KEY]), [KEY.public]).statement == STATEMENT


def test_wrapping_lost_on_the_way_does_no_harm() -> None:
    text = KEY.sshsig(bytes_to_sign(STATEMENT)).replace("\n", "\r\n") + "\r\n"
    assert envelope_signed_elsewhere(STATEMENT, KEY.public, text)


@pytest.mark.parametrize("kind", ["other key", "other text", "other namespace", "none"])
def test_any_other_signature_is_refused(kind: str) -> None:
    text = {
        "other key": OTHER.sshsig(bytes_to_sign(STATEMENT)),
        "other text": KEY.sshsig(bytes_to_sign(STATEMENT) + b" "),
        "other namespace": KEY.sshsig(bytes_to_sign(STATEMENT), "file"),
        "none": "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
    }[kind]
    with pytest.raises(VerificationError):
        envelope_signed_elsewhere(STATEMENT, KEY.public, text)


def test_a_flipped_bit_of_the_payload_or_signature_is_seen() -> None:
    envelope = envelope_signed_elsewhere(STATEMENT, KEY.public, KEY.sshsig(bytes_to_sign(STATEMENT)))
    for at in range(0, len(envelope), 7):
        damaged = envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1 :]
        with pytest.raises((VerificationError, UnicodeDecodeError)):
            verify_statement(damaged, [KEY.public])

"""Assertions of passkeys as signatures: what counts, and that ssh-keygen says the same."""

import hashlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from tests.passkey_device import Device

from bequest.crypto.assertion import Assertion, is_origin_of
from bequest.crypto.verify import (
    ASSERTED_HASH,
    NAMESPACE,
    PublicKey,
    asserted_signature,
    parse_public_line,
    sshsig_message,
    verify_sshsig,
)
from bequest.kernel.errors import VerificationError

TEXT = b"Bequest approval\n"
CHALLENGE = sshsig_message(TEXT, NAMESPACE, ASSERTED_HASH)


def signed(device: Device, *, client_data: bytes | None = None, **changed: object) -> str:
    """The signature of a device over the text, signed anew after what a test changes in it."""
    said = client_data or device.client_data("webauthn.get", CHALLENGE)
    found = replace(Assertion(device.flags, 7, device.origin, said), **changed)
    der = device.key.sign(found.signed(device.application), ec.ECDSA(hashes.SHA256()))
    return asserted_signature(device.public, der, found)


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not on this machine")
def test_ssh_keygen_checks_the_same_signature(tmp_path: Path) -> None:
    device = Device()
    armoured = signed(device)
    verify_sshsig(TEXT, armoured, parse_public_line(device.public.line))
    (tmp_path / "allowed").write_text(f"officer-a {device.public.line}\n")
    (tmp_path / "sig").write_text(armoured)
    words = ["ssh-keygen", "-Y", "verify", "-f", tmp_path / "allowed", "-I", "officer-a", "-n", NAMESPACE]
    for text, code in ((TEXT, 0), (TEXT + b" ", 255)):
        done = subprocess.run([*words, "-s", tmp_path / "sig"], input=text, capture_output=True, check=False)
        assert done.returncode == code, done.stderr
    with pytest.raises(VerificationError, match="another challenge"):
        verify_sshsig(TEXT + b" ", armoured, device.public)


DEVICE = Device()
BAD = {
    "the user was not verified": (signed(DEVICE, flags=0x01), "did not verify its user"),
    "nobody was there": (signed(DEVICE, flags=0x04), "did not verify its user"),
    "extensions without their flag": (signed(DEVICE, extensions=b"\xa0"), "do not fit"),
    "a foreign page": (
        signed(replace(DEVICE, origin="https://evil.example")),
        "which is not localhost",
    ),
    "a page without TLS": (
        signed(replace(DEVICE, application="example.com", origin="http://example.com")),
        "not example",
    ),
    "framed by another site": (
        signed(DEVICE, client_data=DEVICE.client_data("webauthn.get", CHALLENGE).replace(b"false", b"true")),
        "on another page",
    ),
    "a name twice": (
        signed(DEVICE, client_data=DEVICE.client_data("webauthn.get", CHALLENGE)[:-1] + b',"type":"x"}'),
        "no JSON object",
    ),
    "enrolment, not assent": (
        signed(DEVICE, client_data=DEVICE.client_data("webauthn.create", CHALLENGE)),
        "another challenge",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("armoured", "said"), BAD.values(), ids=BAD)
def test_what_is_no_assent_is_refused(armoured: str, said: str) -> None:
    key = DEVICE.public if "example" not in said else replace(DEVICE, application="example.com").public
    with pytest.raises(VerificationError, match=said):
        verify_sshsig(TEXT, armoured, key)


def test_the_key_of_a_passkey_signs_nothing_plainly_and_binds_its_domain() -> None:
    device = Device()
    bare = device.key.sign(TEXT, ec.ECDSA(hashes.SHA256()))
    assert not device.public.verify(TEXT, bare)
    other = PublicKey(device.public.algorithm, device.public.raw, "example.com")
    assert other.fingerprint != device.public.fingerprint
    with pytest.raises(VerificationError, match="expected"):
        verify_sshsig(TEXT, signed(device), other)
    with pytest.raises(VerificationError, match="domain"):
        PublicKey(device.public.algorithm, device.public.raw)
    stolen = signed(Device()), device.public
    with pytest.raises(VerificationError):
        verify_sshsig(TEXT, *stolen)


@pytest.mark.parametrize("data", [b"[]", b"{", b"\xff"], ids=["a list", "cut short", "not text"])
def test_client_data_that_are_none(data: bytes) -> None:
    with pytest.raises(VerificationError):
        verify_sshsig(TEXT, signed(DEVICE, client_data=data), DEVICE.public)


def test_every_flipped_bit_of_an_assertion_is_noticed() -> None:
    found = Assertion(0x05, 9, DEVICE.origin, DEVICE.client_data("webauthn.get", CHALLENGE))
    der = DEVICE.key.sign(found.signed("localhost"), ec.ECDSA(hashes.SHA256()))
    changes: list[Assertion] = [replace(found, counter=9 ^ (1 << n)) for n in range(32)]
    changes += [replace(found, flags=0x05 ^ (1 << n)) for n in range(8)]
    data = found.client_data
    changes += [
        replace(found, client_data=data[:n] + bytes([data[n] ^ 1]) + data[n + 1 :]) for n in range(len(data))
    ]  # fmt: skip
    for changed in changes:
        with pytest.raises(VerificationError):
            verify_sshsig(TEXT, asserted_signature(DEVICE.public, der, changed), DEVICE.public)
    assert hashlib.sha256(found.client_data).digest() == found.signed("localhost")[-32:]


ORIGINS = {
    "https://desk.example.com": True,
    "https://example.com:8443": True,
    "https://example.com.evil.org": False,
    "https://evilexample.com": False,
    "http://example.com": False,
    "https://example.com/path": False,
    "https://user@example.com": False,
    "https://EXAMPLE.com": False,
    "null": False,
    "": False,
}


@pytest.mark.parametrize(("origin", "expected"), ORIGINS.items(), ids=list(ORIGINS))
def test_origins(origin: str, expected: bool) -> None:
    assert is_origin_of(origin, "example.com") is expected

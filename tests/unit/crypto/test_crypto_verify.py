"""Signatures: what is accepted, and in which spelling only."""

import base64
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.crypto import verify
from bequest.crypto.signing import Signer, write_person_key
from bequest.crypto.verify import (
    ED25519,
    ES256,
    PublicKey,
    decode_base64,
    normalise_armour,
    pae,
    parse_public_line,
    parse_sshsig,
    ssh_string,
    verify_sshsig,
)
from bequest.kernel.errors import VerificationError

SSH_KEYGEN = shutil.which("ssh-keygen")
OPENSSL = shutil.which("openssl")
needs_ssh_keygen = pytest.mark.skipif(SSH_KEYGEN is None, reason="ssh-keygen is not on this machine")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not on this machine")
MESSAGE = "方案批准 approve\n".encode()
SIGNER = Signer.from_bytes(bytes(range(32)))


@pytest.fixture(params=[ED25519, ES256])
def person(request: pytest.FixtureRequest, tmp_path: Path) -> Signer:
    return write_person_key(tmp_path / "id", "someone@example.com", kind=request.param)


def test_a_signature_verifies_and_any_other_message_does_not(person: Signer) -> None:
    signature = person.sign(MESSAGE)
    assert person.public.verify(MESSAGE, signature)
    assert not person.public.verify(MESSAGE + b" ", signature)
    assert not SIGNER.public.verify(MESSAGE, signature)
    assert not person.public.verify(MESSAGE, b"")


def test_signing_twice_gives_the_same_bytes(person: Signer) -> None:
    assert person.sshsig(MESSAGE) == person.sshsig(MESSAGE)


def test_rfc_8032_test_vector_2_is_reproduced() -> None:
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    signer = Signer.from_bytes(seed)
    assert signer.public == PublicKey(ED25519, public)
    assert signer.sign(b"\x72") == signature


def test_an_ssh_signature_verifies_only_for_its_message_key_and_namespace(person: Signer) -> None:
    text = person.sshsig(MESSAGE)
    verify_sshsig(MESSAGE, text, person.public)
    with pytest.raises(VerificationError, match="does not fit"):
        verify_sshsig(MESSAGE + b"x", text, person.public)
    with pytest.raises(VerificationError, match="expected SHA256:"):
        verify_sshsig(MESSAGE, text, SIGNER.public)
    with pytest.raises(VerificationError, match="namespace 'file'"):
        verify_sshsig(MESSAGE, person.sshsig(MESSAGE, "file"), person.public)


@needs_ssh_keygen
def test_ssh_keygen_verifies_what_we_sign(person: Signer, tmp_path: Path) -> None:
    (tmp_path / "allowed").write_text(f"someone {person.public.line}\n")
    (tmp_path / "m.sig").write_text(person.sshsig(MESSAGE))
    command = [SSH_KEYGEN, "-Y", "verify", "-f", "allowed", "-I", "someone", "-n", "bequest-evidence", "-s", "m.sig"]
    good = subprocess.run(command, cwd=tmp_path, input=MESSAGE, capture_output=True, check=False)
    bad = subprocess.run(command, cwd=tmp_path, input=MESSAGE + b"x", capture_output=True, check=False)
    assert good.returncode == 0, good.stderr
    assert bad.returncode != 0


@needs_ssh_keygen
@pytest.mark.parametrize(("kind", "hash_name"), [("ed25519", "sha512"), ("ed25519", "sha256"), ("ecdsa", "sha512")])
def test_we_verify_what_ssh_keygen_signs(kind: str, hash_name: str, tmp_path: Path) -> None:
    bits = ["-b", "256"] if kind == "ecdsa" else []
    subprocess.run([SSH_KEYGEN, "-q", "-t", kind, *bits, "-N", "", "-C", "a b", "-f", "id"], cwd=tmp_path, check=True)
    (tmp_path / "m").write_bytes(MESSAGE)
    subprocess.run(
        [SSH_KEYGEN, "-q", "-Y", "sign", "-n", "bequest-evidence", "-O", f"hashalg={hash_name}", "-f", "id", "m"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    key = parse_public_line((tmp_path / "id.pub").read_text())
    text = (tmp_path / "m.sig").read_text()
    assert parse_sshsig(text).hash_name == hash_name
    verify_sshsig(MESSAGE, text, key)
    listed = subprocess.run([SSH_KEYGEN, "-l", "-f", "id.pub"], cwd=tmp_path, check=True, capture_output=True)
    assert key.fingerprint in listed.stdout.decode()


@needs_openssl
def test_openssl_verifies_a_dsse_signature_of_an_ed25519_key(tmp_path: Path) -> None:
    (tmp_path / "pub.pem").write_bytes(SIGNER.public.pem)
    (tmp_path / "pae").write_bytes(pae("application/x", MESSAGE))
    (tmp_path / "sig").write_bytes(SIGNER.sign_dsse("application/x", MESSAGE))
    command = [OPENSSL, "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-in", "pae", "-sigfile", "sig"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_pae_counts_bytes_not_characters() -> None:
    assert pae("application/x", "批".encode()) == b"DSSEv1 13 application/x 3 \xe6\x89\xb9"


REFUSED_BASE64 = {
    "trailing bits that are not zero": "QUJDRB==",
    "no padding": "QUJDRA",
    "too much padding": "QUJDRA===",
    "a line end inside": "QUJD\nRA==",
    "the URL alphabet": "_-__",
    "not ASCII": "批准",
}


@pytest.mark.parametrize("text", REFUSED_BASE64.values(), ids=REFUSED_BASE64)
def test_base64_has_one_spelling(text: str) -> None:
    with pytest.raises(VerificationError):
        decode_base64(text)


@given(st.binary(max_size=200))
def test_canonical_base64_is_accepted(data: bytes) -> None:
    assert decode_base64(base64.b64encode(data).decode()) == data


def test_every_changed_character_of_an_armoured_signature_is_refused(person: Signer) -> None:
    text = person.sshsig(MESSAGE)
    for at in range(len(text)):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises(VerificationError):
            verify_sshsig(MESSAGE, changed, person.public)


def test_an_armour_from_windows_is_refused_until_it_is_normalised() -> None:
    text = SIGNER.sshsig(MESSAGE)
    windows = text.replace("\n", "\r\n")
    with pytest.raises(VerificationError):
        parse_sshsig(windows)
    assert normalise_armour(windows) == text
    assert normalise_armour("\n" + text.replace("\n", " \n")) == text
    with pytest.raises(VerificationError):
        normalise_armour("nothing of the kind")


def _damaged_blobs() -> dict[str, bytes]:
    good = base64.b64decode("".join(SIGNER.sshsig(MESSAGE).split("\n")[1:-2]))
    return {
        "unknown version": good[:9] + b"\x02" + good[10:],
        "cut short": good[:-1],
        "a byte more": good + b"\0",
        "an unknown hash": good.replace(b"sha512", b"sha384"),
        "no magic": b"X" + good[1:],
    }


@pytest.mark.parametrize("name", _damaged_blobs())
def test_a_malformed_signature_blob_is_refused(name: str) -> None:
    with pytest.raises(VerificationError):
        verify_sshsig(MESSAGE, verify.armour(_damaged_blobs()[name]), SIGNER.public)


BAD_LINES = {
    "empty": "",
    "type only": "ssh-ed25519",
    "rsa": "ssh-rsa " + base64.b64encode(ssh_string(b"ssh-rsa") + ssh_string(b"\1\0\1")).decode(),
    "another type in front": "ecdsa-sha2-nistp256 " + SIGNER.public.line.split()[1],
    "a byte too many": "ssh-ed25519 " + base64.b64encode(SIGNER.public.blob + b"\0").decode(),
    "31 bytes": "ssh-ed25519 " + base64.b64encode(ssh_string(b"ssh-ed25519") + ssh_string(bytes(31))).decode(),
    "a length beyond the end": "ssh-ed25519 " + base64.b64encode(b"\xff\xff\xff\xff").decode(),
    "not base64": "ssh-ed25519 ????",
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_malformed_public_key_line_is_refused(line: str) -> None:
    with pytest.raises(VerificationError):
        parse_public_line(line)


def test_a_public_key_line_comes_back(person: Signer) -> None:
    assert parse_public_line(person.public.line + " a comment with blanks\n") == person.public
    assert person.public.fingerprint.startswith("SHA256:")
    assert len(person.public.key_id) == 18


def test_a_point_off_the_curve_is_refused() -> None:
    with pytest.raises(VerificationError, match="curve"):
        PublicKey(ES256, b"\4" + bytes(64))


P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def _times_eight_is_neutral(y: int) -> bool:
    """Whether the points with this y (mod p) have an order that divides 8 (RFC 8032 §5.1.4, doubling three times)."""
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x_squared, (P + 3) // 8, P)
    if (x * x - x_squared) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert (x * x - x_squared) % P == 0
    for _ in range(3):
        product = D * x * x * y * y % P
        x, y = 2 * x * y * pow(1 + product, -1, P) % P, (y * y + x * x) * pow(1 - product, -1, P) % P
    return (x, y) == (0, 1)


@pytest.mark.parametrize("y", sorted(verify._SMALL_ORDER_Y))
@pytest.mark.parametrize("sign", [0, 1])
def test_keys_of_small_order_are_refused(y: int, sign: int) -> None:
    assert _times_eight_is_neutral(y % P)
    with pytest.raises(VerificationError, match="small order"):
        PublicKey(ED25519, (y | sign << 255).to_bytes(32, "little"))

"""Keys of persons and of the platform."""

import importlib.util
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bequest.crypto.signing import Signer, load_person_key, write_person_key
from bequest.crypto.verify import ED25519, ES256, parse_public_line
from bequest.kernel.errors import InputError

SSH_KEYGEN = shutil.which("ssh-keygen")
HAS_BCRYPT = importlib.util.find_spec("bcrypt") is not None
needs_bcrypt = pytest.mark.skipif(not HAS_BCRYPT, reason="encrypted OpenSSH keys need the bcrypt package")


@pytest.mark.parametrize("kind", [ED25519, ES256])
@pytest.mark.parametrize("passphrase", [None, pytest.param("correct horse", marks=needs_bcrypt)])
def test_a_written_key_pair_loads_again(kind: str, passphrase: str | None, tmp_path: Path) -> None:
    path = tmp_path / "id_approve"
    signer = write_person_key(path, "legal@example.com", passphrase=passphrase, kind=kind)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_person_key(path, passphrase).public == signer.public
    line = path.with_name("id_approve.pub").read_text()
    assert parse_public_line(line) == signer.public
    assert line.endswith(" legal@example.com\n")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    write_person_key(tmp_path / "id")
    before = (tmp_path / "id").read_bytes()
    with pytest.raises(InputError, match="exists already"):
        write_person_key(tmp_path / "id")
    assert (tmp_path / "id").read_bytes() == before


@pytest.mark.skipif(SSH_KEYGEN is None, reason="ssh-keygen is not on this machine")
@pytest.mark.parametrize("word", ["", pytest.param("word", marks=needs_bcrypt)])
def test_keys_of_ssh_keygen_load_and_ours_load_there(word: str, tmp_path: Path) -> None:
    subprocess.run([SSH_KEYGEN, "-q", "-t", "ed25519", "-N", word, "-f", "theirs"], cwd=tmp_path, check=True)
    theirs = load_person_key(tmp_path / "theirs", word or None)
    assert theirs.public == parse_public_line((tmp_path / "theirs.pub").read_text())
    ours = write_person_key(tmp_path / "ours", passphrase=word or None)
    done = subprocess.run(
        [SSH_KEYGEN, "-y", "-P", word, "-f", "ours"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert parse_public_line(done.stdout) == ours.public


@pytest.mark.skipif(SSH_KEYGEN is None, reason="ssh-keygen is not on this machine")
def test_an_encrypted_key_file_is_refused_with_a_way_out(tmp_path: Path) -> None:
    subprocess.run([SSH_KEYGEN, "-q", "-t", "ed25519", "-N", "word", "-f", "locked"], cwd=tmp_path, check=True)
    with pytest.raises(InputError, match="is encrypted") as no_passphrase:
        load_person_key(tmp_path / "locked")
    assert "passphrase" in no_passphrase.value.hint
    with pytest.raises(InputError, match="cannot be opened" if HAS_BCRYPT else "bcrypt") as refusal:
        load_person_key(tmp_path / "locked", "wrong")
    assert refusal.value.hint


@pytest.mark.skipif(HAS_BCRYPT, reason="bcrypt is installed")
def test_without_bcrypt_no_key_is_written_that_was_to_be_encrypted(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="bcrypt"):
        write_person_key(tmp_path / "id", passphrase="word")
    assert not list(tmp_path.iterdir())


def _write(path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> Path:
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    )
    return path


def test_an_unusable_key_file_is_refused_with_a_way_out(tmp_path: Path) -> None:
    write_person_key(tmp_path / "open")
    (tmp_path / "text").write_text("not a key")
    p384 = _write(tmp_path / "p384", ec.generate_private_key(ec.SECP384R1()))
    rsa_key = _write(tmp_path / "rsa", rsa.generate_private_key(public_exponent=65537, key_size=2048))
    cases: dict[str, tuple[Path, str | None]] = {
        "there is no private key file": (tmp_path / "missing", None),
        "is not encrypted": (tmp_path / "open", "word"),
        "cannot be opened": (tmp_path / "text", None),
        "cannot be read": (tmp_path, None),
        "this kind of private key is not accepted": (p384, None),
        "this kind of private key": (rsa_key, None),
    }
    for message, (path, passphrase) in cases.items():
        with pytest.raises(InputError, match=message) as refusal:
            load_person_key(path, passphrase)
        assert refusal.value.hint


def test_a_kind_we_do_not_sign_with_is_not_generated(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="ssh-rsa"):
        write_person_key(tmp_path / "id", kind="ssh-rsa")
    assert not list(tmp_path.iterdir())


def test_platform_keys_come_back_from_seed_and_pem() -> None:
    signer = Signer.generate()
    assert Signer.from_bytes(signer.to_bytes()).public == signer.public
    assert Signer.from_pem(signer.to_pem()).public == signer.public
    with pytest.raises(InputError):
        Signer.from_bytes(b"short")
    with pytest.raises(InputError):
        Signer.from_pem(b"nonsense")
    with pytest.raises(InputError, match="has a seed"):
        Signer(ec.generate_private_key(ec.SECP256R1())).to_bytes()

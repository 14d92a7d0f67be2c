"""age: any one recipient opens, nobody else does, and a damaged file is refused."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from bequest.crypto.age import decrypt_file, decrypt_stream, encrypt_file, encrypt_stream, generate_identity
from bequest.kernel.errors import DeliveryError, InputError

RECEIVER, ESCROW, STRANGER = generate_identity(), generate_identity(), generate_identity()
DATA = b"row\n" * 50_000


def _encrypt(data: bytes = DATA) -> bytes:
    out = io.BytesIO()
    encrypt_stream(io.BytesIO(data), out, [RECEIVER.recipient, ESCROW.recipient])
    return out.getvalue()


@pytest.mark.parametrize("identity", [RECEIVER, ESCROW])
def test_each_recipient_opens_it_alone(identity: object) -> None:
    out = io.BytesIO()
    decrypt_stream(io.BytesIO(_encrypt()), out, [identity.secret])  # type: ignore[attr-defined]
    assert out.getvalue() == DATA


def test_a_stranger_cannot_open_it(tmp_path: Path) -> None:
    (tmp_path / "x.age").write_bytes(_encrypt())
    with pytest.raises(DeliveryError):
        decrypt_file(tmp_path / "x.age", tmp_path / "x", [STRANGER.secret])
    assert not (tmp_path / "x").exists()


def test_a_changed_or_cut_file_leaves_nothing_behind(tmp_path: Path) -> None:
    sealed = _encrypt()
    for broken in (sealed[:-1], sealed[:-100] + b"\0" + sealed[-99:], sealed[: len(sealed) // 2], b"", b"age"):
        (tmp_path / "x.age").write_bytes(broken)
        with pytest.raises(DeliveryError):
            decrypt_file(tmp_path / "x.age", tmp_path / "x", [RECEIVER.secret])
        assert [p.name for p in tmp_path.iterdir()] == ["x.age"]


def test_files_round_trip(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(DATA)
    encrypt_file(tmp_path / "plain", tmp_path / "x.age", [RECEIVER.recipient])
    decrypt_file(tmp_path / "x.age", tmp_path / "out", [STRANGER.secret, RECEIVER.secret + "\n"])
    assert (tmp_path / "out").read_bytes() == DATA


def test_nobody_and_malformed_keys_are_refused() -> None:
    with pytest.raises(InputError, match="nobody"):
        encrypt_stream(io.BytesIO(), io.BytesIO(), [])
    with pytest.raises(InputError, match="recipient"):
        encrypt_stream(io.BytesIO(), io.BytesIO(), ["age1nonsense"])
    with pytest.raises(InputError, match="secret key"):
        decrypt_stream(io.BytesIO(), io.BytesIO(), ["AGE-SECRET-KEY-1NO"])


def test_a_secret_key_is_not_shown_by_accident() -> None:
    assert RECEIVER.secret.startswith("AGE-SECRET-KEY-1")
    assert RECEIVER.secret not in repr(RECEIVER)


@pytest.mark.skipif(shutil.which("age") is None, reason="the age program is not on this machine")
def test_the_age_program_opens_it(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text(RECEIVER.secret + "\n")
    done = subprocess.run(
        ["age", "-d", "-i", "key.txt"], cwd=tmp_path, input=_encrypt(), check=True, capture_output=True
    )
    assert done.stdout == DATA

"""Time stamps of a local authority made with openssl: good ones verify here and with openssl, no other does."""

import base64
import builtins
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.crypto.local_tsa import LocalTsa, make_tsa

from bequest.crypto.timestamps import check_timestamp, is_root, parse_roots, roots_pem, timestamp_query
from bequest.kernel.errors import VerificationError

DATA = b"origin\n7\nroot\n"


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> LocalTsa:
    return make_tsa(tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture(scope="module")
def reply(tsa: LocalTsa) -> bytes:
    return tsa.reply(timestamp_query(DATA))


def test_a_token_says_who_saw_the_bytes_and_when(tsa: LocalTsa, reply: bytes) -> None:
    stamp = check_timestamp(reply, DATA, [tsa.root])
    assert stamp.authority == "CN=Example Time"
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert timestamp_query(DATA) == timestamp_query(DATA)


def test_openssl_verifies_it_with_the_roots_as_we_write_them(tsa: LocalTsa, reply: bytes, tmp_path: Path) -> None:
    for name, data in (("data", DATA), ("reply", reply), ("roots.pem", roots_pem([tsa.root]))):
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "ts", "-verify", "-data", "data", "-in", "reply", "-CAfile", "roots.pem"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "Verification: OK\n"), done.stderr
    assert parse_roots(roots_pem([tsa.root]).decode()) == parse_roots(tsa.root_pem) == (tsa.root,)
    assert is_root(tsa.root)


def test_other_bytes_other_roots_and_none_are_refused(tsa: LocalTsa, reply: bytes, tmp_path: Path) -> None:
    other = make_tsa(tmp_path / "b")
    for data, roots, why in (
        (DATA + b" ", [tsa.root], "other bytes"), (DATA, [other.root], "trusted root"), (DATA, [], "trusted root"),
    ):  # fmt: skip
        with pytest.raises(VerificationError, match=why):
            check_timestamp(reply, data, roots)


def test_no_changed_byte_changes_what_it_says(tsa: LocalTsa, reply: bytes) -> None:
    """Some bytes of a response are not signed; none of them is part of what is read out of it."""
    good = check_timestamp(reply, DATA, [tsa.root])
    taken = 0
    for at in range(len(reply)):
        changed = reply[:at] + bytes([reply[at] ^ 1]) + reply[at + 1 :]
        try:
            assert check_timestamp(changed, DATA, [tsa.root]) == good, at
            taken += 1
        except VerificationError:
            continue
    assert taken < 20


def test_the_authority_must_be_good_when_it_stamps_not_for_ever(tmp_path: Path) -> None:
    early = make_tsa(tmp_path / "early", begins=timedelta(days=1))
    with pytest.raises(VerificationError, match="not valid at its time"):
        check_timestamp(early.reply(timestamp_query(DATA)), DATA, [early.root])
    short = make_tsa(tmp_path / "short", lasts=timedelta(seconds=3))
    reply = short.reply(timestamp_query(DATA))
    time.sleep(3.5)
    assert check_timestamp(reply, DATA, [short.root]).authority == "CN=Example Time"


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda r: r[:-1],
    "longer": lambda r: r + b"\0",
    "too long": lambda r: r + bytes(300_000),
    "a refusal": lambda _: base64.b64decode("MDAwLgIBAjAkDCJCYWQgcmVxdWVzdCBmb3JtYXQgb3Igc3lzdGVtIGVycm9yLgMCBSA="),
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_token_is_refused(change: Callable[[bytes], bytes], tsa: LocalTsa, reply: bytes) -> None:
    with pytest.raises(VerificationError):
        check_timestamp(change(reply), DATA, [tsa.root])


def test_roots_that_are_none_are_refused(reply: bytes) -> None:
    for text in ("", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(VerificationError):
            parse_roots(text)
    for root in ("AAAA", "***"):
        with pytest.raises(VerificationError):
            check_timestamp(reply, DATA, [root])


def test_without_the_library_it_says_how_to_check(tsa: LocalTsa, reply: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *more: object) -> object:
        if name.startswith("rfc3161_client"):
            raise ImportError(name)
        return found(name, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(VerificationError, match="cannot be checked here") as refusal:
        check_timestamp(reply, DATA, [tsa.root])
    assert "openssl" in refusal.value.hint

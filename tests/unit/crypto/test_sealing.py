"""Sealed files: only the whole, in order, under its key and for its place, can be opened."""

import io
import secrets
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.crypto import sealing
from bequest.crypto.sealing import (
    open_bytes,
    open_sealed,
    open_stream,
    read_sealed,
    seal_bytes,
    seal_file,
    seal_stream,
    write_sealed,
)
from bequest.kernel.errors import InputError

KEY = bytes(range(32))
CHUNK = 64
SEALED_CHUNK = CHUNK + 16
HEAD = sealing._HEAD.size


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "_CHUNK_BYTES", CHUNK)


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128, 1000])
@pytest.mark.usefixtures("small_chunks")
def test_what_is_sealed_comes_back(size: int, tmp_path: Path) -> None:
    data = secrets.token_bytes(size)
    (tmp_path / "plain").write_bytes(data)
    seal_file(tmp_path / "plain", tmp_path / "sealed", KEY, b"place")
    assert b"".join(open_sealed(tmp_path / "sealed", KEY, b"place")) == data
    assert read_sealed(tmp_path / "sealed", KEY, b"place") == data
    assert open_bytes(seal_bytes(data, KEY, b"place"), KEY, b"place") == data
    assert (tmp_path / "sealed").stat().st_mode & 0o077 == 0


@given(pieces=st.lists(st.binary(max_size=100), max_size=8))
@settings(max_examples=40, deadline=None)
def test_pieces_of_any_length_are_sealed_as_one_stream(
    pieces: list[bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("seal") / "sealed"
    write_sealed(path, pieces, KEY, b"")
    assert read_sealed(path, KEY, b"") == b"".join(pieces)


def test_a_file_larger_than_a_chunk_is_opened_chunk_by_chunk(tmp_path: Path) -> None:
    data = secrets.token_bytes(600_000)
    write_sealed(tmp_path / "sealed", [data], KEY, b"")
    chunks = list(open_sealed(tmp_path / "sealed", KEY, b""))
    assert len(chunks) == 3
    assert b"".join(chunks) == data


class Trickle(io.RawIOBase):
    """A pipe that gives seven bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self._inner = io.BytesIO(data)

    def read(self, n: int = -1) -> bytes:
        return self._inner.read(min(n, 7) if n >= 0 else 7)


@pytest.mark.usefixtures("small_chunks")
def test_a_pipe_that_gives_little_at_a_time_is_sealed_and_opened() -> None:
    out = io.BytesIO()
    seal_stream(Trickle(b"x" * 500), out, KEY, b"")
    assert b"".join(open_stream(Trickle(out.getvalue()), KEY, b"")) == b"x" * 500


def _sealed(size: int = 4 * CHUNK) -> bytes:
    return seal_bytes(bytes(i % 251 for i in range(size)), KEY, b"place")


@pytest.mark.usefixtures("small_chunks")
def test_a_changed_byte_anywhere_is_refused() -> None:
    sealed = _sealed()
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(InputError):
            open_bytes(changed, KEY, b"place")


@pytest.mark.usefixtures("small_chunks")
def test_a_file_cut_short_at_any_place_is_refused() -> None:
    sealed = _sealed()
    for length in range(len(sealed)):
        with pytest.raises(InputError):
            open_bytes(sealed[:length], KEY, b"place")


def _chunks(sealed: bytes) -> list[bytes]:
    return [sealed[at : at + SEALED_CHUNK] for at in range(HEAD, len(sealed), SEALED_CHUNK)]


@pytest.mark.usefixtures("small_chunks")
def test_chunks_that_are_moved_repeated_left_out_or_borrowed_are_refused() -> None:
    sealed, other = _sealed(), _sealed()
    head, parts = sealed[:HEAD], _chunks(sealed)
    cases = {
        "swapped": [parts[1], parts[0], *parts[2:]],
        "repeated": [parts[0], *parts],
        "left out": [parts[0], *parts[2:]],
        "last left out": parts[:-1],
        "borrowed from another file": [_chunks(other)[0], *parts[1:]],
        "more after the end": [*parts, parts[-1]],
    }
    for chunks in cases.values():
        with pytest.raises(InputError):
            open_bytes(head + b"".join(chunks), KEY, b"place")


def test_another_key_or_another_place_is_refused() -> None:
    sealed = seal_bytes(b"value", KEY, b"place")
    with pytest.raises(InputError, match="another place"):
        open_bytes(sealed, KEY, b"elsewhere")
    with pytest.raises(InputError, match="another key"):
        open_bytes(sealed, bytes(32), b"place")
    with pytest.raises(ValueError, match="32 bytes"):
        seal_bytes(b"value", b"short", b"")


def test_nothing_in_clear_is_in_the_sealed_bytes_and_no_two_are_alike() -> None:
    first, second = seal_bytes(b"secret value" * 9, KEY, b""), seal_bytes(b"secret value" * 9, KEY, b"")
    assert b"secret" not in first
    assert first != second


def test_a_failed_write_leaves_the_old_file_and_no_leftover(tmp_path: Path) -> None:
    path = tmp_path / "sealed"
    write_sealed(path, [b"old"], KEY, b"")

    def breaks() -> list[bytes]:
        raise RuntimeError("power cut")

    def pieces():  # type: ignore[no-untyped-def]
        yield b"new"
        breaks()

    with pytest.raises(RuntimeError):
        write_sealed(path, pieces(), KEY, b"")
    assert read_sealed(path, KEY, b"") == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["sealed"]

"""Sealing files under a key of 32 bytes: AES-256-GCM in chunks, so that size does not matter and no part can move.

    header: "bequest-sealed" LF | version 1 | chunk size u32 | salt 32 | SHA-256 of the associated data
    chunks: AES-256-GCM under HKDF(key, salt, header), nonce = chunk number (11 bytes) | last flag (1 byte)

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015) as age uses it: a chunk that is altered, left out,
repeated or moved, a file cut short at any place, other associated data or another key: all are refused. Every file has
its own key by way of its salt, so counting nonces never repeat.
"""

import hashlib
import io
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bequest.crypto.atomic import replacing
from bequest.crypto.cipher import KEY_BYTES
from bequest.kernel.errors import InputError

_MAGIC = b"bequest-sealed\n"
_VERSION = 1
_HEAD = struct.Struct(">15sBI32s32s")
_CHUNK_BYTES = 256 * 1024
_MAX_CHUNK_BYTES = 16 * 1024 * 1024
_TAG_BYTES = 16


def seal_file(src: Path, dst: Path, key: bytes, aad: bytes) -> None:
    """Seal the content of `src` into `dst`, which appears whole or not at all."""
    with src.open("rb") as plain, replacing(dst) as out:
        seal_stream(plain, out, key, aad)


def write_sealed(dst: Path, chunks: Iterable[bytes], key: bytes, aad: bytes) -> None:
    """Seal what `chunks` yield, of any lengths, into `dst`, which appears whole or not at all."""
    with replacing(dst) as out:
        _write(_regular(chunks), out, key, aad)


def seal_stream(plain: BinaryIO, out: BinaryIO, key: bytes, aad: bytes) -> None:
    """Seal all that can be read from `plain`."""
    _write(iter(lambda: _read_full(plain, _CHUNK_BYTES), b""), out, key, aad)


def seal_bytes(data: bytes, key: bytes, aad: bytes) -> bytes:
    """`data` sealed, for values small enough to hold."""
    out = io.BytesIO()
    seal_stream(io.BytesIO(data), out, key, aad)
    return out.getvalue()


def open_sealed(path: Path, key: bytes, aad: bytes) -> Iterator[bytes]:
    """The content of a sealed file, chunk by chunk.

    Each chunk is authentic when it is yielded; that the file is *whole* is known only when the iterator ends without an
    error. Act on the content after that, or read it with `read_sealed`.

    Raises:
        InputError: where key or associated data are others, or the file was altered, reordered or cut short.
    """
    with path.open("rb") as sealed:
        yield from open_stream(sealed, key, aad)


def read_sealed(path: Path, key: bytes, aad: bytes) -> bytes:
    """The whole content of a sealed file, once all of it has been checked.

    Raises:
        InputError: as `open_sealed`.
    """
    return b"".join(open_sealed(path, key, aad))


def open_bytes(sealed: bytes, key: bytes, aad: bytes) -> bytes:
    """What `seal_bytes` sealed.

    Raises:
        InputError: as `open_sealed`.
    """
    return b"".join(open_stream(io.BytesIO(sealed), key, aad))


def open_stream(sealed: BinaryIO, key: bytes, aad: bytes) -> Iterator[bytes]:
    """The content of a sealed stream, chunk by chunk.

    Raises:
        InputError: as `open_sealed`.
    """
    head = _read_full(sealed, _HEAD.size)
    if len(head) != _HEAD.size:
        raise _refused("is no sealed file or is cut short")
    magic, version, chunk_bytes, salt, aad_digest = _HEAD.unpack(head)
    if magic != _MAGIC or version != _VERSION or not 0 < chunk_bytes <= _MAX_CHUNK_BYTES:
        raise _refused("is no sealed file of a known version")
    if aad_digest != hashlib.sha256(aad).digest():
        raise _refused("was sealed for another place or use")
    machine = AESGCM(_file_key(key, salt, head))
    number = 0
    current = _read_full(sealed, chunk_bytes + _TAG_BYTES)
    while True:
        following = _read_full(sealed, chunk_bytes + _TAG_BYTES)
        last = not following
        try:
            plain = machine.decrypt(_nonce(number, last=last), current, None)
        except (InvalidTag, ValueError) as error:
            raise _refused("was altered, cut short, or sealed under another key") from error
        if plain:
            yield plain
        if last:
            return
        current, number = following, number + 1


def _write(chunks: Iterator[bytes], out: BinaryIO, key: bytes, aad: bytes) -> None:
    """One chunk is held back, because only the one that has no successor bears the last flag."""
    salt = os.urandom(32)
    head = _HEAD.pack(_MAGIC, _VERSION, _CHUNK_BYTES, salt, hashlib.sha256(aad).digest())
    machine = AESGCM(_file_key(key, salt, head))
    out.write(head)
    held = next(chunks, b"")
    number = 0
    for following in chunks:
        out.write(machine.encrypt(_nonce(number, last=False), held, None))
        held, number = following, number + 1
    out.write(machine.encrypt(_nonce(number, last=True), held, None))


def _regular(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of the chunk size."""
    rest = bytearray()
    for piece in chunks:
        rest += piece
        while len(rest) >= _CHUNK_BYTES:
            yield bytes(rest[:_CHUNK_BYTES])
            del rest[:_CHUNK_BYTES]
    if rest:
        yield bytes(rest)


def _read_full(source: BinaryIO, n_bytes: int) -> bytes:
    """Up to `n_bytes`, fewer only at the end: a pipe may give less than was asked for."""
    parts: list[bytes] = []
    wanted = n_bytes
    while wanted and (part := source.read(wanted)):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


def _file_key(key: bytes, salt: bytes, head: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError("a sealing key has 32 bytes")
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=b"bequest/seal/v1\0" + head).derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


def _refused(why: str) -> InputError:
    return InputError(
        f"the sealed file {why}", hint="Take it from the place where it was made, with the key of its purpose."
    )

"""Signed notes, verifier keys and witness cosignatures (C2SP signed-note, tlog-cosignature).

A note is text, a blank line, and lines `— name base64(key id, signature)`. Signatures by keys we do not know are passed
over; one by a known key that does not fit spoils the note. base64 is taken in its canonical form only.
"""

import base64
import hashlib
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bequest.crypto.verify import ED25519, PublicKey, SigningKey, decode_base64
from bequest.kernel.errors import VerificationError

ED25519_NOTE = 0x01
COSIGNATURE = 0x04
_MAX_SIGNATURES = 100
_MAX_NOTE_CHARACTERS = 256 * 1024
_MAX_TIME = 253_402_300_799  # the end of the year 9999: what can be written as a date
_NAME = re.compile(r"[^\s+]+")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key that may sign notes, under a name: a log's (type 1) or a witness's (type 4). Both are Ed25519."""

    name: str
    kind: int
    key: PublicKey

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise VerificationError("the name of a note key has neither white space nor '+'")
        if self.kind not in (ED25519_NOTE, COSIGNATURE) or self.key.algorithm != ED25519:
            raise VerificationError("a note key is Ed25519, of type 1 (log) or 4 (witness)")

    @property
    def key_id(self) -> bytes:
        """The first four bytes of `SHA-256(name LF type key)`."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key.raw).digest()[:4]

    @property
    def vkey(self) -> str:
        """The verifier key text: `name+keyid+base64(type key)`."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.key.raw).decode()}"


def parse_vkey(text: str) -> NoteKey:
    """The key of a verifier key text.

    Raises:
        VerificationError: where it is malformed or its key id does not fit.
    """
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise VerificationError("a verifier key reads name+keyid+base64")
    data = decode_base64(parts[2], "the verifier key")
    if len(data) != 33:
        raise VerificationError("a verifier key holds one type byte and 32 bytes of key")
    key = NoteKey(parts[0], data[0], PublicKey(ED25519, data[1:]))
    if parts[1] != key.key_id.hex():
        raise VerificationError("the key id in the verifier key does not fit its key")
    return key


class Cosignature(NamedTuple):
    """What a witness said: at `time` (seconds since 1970) this was the largest consistent tree it had seen."""

    name: str
    time: int


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note whose known signatures all fit."""

    text: str
    signers: tuple[str, ...]
    """Names of known keys of type 1 that signed."""
    cosignatures: tuple[Cosignature, ...]


def sign_note(text: str, name: str, signer: SigningKey) -> str:
    """The note of `text`, signed under `name`."""
    _check_text(text)
    key = NoteKey(name, ED25519_NOTE, signer.public)
    return f"{text}\n{_signature_line(key, signer.sign(text.encode()))}"


def cosign(text: str, name: str, signer: SigningKey, time: int) -> str:
    """A witness's signature line over a checkpoint body (cosignature/v1)."""
    key = NoteKey(name, COSIGNATURE, signer.public)
    return _signature_line(key, struct.pack(">Q", time) + signer.sign(_cosigned(text, time)))


def open_note(note: str, keys: Sequence[NoteKey]) -> OpenedNote:
    """The text of a note that at least one known key of type 1 signed, with all who signed it.

    Raises:
        VerificationError: for a malformed note, a known key's signature that does not fit, or none at all.
    """
    text, lines = _split(note)
    known = {(key.name, key.key_id): key for key in keys}
    signers: dict[str, None] = {}
    cosignatures: dict[str, Cosignature] = {}
    seen: set[tuple[str, bytes]] = set()
    for name, data in lines:
        key = known.get((name, data[:4]))
        if key is None:
            continue
        if (name, data[:4]) in seen:
            raise VerificationError(f"{name} signed the note twice")
        seen.add((name, data[:4]))
        if key.kind == COSIGNATURE:
            cosignatures[key.key.line] = _checked_cosignature(key, text, data[4:])
        elif key.key.verify(text.encode(), data[4:]):
            signers[name] = None
        else:
            raise VerificationError(f"the signature of {name} does not fit the note")
    if not signers:
        raise VerificationError("the note is not signed by the key expected")
    return OpenedNote(text, tuple(signers), tuple(cosignatures.values()))


def note_text(note: str) -> str:
    """The text of a note, its signatures not looked at.

    Raises:
        VerificationError: for a malformed note.
    """
    return _split(note)[0]


def signature_lines(text: str) -> tuple[str, ...]:
    """The signature lines in a note, or in what a witness answered, which is such lines alone; none is checked."""
    return tuple(f"{line}\n" for line in text.split("\n") if line.startswith("— "))


def _checked_cosignature(key: NoteKey, text: str, data: bytes) -> Cosignature:
    if len(data) != 8 + 64:
        raise VerificationError(f"the cosignature of {key.name} has a wrong length")
    (time,) = struct.unpack(">Q", data[:8])
    if time > _MAX_TIME:
        raise VerificationError(f"the cosignature of {key.name} has a time beyond all calendars")
    if not key.key.verify(_cosigned(text, time), data[8:]):
        raise VerificationError(f"the cosignature of {key.name} does not fit the note")
    return Cosignature(key.name, time)


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _signature_line(key: NoteKey, signature: bytes) -> str:
    return f"— {key.name} {base64.b64encode(key.key_id + signature).decode()}\n"


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    if len(note) > _MAX_NOTE_CHARACTERS:
        raise VerificationError("the note is too long")
    _check_characters(note)
    text, blank, rest = note.rpartition("\n\n")
    if not blank or not rest.endswith("\n"):
        raise VerificationError("the note has no signature")
    lines = rest[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise VerificationError("the note has too many signatures")
    signatures = []
    for line in lines:
        match = _LINE.fullmatch(line)
        data = decode_base64(match[2], "a note signature") if match else b""
        if not match or len(data) < 5:
            raise VerificationError("the note has a malformed signature line")
        signatures.append((match[1], data))
    return text + "\n", signatures


def _check_text(text: str) -> None:
    _check_characters(text)
    if not text.endswith("\n"):
        raise ValueError("the text of a note ends with a line end")


def _check_characters(text: str) -> None:
    if any(c < " " and c != "\n" for c in text):
        raise VerificationError("a note has no control characters but line ends")

"""The file of the master key: in clear (64 hex digits), or wrapped by a device or service that holds a key of its own.

A wrapped one is canonical JSON: `{"holder": {"kind": …, its settings}, "v": 1, "wrapped": base64}`. Settings are no
secrets: where one is needed (a PIN, a token), they say where it stands (`env:NAME`, `file:/absolute/path`).
"""

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from bequest.crypto.cipher import KEY_BYTES
from bequest.crypto.signing import is_private_file
from bequest.crypto.verify import PublicKey, SigningKey, decode_base64
from bequest.kernel.canonical import canonical
from bequest.kernel.errors import InputError, VerificationError
from bequest.kernel.secret import PREFIXES, Secrets

USE = b"bequest/master/v1"
"""What a holder binds its wrapping to, where it can: what was wrapped for another use is refused."""

_HEX = re.compile(rb"[0-9a-f]{64}")


class Holder(Protocol):
    """Wraps the 32 bytes of a master key and unwraps them; its own key never leaves it."""

    def wrap(self, master: bytes) -> bytes:
        """The master key, encrypted."""

    def unwrap(self, wrapped: bytes) -> bytes:
        """The master key again."""


@runtime_checkable
class Token(Holder, Protocol):
    """A holder that also signs: Ed25519 keys are made in it and never leave it."""

    def make_signing_key(self, label: str) -> PublicKey:
        """The public half of the key of that name, made now where there is none."""

    def signer(self, label: str, public: PublicKey) -> SigningKey:
        """Whoever signs with the key of that name."""


@dataclass(frozen=True, slots=True)
class HeldMaster:
    """A master key as its file has it: who holds the key to it, and the wrapped bytes."""

    holder: Mapping[str, str]
    wrapped: bytes


def render_master(master: bytes | HeldMaster) -> bytes:
    """The content of the file of a master key."""
    if isinstance(master, bytes):
        return master.hex().encode() + b"\n"
    text = base64.b64encode(master.wrapped).decode()
    return canonical({"holder": dict(master.holder), "v": 1, "wrapped": text}) + b"\n"


def read_master(path: Path) -> bytes | HeldMaster:
    """What the file of a master key holds.

    Raises:
        InputError: where it is missing, open to others, or no master key.
    """
    try:
        data = path.read_bytes().strip()
    except FileNotFoundError:
        raise InputError(
            f"there is no master key file {path.name}", hint="Open the case first, or restore it."
        ) from None
    if not is_private_file(path):
        raise InputError(f"others may read the master key file {path.name}", hint=f"Run: chmod 600 {path.name}")
    if _HEX.fullmatch(data):
        return bytes.fromhex(data.decode())
    try:
        value = json.loads(data)
        holder = {str(k): str(v) for k, v in value["holder"].items()}
        if value["v"] == 1 and "kind" in holder:
            return HeldMaster(holder, decode_base64(str(value["wrapped"]), "the wrapped master key"))
    except (ValueError, KeyError, TypeError, AttributeError, VerificationError):
        pass
    raise InputError(
        f"{path.name} holds no master key",
        hint="Expected 64 hex digits, or what `bequest key rotate --holder` wrote. Put it back from a copy.",
    )


def new_master() -> bytes:
    """A new master key from the system's randomness."""
    return secrets.token_bytes(KEY_BYTES)


def master_id(master: bytes) -> str:
    """16 hex digits that name a master key: of a random key of 256 bits a digest tells nothing."""
    return hashlib.sha256(b"bequest/master-id/v1\0" + master).hexdigest()[:16]


def follow_secret(found_in: Secrets, reference: str, what: str) -> str:
    """A PIN or token by reference; a file of it must be its owner's alone.

    Raises:
        InputError: where it is no reference, is not there, or others may read the file.
    """
    if not reference.startswith(PREFIXES):
        raise InputError(
            f"{what} must be a reference, never the secret itself",
            hint="Write env:NAME or file:/absolute/path; the file is readable by its owner alone (chmod 600).",
        )
    value = found_in.follow(reference, what)
    path = Path(reference.removeprefix("file:").strip())
    if reference.startswith("file:") and not is_private_file(path):
        raise InputError(f"{what}: others may read the file {path.name}", hint=f"Run: chmod 600 {path.name}")
    return value

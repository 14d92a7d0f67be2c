"""age (age-encryption.org/v1) to X25519 recipients: what a receiver opens with the standard tool.

age says nothing about the sender: the signature over the hashes of the ciphertext does that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage import x25519

from bequest.crypto.atomic import PUBLIC, replacing
from bequest.kernel.errors import DeliveryError, InputError


@dataclass(frozen=True, slots=True)
class AgeIdentity:
    """A key pair of a receiver or an escrow. `recipient` (`age1…`) is public."""

    recipient: str
    secret: str = field(repr=False)
    """`AGE-SECRET-KEY-1…`, as the age tool reads it from a file."""


def generate_identity() -> AgeIdentity:
    """A new key pair from the system's randomness."""
    identity = x25519.Identity.generate()
    return AgeIdentity(recipient=str(identity.to_public()), secret=str(identity))


def recipient_of(secret: str) -> str:
    """The public recipient of a secret key.

    Raises:
        InputError: where it is none.
    """
    return str(_identity(secret).to_public())


def encrypt_stream(plain: BinaryIO, out: BinaryIO, recipients: Sequence[str]) -> None:
    """Encrypt all that can be read from `plain`; each of the recipients can open it alone.

    Raises:
        InputError: for no recipient at all or one that is not an X25519 recipient; where `plain` cannot be read to its
            end, or `out` not written.
    """
    known = [_recipient(text) for text in _some(recipients)]
    try:
        pyrage.encrypt_io(plain, out, known)
    except pyrage.EncryptError as error:
        raise InputError(
            "what was to be encrypted could not be read to its end, or the disk is full",
            hint="Make room, see that nothing changes the files meanwhile, and run the command again.",
        ) from error


def decrypt_stream(sealed: BinaryIO, out: BinaryIO, secrets: Sequence[str]) -> None:
    """Decrypt with whichever of the secret keys fits.

    What was written to `out` before an error is authentic but not the whole: throw it away.

    Raises:
        DeliveryError: where no key fits or the ciphertext was altered or cut short.
        InputError: where a secret key is malformed.
    """
    identities = [_identity(text) for text in secrets]
    try:
        pyrage.decrypt_io(sealed, out, identities)
    except (pyrage.DecryptError, OSError, ValueError) as error:
        raise DeliveryError(
            "the age file cannot be opened: no key fits, or it was altered or cut short",
            hint="Compare its SHA-256 with the manifest; if it fits, use the identity it was encrypted to.",
        ) from error


def encrypt_file(src: Path, dst: Path, recipients: Sequence[str]) -> None:
    """Encrypt `src` into `dst`, which appears whole or not at all.

    Raises:
        InputError: as `encrypt_stream`.
    """
    with src.open("rb") as plain, replacing(dst, mode=PUBLIC) as out:
        encrypt_stream(plain, out, recipients)


def decrypt_file(src: Path, dst: Path, secrets: Sequence[str]) -> None:
    """Decrypt `src` into `dst` (0600), which appears only once all of it has been checked.

    Raises:
        DeliveryError: as `decrypt_stream`.
        InputError: as `decrypt_stream`.
    """
    with src.open("rb") as sealed, replacing(dst) as out:
        decrypt_stream(sealed, out, secrets)


def _some(recipients: Sequence[str]) -> Sequence[str]:
    if not recipients:
        raise InputError("nothing can be encrypted to nobody", hint="Name the receiver's age recipient (age1…).")
    return recipients


def _recipient(text: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise InputError(
            "this is not an age X25519 recipient", hint="It begins with age1; `age-keygen -y` prints it."
        ) from error


def _identity(text: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError as error:
        raise InputError(
            "this is not an age X25519 secret key", hint="It begins with AGE-SECRET-KEY-1, as age-keygen writes it."
        ) from error

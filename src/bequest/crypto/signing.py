"""Making signatures: the platform's and the log's Ed25519 keys, and the keys of persons in OpenSSH files.

Signatures are deterministic (Ed25519 by nature, ES256 by RFC 6979), so that a run repeated after a crash writes the
same bytes. A person's private key stays in the person's own file; nothing here copies it anywhere.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from bequest.crypto.atomic import PUBLIC, write_file
from bequest.crypto.verify import ED25519, ES256, NAMESPACE, PublicKey, armour, pae, ssh_string, sshsig_message
from bequest.kernel.errors import InputError

_HASH = "sha512"


class Signer:
    """A private key that signs: Ed25519, or P-256 where a person has such a key."""

    __slots__ = ("_key", "public")

    def __init__(self, key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public = _public(key)

    @classmethod
    def generate(cls) -> Signer:
        """A new Ed25519 key from the system's randomness."""
        return cls(ed25519.Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, seed: bytes) -> Signer:
        """The Ed25519 key of a 32-byte seed, such as one the key table keeps.

        Raises:
            InputError: where it has not 32 bytes.
        """
        if len(seed) != 32:
            raise InputError("an Ed25519 seed has 32 bytes", hint="Use the key as the key table gave it.")
        return cls(ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes, passphrase: bytes | None = None) -> Signer:
        """The key of a PKCS#8 PEM text.

        Raises:
            InputError: where it is unreadable or of another kind.
        """
        try:
            key = serialization.load_pem_private_key(pem, passphrase)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise InputError("the private key cannot be read", hint="Expected PKCS#8 PEM of an Ed25519 key.") from error
        return cls(_accepted(key))

    def to_bytes(self) -> bytes:
        """The 32-byte seed of an Ed25519 key.

        Raises:
            InputError: for a P-256 key, which has no seed.
        """
        if not isinstance(self._key, ed25519.Ed25519PrivateKey):
            raise InputError("only an Ed25519 key has a seed", hint="Keep a P-256 key in its OpenSSH file.")
        return self._key.private_bytes_raw()

    def to_pem(self) -> bytes:
        """PKCS#8 in PEM, not encrypted."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, message: bytes) -> bytes:
        """The signature that `PublicKey.verify` checks."""
        if isinstance(self._key, ed25519.Ed25519PrivateKey):
            return self._key.sign(message)
        return self._key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))

    def sign_dsse(self, payload_type: str, payload: bytes) -> bytes:
        """The signature over a DSSE envelope of this payload."""
        return self.sign(pae(payload_type, payload))

    def sshsig(self, message: bytes, namespace: str = NAMESPACE) -> str:
        """An armoured SSH signature, as `ssh-keygen -Y sign` makes it and `ssh-keygen -Y verify` checks it."""
        signature = self.sign(sshsig_message(message, namespace, _HASH))
        if self.public.algorithm == ES256:
            signature = b"".join(ssh_string(_mpint(n)) for n in decode_dss_signature(signature))
        inner = ssh_string(self.public.algorithm.encode()) + ssh_string(signature)
        parts = (self.public.blob, namespace.encode(), b"", _HASH.encode(), inner)
        return armour(b"SSHSIG\x00\x00\x00\x01" + b"".join(ssh_string(part) for part in parts))


def load_person_key(path: Path, passphrase: str | None = None) -> Signer:
    """The key in a person's OpenSSH private key file (Ed25519 or P-256).

    Raises:
        InputError: where the file is missing, needs a passphrase, was given a wrong one, or is another kind of key;
            also for an encrypted file where the `bcrypt` package, which OpenSSH's key derivation needs, is missing.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(
            f"there is no private key file {path.name}", hint="Make one with: ssh-keygen -t ed25519 -f FILE"
        ) from error
    except OSError as error:
        raise InputError(
            f"the private key file {path.name} cannot be read", hint="It must be a file that you may read."
        ) from error
    try:
        key = serialization.load_ssh_private_key(data, passphrase.encode() if passphrase is not None else None)
    except TypeError as error:
        raise InputError(
            f"the private key file {path.name} is encrypted" if passphrase is None else f"{path.name} is not encrypted",
            hint="Give its passphrase." if passphrase is None else "Leave the passphrase out.",
        ) from error
    except UnsupportedAlgorithm as error:
        raise _needs_bcrypt(path) from error
    except ValueError as error:
        hint = "Expected an OpenSSH private key, ed25519 or ecdsa-sha2-nistp256."
        if passphrase is not None:
            hint += " A wrong passphrase looks the same."
        raise InputError(f"the private key file {path.name} cannot be opened", hint=hint) from error
    return Signer(_accepted(key))


def write_person_key(path: Path, comment: str = "", *, passphrase: str | None = None, kind: str = ED25519) -> Signer:
    """A new key pair for a person: `path` (0600, OpenSSH format) and `path.pub`. Never overwrites a key.

    Raises:
        InputError: where the file exists, or the kind is not accepted.
    """
    if path.exists():
        raise InputError(f"{path.name} exists already", hint="A signing key is never overwritten; choose another name.")
    if kind not in (ED25519, ES256):
        raise InputError(f"key type {kind!r} is not accepted", hint=f"Use {ED25519} or {ES256}.")
    key = ed25519.Ed25519PrivateKey.generate() if kind == ED25519 else ec.generate_private_key(ec.SECP256R1())
    locked = serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    try:
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, locked)
    except UnsupportedAlgorithm as error:
        raise _needs_bcrypt(path) from error
    signer = Signer(key)
    line = f"{signer.public.line} {comment}".strip() + "\n"
    # The public half first: where the private file is there, the pair is whole.
    write_file(path.with_name(path.name + ".pub"), line.encode(), mode=PUBLIC)
    write_file(path, private)
    return signer


def is_private_file(path: Path) -> bool:
    """Whether only the owner may read the file; always true where the system has no such permissions."""
    return os.name == "nt" or path.stat().st_mode & 0o077 == 0


def _needs_bcrypt(path: Path) -> InputError:
    return InputError(
        f"the private key file {path.name} is encrypted, and the bcrypt package is not installed",
        hint=f"Install bcrypt, or sign elsewhere: ssh-keygen -Y sign -n {NAMESPACE} -f KEY FILE",
    )


def _accepted(key: object) -> ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise InputError("this kind of private key is not accepted", hint=f"Use {ED25519} or {ES256}.")


def _public(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> PublicKey:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return PublicKey(ED25519, key.public_key().public_bytes_raw())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return PublicKey(ES256, point)


def _mpint(number: int) -> bytes:
    """The SSH form of a positive integer: shortest, with a zero byte where the top bit is set (RFC 4251 §5)."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")

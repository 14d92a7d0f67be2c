"""Building blocks on keys: a block function for bulk kernels, key derivation inside a purpose, HMAC."""

import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
Blocks = bytes | bytearray | memoryview
BlockFunction = Callable[[Blocks], bytes]


def aes_ecb(key: bytes) -> BlockFunction:
    """AES of every 16-byte block by itself, for any whole number of blocks at once.

    ECB is no way to encrypt data, and nothing here does so. It is the bare block cipher that CMAC (NIST SP 800-38B)
    and FF1 (SP 800-38G) are built from: the kernels chain the blocks themselves, over thousands of rows side by side,
    and take the cipher as an argument so that it stays the constant-time one of the crypto library and no key enters
    the engine. Each call makes its own context, so the function may be used from several threads.

    Raises:
        ValueError: for a key that is not of 16, 24 or 32 bytes, or a buffer that is not a whole number of blocks.
    """
    # The building block of CMAC and FF1, see above.
    cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305 # nosec B305

    def encrypt_blocks(blocks: Blocks) -> bytes:
        machine = cipher.encryptor()
        return machine.update(blocks) + machine.finalize()

    return encrypt_blocks


def sm4_ecb(key: bytes) -> BlockFunction:
    """SM4 (GB/T 32907-2016) of every 16-byte block by itself; for the same uses as `aes_ecb`, and FF1 only.

    Raises:
        ValueError: for a key that is not of 16 bytes, or a buffer that is not a whole number of blocks.
    """
    cipher = Cipher(algorithms.SM4(key), modes.ECB())  # noqa: S305 # nosec B305 - the bare block cipher, see above

    def encrypt_blocks(blocks: Blocks) -> bytes:
        machine = cipher.encryptor()
        return machine.update(blocks) + machine.finalize()

    return encrypt_blocks


def derive(key: bytes, purpose: str, label: str, n_bytes: int = KEY_BYTES) -> bytes:
    """A key for one use inside a purpose: HKDF-SHA256 (RFC 5869) with info `bequest/derive/v1`, purpose and label.

    Rows of the key table are independent random keys; this only divides one of them, such as `recipient/buyer` into
    one key per class of identifier. Deriving *across* purposes would let one key's death be undone by another.
    """
    info = b"\0".join((b"bequest/derive/v1", purpose.encode(), label.encode()))
    return HKDF(algorithm=hashes.SHA256(), length=n_bytes, salt=None, info=info).derive(key)


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104)."""
    return hmac.digest(key, message, hashlib.sha256)


def commit(salt: bytes, name: str, value: bytes) -> bytes:
    """A commitment: binds to `value`, hides it while the 32-byte `salt` is secret, is noise once the salt is erased.

    `HMAC-SHA256(salt, "bequest/commit/v1" 0x00 name 0x00 value)`; `value` is canonical JSON.
    """
    if len(salt) != KEY_BYTES:
        raise ValueError("a commitment's salt has 32 bytes")
    return hmac_sha256(salt, b"\0".join((b"bequest/commit/v1", name.encode(), value)))


def is_commitment(commitment: bytes, salt: bytes, name: str, value: bytes) -> bool:
    """Whether this salt and value open the commitment; compares in constant time."""
    return hmac.compare_digest(commitment, commit(salt, name, value))

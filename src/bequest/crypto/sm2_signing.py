"""Making SM2 signatures with SM3 (GB/T 32918.2 §6), for the 国密 profile.

Plain Python takes time that depends on the numbers: whoever can measure it on the same machine may learn of the key.
The key is this case's alone, signs a few files when a bundle is made, and is never the only signature. The nonce is
drawn from key and message by HMAC-SHA256, so that the same input gives the same bytes and none ever comes twice.
"""

from __future__ import annotations

import hashlib
import hmac

from bequest.crypto.curve import BYTES
from bequest.crypto.der import encode_pair
from bequest.crypto.sm2 import CURVE, N, Sm2PublicKey, digest_of


class Sm2Signer:
    """A private key that signs."""

    __slots__ = ("_d", "_nonces", "public")

    def __init__(self, seed: bytes) -> None:
        """The key of a 32-byte seed, such as one the key table keeps."""
        # a seed is taken as it is, or drawn on where it lies outside 1 … N-2 (once in 2^32)
        while not 1 <= (d := int.from_bytes(seed, "big")) <= N - 2:
            seed = hashlib.sha256(b"bequest/sm2-key/v1\0" + seed).digest()
        self._d = d
        self._nonces = hmac.digest(seed, b"bequest/sm2-nonces/v1", "sha256")
        self.public = Sm2PublicKey(*_point(d))

    def __repr__(self) -> str:
        return f"Sm2Signer({self.public.fingerprint})"

    def sign(self, message: bytes) -> bytes:
        """The DER of (r, s) that `Sm2PublicKey.verify` checks."""
        e = digest_of(self.public, message)
        for attempt in range(256):
            said = e.to_bytes(BYTES, "big") + bytes([attempt])
            k = int.from_bytes(hmac.digest(self._nonces, said, "sha256"), "big")
            if 1 <= k < N and (signature := signed(self._d, e, k)):
                return encode_pair(*signature)
        raise ArithmeticError("no nonce in 256 draws")


def signed(d: int, e: int, k: int) -> tuple[int, int] | None:
    """(r, s) of a digest under a private key with this nonce; None where another nonce must be drawn."""
    r = (e + _point(k)[0]) % N
    if not r or r + k == N:
        return None
    s = pow(1 + d, -1, N) * (k - r * d) % N
    return (r, s) if s else None


def _point(k: int) -> tuple[int, int]:
    found = CURVE.multiple(k, CURVE.g)
    assert found is not None  # noqa: S101 - 0 < k < N, and N is the order of G
    return found

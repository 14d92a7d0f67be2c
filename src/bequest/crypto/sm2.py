"""Checking SM2 signatures with SM3, in plain Python: what the 国密 profile adds beside Ed25519.

Sources: GB/T 32918.1 and .2 (SM2 signatures; GM/T 0003), GB/T 32918.5 (the curve sm2p256v1), GB/T 32905 (SM3; GM/T
0004), GB/T 35276 (DER of r and s), RFC 5480 form of the public key with the curve's identifier 1.2.156.10197.1.301.
"""

import re
from dataclasses import dataclass

from bequest.crypto.curve import BYTES, Curve
from bequest.crypto.der import decode_pair, pem_of_key
from bequest.crypto.sm3 import sm3
from bequest.kernel.errors import VerificationError

ID = b"1234567812345678"
"""The signer's name that GM/T 0009 sets where none is agreed."""

CURVE = Curve(
    p=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF,
    b=0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93,
    n=0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123,
    g=(
        0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
        0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
    ),
)
N = CURVE.n

_HEX = re.compile(r"04[0-9a-f]{128}")
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""SubjectPublicKeyInfo up to the point."""


@dataclass(frozen=True, slots=True)
class Sm2PublicKey:
    """A point of the curve."""

    x: int
    y: int

    def __post_init__(self) -> None:
        if not CURVE.contains(self.x, self.y):
            raise VerificationError("the SM2 public key is not a point of the curve")

    @property
    def point(self) -> bytes:
        """`04`, x, y: 65 bytes."""
        return b"\x04" + self.x.to_bytes(BYTES, "big") + self.y.to_bytes(BYTES, "big")

    @property
    def text(self) -> str:
        """The point in hex, as a trust file has it."""
        return self.point.hex()

    @property
    def fingerprint(self) -> str:
        """`sm2:` and the first 32 hex digits of the SM3 of the point."""
        return "sm2:" + sm3(self.point).hex()[:32]

    @property
    def pem(self) -> bytes:
        """SubjectPublicKeyInfo in PEM, for `openssl pkeyutl -verify -pubin`."""
        return pem_of_key(_SPKI + self.point)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the DER of (r, s) is this key's signature over the message (GB/T 32918.2 §7)."""
        try:
            r, s = decode_pair(signature)
        except ValueError:
            return False
        if not (1 <= r < N and 1 <= s < N):
            return False
        t = (r + s) % N
        if not t:
            return False
        found = CURVE.combined(s, CURVE.g, t, (self.x, self.y))
        return found is not None and (digest_of(self, message) + found[0]) % N == r


def parse_sm2(text: str) -> Sm2PublicKey:
    """The key in a trust file.

    Raises:
        VerificationError: where it is not the hex of an uncompressed point of the curve.
    """
    if not _HEX.fullmatch(text):
        raise VerificationError("an SM2 public key is 04 and 128 hex digits, in lower case")
    return Sm2PublicKey(int(text[2:66], 16), int(text[66:], 16))


def digest_of(key: Sm2PublicKey, message: bytes) -> int:
    """e, the digest of Z and the message, Z being that of the signer's name, curve and key (GB/T 32918.2 §5.5)."""
    numbers = b"".join(n.to_bytes(BYTES, "big") for n in (CURVE.p - 3, CURVE.b, *CURVE.g, key.x, key.y))
    return int.from_bytes(sm3(sm3((8 * len(ID)).to_bytes(2, "big") + ID + numbers) + message), "big")

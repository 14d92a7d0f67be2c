"""Checking SM2 signatures with SM3, in plain Python: what the 国密 profile adds beside Ed25519.

Sources: GB/T 32918.1 and .2 (SM2 signatures; GM/T 0003), GB/T 32918.5 (the curve sm2p256v1), GB/T 32905 (SM3; GM/T
0004), GB/T 35276 (DER of r and s), RFC 5480 form of the public key with the curve's identifier 1.2.156.10197.1.301.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from bequest.kernel.errors import VerificationError

ID = b"1234567812345678"
"""The signer's name that GM/T 0009 sets where none is agreed."""

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
BYTES = 32

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]
_HEX = re.compile(r"04[0-9a-f]{128}")
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""SubjectPublicKeyInfo up to the point."""


def sm3(data: bytes) -> bytes:
    """The SM3 digest, 32 bytes."""
    digest = _sm3()
    digest.update(data)
    return digest.finalize()


def sm3_file(path: Path) -> str:
    """The SM3 digest of a file, in hex."""
    digest = _sm3()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.finalize().hex()


def _sm3() -> hashes.Hash:
    try:
        return hashes.Hash(hashes.SM3())
    except UnsupportedAlgorithm as error:  # a build of OpenSSL without it, as some of FIPS
        raise VerificationError(
            "this build of cryptography has no SM3", hint="Use the wheel of the package index: pip install cryptography"
        ) from error


@dataclass(frozen=True, slots=True)
class Sm2PublicKey:
    """A point of the curve."""

    x: int
    y: int

    def __post_init__(self) -> None:
        if not (0 <= self.x < P and 0 <= self.y < P) or (self.y**2 - self.x**3 - A * self.x - B) % P:
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
        text = base64.b64encode(_SPKI + self.point).decode()
        lines = [text[at : at + 64] for at in range(0, len(text), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""]).encode()

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the DER of (r, s) is this key's signature over the message (GB/T 32918.2 §7)."""
        try:
            r, s = decode_dss_signature(signature)
        except ValueError:
            return False
        if encode_dss_signature(r, s) != signature or not (1 <= r < N and 1 <= s < N):
            return False
        t = (r + s) % N
        if not t:
            return False
        found = affine(_sum(multiple(s, G), multiple(t, (self.x, self.y))))
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
    numbers = b"".join(n.to_bytes(BYTES, "big") for n in (A, B, *G, key.x, key.y))
    return int.from_bytes(sm3(sm3((8 * len(ID)).to_bytes(2, "big") + ID + numbers) + message), "big")


def multiple(k: int, point: Point) -> _Jacobian:
    """K times a point, in Jacobian coordinates; z is 0 for the point at infinity."""
    result: _Jacobian = (1, 1, 0)
    added: _Jacobian = (*point, 1)
    for bit in bin(k)[2:]:
        result = _double(result)
        if bit == "1":
            result = _sum(result, added)
    return result


def affine(point: _Jacobian) -> Point | None:
    """X and y; None for the point at infinity."""
    x, y, z = point
    if not z:
        return None
    inverse = pow(z, -1, P)
    square = inverse * inverse % P
    return x * square % P, y * square * inverse % P


def _double(point: _Jacobian) -> _Jacobian:
    """2·point, for a = -3 (GB/T 32918.1 appendix A)."""
    x, y, z = point
    if not z or not y:
        return (1, 1, 0)
    zz = z * z % P
    m = 3 * (x - zz) * (x + zz) % P
    yy = y * y % P
    s = 4 * x * yy % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * yy * yy) % P, 2 * y * z % P


def _sum(one: _Jacobian, other: _Jacobian) -> _Jacobian:
    (x1, y1, z1), (x2, y2, z2) = one, other
    if not z1:
        return other
    if not z2:
        return one
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * z2 * zz2 % P, y2 * z1 * zz1 % P
    if u1 == u2:
        return _double(one) if s1 == s2 else (1, 1, 0)
    h, r = u2 - u1, s2 - s1
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, z1 * z2 * h % P

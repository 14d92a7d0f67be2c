"""Ed25519 and ES256 checked in plain Python, where the library is not installed: a few milliseconds a signature.

It accepts what the library accepts (a test holds them against each other). Only public things go in, so that how long
it takes tells nobody anything. Sources: RFC 8032 §5.1, FIPS 186-5 §6.4.2 and SP 800-186 §3.2.1.3 (P-256).
"""

import hashlib

from bequest.crypto.curve import BYTES, Curve
from bequest.crypto.der import decode_pair

P256 = Curve(
    p=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    g=(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Extended = tuple[int, int, int, int]
_NEUTRAL: _Extended = (0, 1, 1, 0)
_G_Y = 4 * pow(5, -1, _P) % _P


def is_p256(point: bytes) -> bool:
    """Whether `04`, x, y is a point of the curve."""
    return P256.contains(*_coordinates(point))


def verify_es256(point: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the DER of (r, s) is the signature by the key at this point (SHA-256)."""
    try:
        r, s = decode_pair(signature)
    except ValueError:
        return False
    if not (1 <= r < P256.n and 1 <= s < P256.n):
        return False
    inverse = pow(s, -1, P256.n)
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    found = P256.combined(e * inverse % P256.n, P256.g, r * inverse % P256.n, _coordinates(point))
    return found is not None and found[0] % P256.n == r


def verify_ed25519(raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the 64 bytes are the signature by the key of these 32 bytes: S·B - k·A gives the very bytes of R."""
    if len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    key = _point(raw)
    if key is None or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + raw + message).digest(), "little") % _L
    return _bytes(_combined(s, _G, k, _minus(key))) == signature[:32]


def _coordinates(point: bytes) -> tuple[int, int]:
    return int.from_bytes(point[1 : 1 + BYTES], "big"), int.from_bytes(point[1 + BYTES :], "big")


def _point(raw: bytes) -> _Extended | None:
    """The point behind 32 bytes (RFC 8032 §5.1.3), y taken modulo p; None where there is none."""
    number = int.from_bytes(raw, "little")
    y, sign = (number & (2**255 - 1)) % _P, number >> 255
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(x_squared, (_P + 3) // 8, _P)
    if (x * x - x_squared) % _P:
        x = x * _ROOT % _P
    if (x * x - x_squared) % _P:
        return None
    if x & 1 != sign:
        x = -x % _P
    return x, y, 1, x * y % _P


def _bytes(point: _Extended) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, _P)
    return (y * inverse % _P | (x * inverse % _P & 1) << 255).to_bytes(32, "little")


def _minus(point: _Extended) -> _Extended:
    x, y, z, t = point
    return -x % _P, y, z, -t % _P


def _sum(one: _Extended, other: _Extended) -> _Extended:
    """One and other, whichever they are (RFC 8032 §5.1.4)."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * t1 * t2 * _D % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _double(point: _Extended) -> _Extended:
    x, y, z, _ = point
    a, b, c = x * x % _P, y * y % _P, 2 * z * z % _P
    h = a + b
    e, g = h - (x + y) ** 2 % _P, a - b
    f = c + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _combined(u: int, one: _Extended, v: int, other: _Extended) -> _Extended:
    both, result = _sum(one, other), _NEUTRAL
    for at in reversed(range(max(u.bit_length(), v.bit_length()))):
        result = _double(result)
        bits = u >> at & 1, v >> at & 1
        if any(bits):
            result = _sum(result, both if all(bits) else one if bits[0] else other)
    return result


def _generator() -> _Extended:
    found = _point(_G_Y.to_bytes(32, "little"))
    assert found is not None  # noqa: S101 - RFC 8032 §5.1: y is 4/5, x is even
    return found


_G = _generator()

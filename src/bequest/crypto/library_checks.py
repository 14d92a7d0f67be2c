"""Ed25519 and ES256 checked by the library `cryptography`: the same functions as in `plain_checks`."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519


def is_p256(point: bytes) -> bool:
    """Whether `04`, x, y is a point of the curve."""
    try:
        _es256(point)
    except ValueError:
        return False
    return True


def verify_es256(point: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the DER of (r, s) is the signature by the key at this point (SHA-256)."""
    try:
        _es256(point).verify(signature, message, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def verify_ed25519(raw: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the 64 bytes are the signature by the key of these 32 bytes."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _es256(point: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)

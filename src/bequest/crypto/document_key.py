"""The X.509 key that signs PDF documents: self-made for a case, or a certificate of an authority taken from a file.

A self-made certificate shows whether a document was changed after it was signed, and nothing about who signed it: that
rests on the signed original inside. A certificate of a licensed authority (电子签名法 Art. 16) says who signed; whether
the authority is licensed and the certificate not revoked is not looked up here.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from bequest.kernel.errors import InputError

_DOMAIN = b"bequest/pdf-signing/v1"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the group of P-256 (SEC 2)."""
_VALID = timedelta(days=3653)
_LEAST_RSA = 2048

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A private key, its certificate, and the certificates between it and the root, as DER."""

    key: bytes = field(repr=False)
    """PKCS#8."""
    certificate: bytes
    chain: tuple[bytes, ...]
    self_made: bool

    @property
    def subject(self) -> str:
        """Whom the certificate names: the common name, else the organisation."""
        return _name(x509.load_der_x509_certificate(self.certificate).subject)

    @property
    def issuer(self) -> str:
        """Who issued it."""
        return _name(x509.load_der_x509_certificate(self.certificate).issuer)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hexadecimal."""
        return hashlib.sha256(self.certificate).hexdigest()

    def pem(self) -> bytes:
        """The certificate and its chain in PEM, without the key."""
        found = (x509.load_der_x509_certificate(c) for c in (self.certificate, *self.chain))
        return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in found)

    def check_valid(self, at: datetime) -> None:
        """Nothing, where the certificate is valid at that time.

        Raises:
            InputError: where it is not yet, or no longer.
        """
        found = x509.load_der_x509_certificate(self.certificate)
        if not found.not_valid_before_utc <= at <= found.not_valid_after_utc:
            raise InputError(
                f"the certificate for signing PDFs is valid from {found.not_valid_before_utc:%Y-%m-%d} to"
                f" {found.not_valid_after_utc:%Y-%m-%d} only",
                hint="Have it renewed, or leave pdf_key out: the PDF is then signed with a self-made one.",
            )


def self_made_key(seed: bytes, name: str, since: datetime) -> DocumentKey:
    """The P-256 key that follows from a seed, with a certificate that signs itself; the same seed, the same key.

    `since` is the instant from which it is valid, ten years long. The certificate's signature is deterministic
    (RFC 6979).
    """
    key = _derived(seed)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    since = since.replace(hour=0, minute=0, second=0, microsecond=0)
    public = key.public_key()
    point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(public)
        .serial_number(int.from_bytes(hashlib.sha256(_DOMAIN + point).digest()[:16]) | 1)
        .not_valid_before(since)
        .not_valid_after(since + _VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return DocumentKey(_pkcs8(key), made.public_bytes(serialization.Encoding.DER), (), self_made=True)


def read_document_key(data: bytes, passphrase: str) -> DocumentKey:
    """The key and certificate that an authority issued, from PKCS#12 or PEM; an empty passphrase stands for none.

    Raises:
        InputError: where they cannot be read, do not belong together, or are too weak or not for signing.
    """
    key, leaf, chain = _read_pem(data, passphrase) if b"-----BEGIN " in data else _read_p12(data, passphrase)
    weak = isinstance(key, rsa.RSAPrivateKey) and key.key_size < _LEAST_RSA
    if weak or not isinstance(key, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise InputError(
            "the key for signing PDFs is of another kind, or too short",
            hint="Expected RSA of 2048 bits or more, or a NIST curve; a file with an SM2 key cannot be used for PDFs.",
        )
    if leaf is None or leaf.public_key() != key.public_key():
        raise InputError(
            "the file for signing PDFs has no certificate that fits its key",
            hint="Give the file that the authority issued: PKCS#12 (.p12, .pfx), or PEM with key and certificates.",
        )
    try:
        usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise InputError(
            "the certificate for signing PDFs is not one for signatures", hint="Ask the authority for a signing one."
        )
    der = serialization.Encoding.DER
    return DocumentKey(
        _pkcs8(key),
        leaf.public_bytes(der),
        tuple(c.public_bytes(der) for c in chain if c != leaf),
        self_made=leaf.issuer == leaf.subject,
    )


def _read_p12(data: bytes, passphrase: str) -> tuple[object, x509.Certificate | None, list[x509.Certificate]]:
    try:
        key, leaf, chain = pkcs12.load_key_and_certificates(data, passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unreadable() from None
    return key, leaf, chain


def _read_pem(data: bytes, passphrase: str) -> tuple[object, x509.Certificate | None, list[x509.Certificate]]:
    try:
        key = serialization.load_pem_private_key(data, passphrase.encode() if passphrase else None)
        found = x509.load_pem_x509_certificates(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unreadable() from None
    fitting = [c for c in found if c.public_key() == key.public_key()]
    return key, (fitting[0] if fitting else None), found


def _unreadable() -> InputError:
    return InputError(
        "the file for signing PDFs cannot be opened",
        hint="It is PKCS#12 (.p12, .pfx), or PEM with key and certificates. A wrong passphrase looks the same"
        " as a wrong file.",
    )


def _derived(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """A scalar in 1 … n-1 from 64 bytes of HMAC, so that no value is likelier than another (FIPS 186-5 A.2.1)."""
    wide = b""
    for n in (b"\x01", b"\x02"):
        mac = hmac.HMAC(seed, hashes.SHA256())
        mac.update(_DOMAIN + n)
        wide += mac.finalize()
    return ec.derive_private_key(int.from_bytes(wide) % (_ORDER - 1) + 1, ec.SECP256R1())


def _pkcs8(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(name: x509.Name) -> str:
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(oid):
            return str(found[0].value)
    return name.rfc4514_string()

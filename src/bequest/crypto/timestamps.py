"""Trusted time stamps (RFC 3161): what is asked of a time-stamping authority, and checking what it answered.

A token says that the authority had the digest of some bytes at a time by its clock. The chain of its certificate is
checked as of that time, against roots that the reader names; whether a certificate was revoked is not looked up.

What it takes is imported only when a token is there: a reader without one does without it.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bequest.crypto.verify import decode_base64
from bequest.kernel.errors import VerificationError

if TYPE_CHECKING:
    from cryptography import x509

MAX_TOKEN_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token that verified: the instant it names, and the authority's name as its certificate has it."""

    at: datetime
    authority: str


def timestamp_query(data: bytes) -> bytes:
    """The request for a token over SHA-256 of `data` (RFC 3161 §2.4.1), with the authority's certificate in it.

    There is no nonce: a token over the same bytes given earlier says no less.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=False).cert_request(cert_request=True).build().as_bytes()


def parse_roots(pem: str) -> tuple[str, ...]:
    """The certificates in a PEM text, each as base64 of DER.

    Raises:
        VerificationError: where there is none, or one cannot be read.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise VerificationError("this is no PEM text with certificates") from error
    der = (cert.public_bytes(Encoding.DER) for cert in found)
    return tuple(base64.b64encode(data).decode() for data in der)


def is_root(root: str) -> bool:
    """Whether a certificate signed itself."""
    certificate = _certificate(root)
    return certificate.issuer == certificate.subject


def roots_pem(roots: Sequence[str]) -> bytes:
    """The certificates as PEM, for `openssl ts -verify -CAfile`."""
    blocks = ("\n".join(textwrap.wrap(root, 64)) for root in roots)
    return "".join(f"-----BEGIN CERTIFICATE-----\n{b}\n-----END CERTIFICATE-----\n" for b in blocks).encode()


def check_timestamp(response: bytes, data: bytes, roots: Sequence[str]) -> Stamp:
    """What a response with a token says of `data`.

    `roots` are certificates as base64 of DER: those that signed themselves are trusted, others may stand between.

    Raises:
        VerificationError: where it is malformed, was not granted, is about other bytes, or its certificate does not
            lead to a root; also where the library that checks it is missing here.
    """
    try:
        from cryptography import x509
        from rfc3161_client import VerifierBuilder, decode_timestamp_response
        from rfc3161_client.errors import VerificationError as Refusal
    except ImportError as error:
        raise VerificationError(
            "a time stamp cannot be checked here: the library rfc3161-client is not installed",
            hint="Install it with pip, or check with the openssl command in VERIFY.md.",
        ) from error
    if len(response) > MAX_TOKEN_BYTES:
        raise VerificationError("the time stamp is too long")
    known = [_certificate(root) for root in roots]
    try:
        parsed = decode_timestamp_response(response)
        verifier = VerifierBuilder(
            roots=[cert for cert in known if cert.issuer == cert.subject],
            intermediates=[cert for cert in known if cert.issuer != cert.subject],
        ).build()
        verifier.verify_message(parsed, data)
        info = parsed.tst_info
        certificates = [x509.load_der_x509_certificate(der) for der in parsed.signed_data.certificates]
        signers = {(signer.issuer, signer.serial_number) for signer in parsed.signed_data.signer_infos}
    except (ValueError, Refusal) as error:
        raise VerificationError(f"the time stamp does not verify: {_why(str(error))}") from error
    own = [cert for cert in certificates if (cert.issuer, cert.serial_number) in signers]
    return Stamp(info.gen_time.astimezone(UTC), own[0].subject.rfc4514_string() if own else "")


def _why(said: str) -> str:
    """The reason in plain words; what the library says names lines of its source."""
    if "Mismatch between messages" in said:
        return "it is about other bytes"
    if "verifying certificates" in said or "at least one root" in said:
        return "its signature or certificate does not lead to a trusted root, or was not valid at its time"
    return "it is malformed, was not granted, or its signer may not stamp"


def _certificate(root: str) -> x509.Certificate:
    from cryptography import x509

    try:
        return x509.load_der_x509_certificate(decode_base64(root, "a certificate of a time-stamping authority"))
    except ValueError as error:
        raise VerificationError("a certificate of a time-stamping authority cannot be read") from error

"""The QR text of a certificate: enough to check it offline, no personal data, no address (evidence format, §3.3).

`EVQ1:` + Base45 of 132 bytes: "EVQ1" · 16-byte certificate id · SHA-256 of the DSSE payload · leaf index and tree size
as unsigned 64-bit big-endian · Ed25519 signature over the domain string and all that precedes it. The 203 characters
are in the QR alphanumeric set, so that version 8 with error level M holds them.
"""

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from bequest.engine.kernels.base45 import ALPHABET
from bequest.evidence.merkle import HASH_BYTES
from bequest.evidence.person_proof import PersonProof, person_proof
from bequest.kernel.errors import VerificationError

PREFIX: Final = "EVQ1:"
MAGIC: Final = b"EVQ1"
DOMAIN: Final = b"bequest/qr/v1\n"
_HEAD: Final = struct.Struct(">4s16s32sQQ")
_SIGNATURE_BYTES: Final = 64
PERSON_PREFIX: Final = "EVP1:"
PERSON_MAGIC: Final = b"EVP1"
_PERSON: Final = struct.Struct(">4s16s32sQQH")


@dataclass(frozen=True, slots=True)
class QrClaim:
    """What the QR says: this certificate, with this payload digest, is leaf `index` of the log at `size`."""

    certificate_id: bytes
    """16 bytes, see `short_id`."""
    payload_sha256: bytes
    index: int
    size: int

    def to_bytes(self) -> bytes:
        """The 68 bytes before the signature.

        Raises:
            ValueError: where an identifier or digest has the wrong length or a number does not fit.
        """
        if len(self.certificate_id) != 16 or len(self.payload_sha256) != 32:
            raise ValueError("the certificate id has 16 bytes and the digest 32")
        if not 0 <= self.index < self.size < 2**64:
            raise ValueError("the index lies inside the tree")
        return _HEAD.pack(MAGIC, self.certificate_id, self.payload_sha256, self.index, self.size)

    def signing_input(self) -> bytes:
        """What the log's Ed25519 key signs."""
        return DOMAIN + self.to_bytes()


def short_id(certificate_id: str) -> bytes:
    """The first 16 bytes of the SHA-256 of the certificate's number."""
    return hashlib.sha256(certificate_id.encode()).digest()[:16]


def qr_text(claim: QrClaim, signature: bytes) -> str:
    """The text to print as QR. The signature over `claim.signing_input()` is made by the caller.

    Raises:
        ValueError: where the signature has not 64 bytes or the claim is out of range.
    """
    if len(signature) != _SIGNATURE_BYTES:
        raise ValueError("an Ed25519 signature has 64 bytes")
    return PREFIX + base45_encode(claim.to_bytes() + signature)


def parse_qr_text(text: str) -> tuple[QrClaim, bytes]:
    """Claim and signature of a scanned text; the signature is not checked here.

    Raises:
        VerificationError: where the text is not one that `qr_text` writes.
    """
    if not text.startswith(PREFIX):
        raise VerificationError("the QR text does not start with EVQ1:", hint="Scan the code of a Bequest certificate.")
    raw = base45_decode(text[len(PREFIX) :])
    if len(raw) != _HEAD.size + _SIGNATURE_BYTES or raw[:4] != MAGIC:
        raise VerificationError("the QR text has the wrong length or form", hint="Scan again, whole and undamaged.")
    _, certificate_id, payload, index, size = _HEAD.unpack(raw[: _HEAD.size])
    if index >= size:
        raise VerificationError("the QR text names a leaf outside the tree", hint="Ask the issuer for the certificate.")
    return QrClaim(certificate_id, payload, index, size), raw[_HEAD.size :]


def person_text(proof: PersonProof) -> str:
    """The text of a person's proof to print as QR.

    `EVP1:` + Base45 of "EVP1" · tag · salt · index and size as unsigned 64-bit · length of the disposition (16 bit) and
    its ASCII · the hashes of the path, from the leaf.
    """
    said = proof.disposition.encode("ascii")
    head = _PERSON.pack(PERSON_MAGIC, proof.tag, proof.salt, proof.at.index, proof.at.size, len(said))
    return PERSON_PREFIX + base45_encode(head + said + b"".join(proof.at.hashes))


@dataclass(frozen=True, slots=True)
class PersonHead:
    """What proofs of one disposition in one tree have in common: `before` · tag · salt · index · `behind` · path."""

    before: bytes
    behind: bytes


def person_head(disposition: str, size: int) -> PersonHead:
    """The parts of `person_text` that say nothing of the single person, for texts of many people at once."""
    said = disposition.encode("ascii")
    return PersonHead(PERSON_MAGIC, struct.pack(">QH", size, len(said)) + said)


def parse_person_text(text: str) -> PersonProof:
    """The proof in a text that `person_text` wrote.

    Raises:
        VerificationError: where it is none.
    """
    raw = base45_decode(text.removeprefix(PERSON_PREFIX)) if text.startswith(PERSON_PREFIX) else b""
    bad = VerificationError("this is no whole QR text of a proof", hint="Scan again, whole and undamaged.")
    if len(raw) < _PERSON.size or raw[:4] != PERSON_MAGIC:
        raise bad
    _, tag, salt, index, size, length = _PERSON.unpack(raw[: _PERSON.size])
    said, path = raw[_PERSON.size : _PERSON.size + length], raw[_PERSON.size + length :]
    if len(said) != length or not said.isascii():
        raise bad
    hashes = tuple(path[i : i + HASH_BYTES] for i in range(0, len(path), HASH_BYTES))
    return person_proof(tag, salt, said.decode("ascii"), index, size, hashes)


def base45_encode(data: bytes) -> str:
    """Base45 (RFC 9285 §4)."""
    out: list[str] = []
    for i in range(0, len(data) - 1, 2):
        n = data[i] * 256 + data[i + 1]
        out += ALPHABET[n % 45], ALPHABET[n // 45 % 45], ALPHABET[n // 2025]
    if len(data) % 2:
        out += ALPHABET[data[-1] % 45], ALPHABET[data[-1] // 45]
    return "".join(out)


def base45_decode(text: str) -> bytes:
    """The bytes of a Base45 text (RFC 9285 §4), strictly.

    Raises:
        VerificationError: where a character, the length or a group is not one the encoder writes.
    """
    bad = VerificationError("the text is not Base45", hint="Scan again, whole and undamaged.")
    try:
        digits = [ALPHABET.index(c) for c in text]
    except ValueError:
        raise bad from None
    if len(digits) % 3 == 1:
        raise bad
    out = bytearray()
    for i in range(0, len(digits), 3):
        group = digits[i : i + 3]
        n = sum(d * 45**k for k, d in enumerate(group))
        width = len(group) - 1
        if n >= 256**width:
            raise bad
        out += n.to_bytes(width, "big")
    return bytes(out)

"""Checking signatures, and nothing else: Ed25519, ES256, SSH signatures (those of passkeys, too), DSSE.

This is all the cryptography the stand-alone verifier needs, so it imports only the standard library and, where it is
installed, the library `cryptography`, and no module that exists on one operating system only. Encodings are taken in
their one canonical form: base64 with stray trailing bits, a differently wrapped armour or a padded integer is refused,
so that no byte of a signed thing can change unseen.

Sources: RFC 8032 (Ed25519), RFC 4253 §6.6 and RFC 5656 (key blobs), OpenSSH `PROTOCOL.sshsig` and `PROTOCOL.u2f`,
DSSE v1 (PAE).
"""

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from bequest.crypto.assertion import Assertion, check_assertion
from bequest.crypto.der import decode_pair, encode_pair, pem_of_key
from bequest.kernel.errors import VerificationError

try:
    from bequest.crypto.library_checks import is_p256, verify_ed25519, verify_es256
except ImportError:  # the stand-alone verifier, where Python is all there is
    from bequest.crypto.plain_checks import is_p256, verify_ed25519, verify_es256

NAMESPACE = "bequest-evidence"
"""SSHSIG namespace of everything signed here: a signature made for another use is no signature here."""

ED25519 = "ssh-ed25519"
ES256 = "ecdsa-sha2-nistp256"
PASSKEY = "sk-ecdsa-sha2-nistp256@openssh.com"
"""A key that a passkey holds; it signs assertions on pages of one relying party, and nothing else."""
_ASSERTED = b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com"

ASSERTED_HASH = "sha512"
"""The hash inside the challenge of a passkey."""
_CURVE = b"nistp256"
_DOMAIN = re.compile(r"[a-z0-9.-]{1,253}")
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_WRAP = 70
_MAX_ARMOUR = 8192
_MAGIC = b"SSHSIG"
_ED25519_BYTES = 64
_SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")
_SPKI_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
"""SubjectPublicKeyInfo up to the key (RFC 8410, RFC 5480)."""
_P25519 = 2**255 - 19
_SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        _P25519 - 1,
        _P25519,
        _P25519 + 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
"""The y of every point of order 1, 2, 4 or 8: under such a key anybody can make a "signature"."""


def decode_base64(text: str, what: str = "base64") -> bytes:
    """The bytes behind standard base64 (RFC 4648 §4), refused unless it is their only encoding.

    Raises:
        VerificationError: for foreign characters, wrong padding, or trailing bits that are not zero.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError(f"{what} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise VerificationError(f"{what} is base64, but not in its canonical form")
    return data


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE's pre-authentication encoding: what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that can be checked with: `ssh-ed25519` (32 bytes) or `ecdsa-sha2-nistp256` (65 bytes, uncompressed).

    That of a passkey is of the second kind, and has an `application`: the domain whose pages it signs on.
    """

    algorithm: str
    raw: bytes
    application: str = ""

    def __post_init__(self) -> None:
        if self.algorithm == PASSKEY and not _DOMAIN.fullmatch(self.application):
            raise VerificationError("the key of a passkey names the domain it is for")
        if self.algorithm == ED25519:
            if len(self.raw) != 32:
                raise VerificationError("an Ed25519 public key has 32 bytes")
            if int.from_bytes(self.raw, "little") & (2**255 - 1) in _SMALL_ORDER_Y:
                raise VerificationError("this Ed25519 public key has small order: anybody could sign for it")
        elif self.algorithm in (ES256, PASSKEY):
            if len(self.raw) != 65 or self.raw[0] != 4:
                raise VerificationError("a P-256 public key is an uncompressed point of 65 bytes")
            if not is_p256(self.raw):
                raise VerificationError("the P-256 public key is not a point of the curve")
        else:
            raise VerificationError(f"key type {self.algorithm!r} is not accepted: use {ED25519} or {ES256}")

    @property
    def blob(self) -> bytes:
        """The SSH wire form."""
        if self.algorithm == ED25519:
            return ssh_string(ED25519.encode()) + ssh_string(self.raw)
        point = ssh_string(self.algorithm.encode()) + ssh_string(_CURVE) + ssh_string(self.raw)
        return point + (ssh_string(self.application.encode()) if self.algorithm == PASSKEY else b"")

    @property
    def line(self) -> str:
        """The OpenSSH public key line, without comment."""
        return f"{self.algorithm} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """`SHA256:…` as `ssh-keygen -l` prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def key_id(self) -> str:
        """`k:` and 16 hex digits: how a log entry names the key that acted."""
        return "k:" + hashlib.sha256(self.blob).hexdigest()[:16]

    @property
    def pem(self) -> bytes:
        """SubjectPublicKeyInfo in PEM, for `openssl pkeyutl -verify -pubin`."""
        return pem_of_key((_SPKI_ED25519 if self.algorithm == ED25519 else _SPKI_P256) + self.raw)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is by this key over `message`: 64 raw bytes for Ed25519, DER of (r, s) for ES256.

        Never for a passkey: what it signs is an assertion, which only an SSH signature bears whole.
        """
        if self.algorithm == PASSKEY:
            return False
        check = verify_ed25519 if self.algorithm == ED25519 else verify_es256
        return check(self.raw, message, signature)


class SigningKey(Protocol):
    """Whatever can sign so that `PublicKey.verify` checks it: a `Signer`, later a PKCS#11 slot or a cloud key."""

    @property
    def public(self) -> PublicKey:
        """The key to check with."""

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`."""


def verify_dsse(key: PublicKey, payload_type: str, payload: bytes, signature: bytes) -> bool:
    """Whether `signature` is by `key` over the DSSE envelope of this payload.

    It is what `PublicKey.verify` takes, or the blob of an SSH signature over the same bytes: whoever signs with
    `ssh-keygen -Y sign` needs no program of ours.
    """
    message = pae(payload_type, payload)
    if not signature.startswith(_MAGIC) or len(signature) == _ED25519_BYTES:
        return key.verify(message, signature)
    try:
        verify_sshsig(message, armour(signature), key)
    except VerificationError:
        return False
    return True


def sshsig_blob(text: str) -> bytes:
    """The blob inside an armoured SSH signature, however it was wrapped on its way.

    Raises:
        VerificationError: where it is none.
    """
    lines = normalise_armour(text).split("\n")
    return decode_base64("".join(lines[1:-2]), "the SSH signature")


def ssh_string(data: bytes) -> bytes:
    """A length-prefixed string of the SSH wire format (RFC 4251 §5)."""
    return struct.pack(">I", len(data)) + data


def _take(data: bytes, what: str) -> tuple[bytes, bytes]:
    if len(data) < 4:
        raise VerificationError(f"{what} is cut short")
    (length,) = struct.unpack(">I", data[:4])
    if len(data) < 4 + length:
        raise VerificationError(f"{what} is cut short")
    return data[4 : 4 + length], data[4 + length :]


def parse_public_blob(blob: bytes) -> PublicKey:
    """The key in SSH wire form.

    Raises:
        VerificationError: for another key type or malformed bytes.
    """
    name, rest = _take(blob, "the public key")
    if name == ED25519.encode():
        raw, rest = _take(rest, "the public key")
        key = PublicKey(ED25519, raw)
    elif name in (ES256.encode(), PASSKEY.encode()):
        curve, rest = _take(rest, "the public key")
        if curve != _CURVE:
            raise VerificationError("the P-256 public key names another curve")
        raw, rest = _take(rest, "the public key")
        application, rest = _take(rest, "the public key") if name == PASSKEY.encode() else (b"", rest)
        key = PublicKey(name.decode(), raw, application.decode("ascii", "replace"))
    else:
        raise VerificationError(f"this key type is not accepted: use {ED25519} or {ES256}")
    if rest:
        raise VerificationError("the public key has bytes after its end")
    return key


def parse_public_line(line: str) -> PublicKey:
    """The key of an OpenSSH public key line, `type base64 [comment]`.

    Raises:
        VerificationError: for another key type or a malformed line.
    """
    parts = line.strip().split(None, 2)
    if len(parts) < 2:
        raise VerificationError("an OpenSSH public key line has a type and a key in base64")
    key = parse_public_blob(decode_base64(parts[1], "the public key"))
    if key.algorithm != parts[0]:
        raise VerificationError("the public key line names another type than its key has")
    return key


class SshSignature(NamedTuple):
    """What an armoured SSH signature holds."""

    key: PublicKey
    namespace: str
    hash_name: str
    signature: bytes


def armour(blob: bytes) -> str:
    """The one armoured form of a signature blob: that of `ssh-keygen -Y sign`."""
    text = base64.b64encode(blob).decode()
    lines = [text[i : i + _WRAP] for i in range(0, len(text), _WRAP)]
    return "\n".join([_BEGIN, *lines, _END, ""])


def normalise_armour(text: str) -> str:
    """The canonical form of an armour that came with other line ends or wrapping, as from a mail or from Windows.

    Raises:
        VerificationError: where it is no SSH signature.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) < 3 or lines[0] != _BEGIN or lines[-1] != _END:
        raise VerificationError("this is not an armoured SSH signature")
    return armour(decode_base64("".join(lines[1:-1]), "the SSH signature"))


def parse_sshsig(text: str) -> SshSignature:
    """The parts of an armoured SSH signature.

    Raises:
        VerificationError: where the armour or the blob is not in its canonical form.
    """
    if len(text) > _MAX_ARMOUR:
        raise VerificationError("an SSH signature is never that long")
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != _BEGIN or lines[-2] != _END or lines[-1]:
        raise VerificationError("this is not an armoured SSH signature")
    blob = decode_base64("".join(lines[1:-2]), "the SSH signature")
    if armour(blob) != text:
        raise VerificationError("the SSH signature is not wrapped as ssh-keygen wraps it")
    if blob[:10] != _MAGIC + struct.pack(">I", 1):
        raise VerificationError("the SSH signature has an unknown version")
    public, rest = _take(blob[10:], "the SSH signature")
    namespace, rest = _take(rest, "the SSH signature")
    reserved, rest = _take(rest, "the SSH signature")
    hash_name, rest = _take(rest, "the SSH signature")
    signature, rest = _take(rest, "the SSH signature")
    if reserved or rest:
        raise VerificationError("the SSH signature holds more than it may")
    if hash_name not in (b"sha512", b"sha256"):
        raise VerificationError("the SSH signature uses a hash other than sha512 or sha256")
    try:
        return SshSignature(parse_public_blob(public), namespace.decode("ascii"), hash_name.decode(), signature)
    except UnicodeDecodeError as error:
        raise VerificationError("the SSH signature's namespace is not ASCII") from error


def sshsig_message(message: bytes, namespace: str, hash_name: str) -> bytes:
    """What an SSH signature signs: the namespace and a digest of the message (`PROTOCOL.sshsig`)."""
    hashed = hashlib.new(hash_name, message).digest()
    return _MAGIC + b"".join(ssh_string(part) for part in (namespace.encode(), b"", hash_name.encode(), hashed))


def verify_sshsig(message: bytes, text: str, key: PublicKey, namespace: str = NAMESPACE) -> None:
    """Nothing, where the armoured signature `text` is by `key`, for this namespace, over `message`.

    Raises:
        VerificationError: saying which of these does not hold.
    """
    found = parse_sshsig(text)
    if found.key != key:
        raise VerificationError(f"signed with {found.key.fingerprint}, expected {key.fingerprint}")
    if found.namespace != namespace:
        raise VerificationError(f"the signature is for namespace {found.namespace!r}, expected {namespace!r}")
    message = sshsig_message(message, namespace, found.hash_name)
    name, rest = _take(found.signature, "the SSH signature")
    if key.algorithm == PASSKEY:
        _verify_asserted(message, name, rest, key)
        return
    body, rest = _take(rest, "the SSH signature")
    if name != key.algorithm.encode() or rest:
        raise VerificationError("the signature is of another kind than the key")
    if key.algorithm == ES256:
        body = _der_of_mpints(body)
    if not key.verify(message, body):
        raise VerificationError("the signature does not fit the signed bytes")


def asserted_signature(key: PublicKey, der: bytes, found: Assertion, namespace: str = NAMESPACE) -> str:
    """The armoured SSH signature that bears a passkey's assertion whole; its challenge was the `sshsig_message`.

    Raises:
        VerificationError: where `der` is no ECDSA signature.
    """
    try:
        numbers = decode_pair(der)
    except ValueError as error:
        raise VerificationError("the signature of the passkey is none of ECDSA") from error
    points = b"".join(ssh_string(n.to_bytes(n.bit_length() // 8 + 1, "big")) for n in numbers)
    signature = ssh_string(_ASSERTED) + ssh_string(points) + struct.pack(">BI", found.flags, found.counter)
    signature += b"".join(ssh_string(part) for part in (found.origin.encode(), found.client_data, found.extensions))
    parts = (key.blob, namespace.encode(), b"", ASSERTED_HASH.encode(), signature)
    return armour(_MAGIC + struct.pack(">I", 1) + b"".join(ssh_string(part) for part in parts))


def _parse_assertion(rest: bytes) -> tuple[bytes, Assertion]:
    """DER of the signature and the assertion, from what follows the type in an SSH signature of a passkey.

    Raises:
        VerificationError: where it is malformed.
    """
    points, rest = _take(rest, "the SSH signature")
    if len(rest) < 5:
        raise VerificationError("the SSH signature is cut short")
    flags, counter = struct.unpack(">BI", rest[:5])
    origin, rest = _take(rest[5:], "the SSH signature")
    client_data, rest = _take(rest, "the SSH signature")
    extensions, rest = _take(rest, "the SSH signature")
    if rest:
        raise VerificationError("the SSH signature holds more than it may")
    return _der_of_mpints(points), Assertion(flags, counter, origin.decode("ascii", "replace"), client_data, extensions)


def _verify_asserted(message: bytes, name: bytes, rest: bytes, key: PublicKey) -> None:
    if name != _ASSERTED:
        raise VerificationError("the signature is of another kind than the key")
    der, found = _parse_assertion(rest)
    check_assertion(found, key.application, message)
    if not PublicKey(ES256, key.raw).verify(found.signed(key.application), der):
        raise VerificationError("the signature does not fit the signed bytes")


def _der_of_mpints(body: bytes) -> bytes:
    """DER of the (r, s) that SSH writes as two integers (RFC 5656 §3.1.2)."""
    first, rest = _take(body, "the SSH signature")
    second, rest = _take(rest, "the SSH signature")
    if rest:
        raise VerificationError("the SSH signature holds more than it may")
    numbers = []
    for part in (first, second):
        number = int.from_bytes(part, "big")
        if not part or part != number.to_bytes(number.bit_length() // 8 + 1, "big"):
            raise VerificationError("a number in the SSH signature is not in its shortest form")
        numbers.append(number)
    return encode_pair(*numbers)

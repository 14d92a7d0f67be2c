"""An authenticator in software, for tests: makes what a browser hands over, and may lie where a test wants it to."""

import hashlib
import json
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bequest.crypto.assertion import websafe
from bequest.crypto.verify import PASSKEY, PublicKey


@dataclass
class Device:
    """One passkey. `flags`: user present and verified."""

    application: str = "localhost"
    origin: str = "http://localhost:8640"
    flags: int = 0x05
    counter: int = 0
    credential_id: bytes = b"a passkey of a test"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public(self) -> PublicKey:
        return PublicKey(PASSKEY, self._point(), self.application)

    def client_data(self, kind: str, challenge: bytes, origin: str = "") -> bytes:
        return json.dumps(
            {"type": kind, "challenge": websafe(challenge), "origin": origin or self.origin, "crossOrigin": False},
            separators=(",", ":"),
        ).encode()  # fmt: skip

    def enrolled(self, challenge: bytes, *, origin: str = "", user: bytes = b"") -> str:
        """The answer to `navigator.credentials.create`, without attestation."""
        n, e = self._point()[1:33], self._point()[33:]
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + n + b"\x22\x58\x20" + e
        data = self._head(self.flags | 0x40) + bytes(16) + struct.pack(">H", len(self.credential_id))
        data += self.credential_id + cose
        attested = b"\xa3cfmtdnonegattStmt\xa0hauthData\x58" + bytes([len(data)]) + data
        said = self.client_data("webauthn.create", challenge, origin)
        return self._answer(clientDataJSON=said, attestationObject=attested)

    def asserted(self, challenge: bytes, *, origin: str = "", user: bytes = b"") -> str:
        """The answer to `navigator.credentials.get`."""
        said = self.client_data("webauthn.get", challenge, origin)
        head = self._head(self.flags)
        signature = self.key.sign(head + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=head, signature=signature, userHandle=user)

    def _head(self, flags: int) -> bytes:
        return hashlib.sha256(self.application.encode()).digest() + bytes([flags]) + struct.pack(">I", self.counter)

    def _answer(self, **response: bytes) -> str:
        named = websafe(self.credential_id)
        said = {name: websafe(value) for name, value in response.items()}
        return json.dumps({"id": named, "rawId": named, "type": "public-key", "response": said})

    def _point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

"""A fake of Vault's transit engine, strict where the real one is: path, method, headers, token, body, key type, AEAD.

Its keys are AES-256-GCM-96 with versions; what it answers has the form of Vault's API documentation.
"""

import base64
import json
import os
import re
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.unit.app.fake_service import FakeService

TOKEN = "hvs.invented-token"
_PATH = re.compile(r"/v1/transit/(encrypt|decrypt)/([\w.-]+)")
_TEXT = re.compile(r"vault:v(\d+):([A-Za-z0-9+/=]+)")


class FakeVault(FakeService):
    """A running engine; `rotate` and `forbid_before` are what its administrator does."""

    def __init__(self) -> None:
        self.keys: dict[str, list[bytes]] = {"bequest": [os.urandom(32)]}
        self.least = 1
        self.sealed = False
        super().__init__()

    def rotate(self) -> None:
        self.keys["bequest"].append(os.urandom(32))

    def answer(self, path: str, headers: Any, raw: bytes) -> tuple[int, dict[str, Any]]:
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if headers.get("X-Vault-Request") != "true":
            return 400, {"errors": ["missing 'X-Vault-Request' header"]}
        if headers.get("X-Vault-Token") != TOKEN:
            return 403, {"errors": ["permission denied"]}
        match = _PATH.fullmatch(path)
        if not match:
            return 404, {"errors": ["no handler for route"]}
        body = json.loads(raw)
        if match[2] not in self.keys:
            return 400, {"errors": ["encryption key not found"]}
        versions = self.keys[match[2]]
        aad = base64.b64decode(body.get("associated_data", ""), validate=True)
        if match[1] == "encrypt":
            if set(body) - {"plaintext", "associated_data"}:
                return 400, {"errors": ["unknown field"]}
            iv = os.urandom(12)
            sealed = iv + AESGCM(versions[-1]).encrypt(iv, base64.b64decode(body["plaintext"], validate=True), aad)
            text = f"vault:v{len(versions)}:{base64.b64encode(sealed).decode()}"
            return 200, {"data": {"ciphertext": text, "key_version": len(versions)}}
        found = _TEXT.fullmatch(str(body.get("ciphertext")))
        if set(body) - {"ciphertext", "associated_data"} or not found:
            return 400, {"errors": ["invalid ciphertext: no prefix"]}
        if not self.least <= int(found[1]) <= len(versions):
            return 400, {"errors": ["ciphertext or signature version is disallowed by policy (too old)"]}
        sealed = base64.b64decode(found[2], validate=True)
        try:
            plain = AESGCM(versions[int(found[1]) - 1]).decrypt(sealed[:12], sealed[12:], aad)
        except InvalidTag:
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}

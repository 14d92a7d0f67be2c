"""A fake of the AWS KMS endpoint that knows key states, which moto does not: form and refusals of the API Reference."""

import json
import re
from typing import Any

from tests.unit.app.fake_service import FakeService

_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/cn-north-1/kms/aws4_request, SignedHeaders=[a-z0-9;-]*x-amz-target"
    r"[a-z0-9;-]*, Signature=[0-9a-f]{64}"
)


class FakeKms(FakeService):
    """Answers every well-formed request as the service does for a key in `state`."""

    media_type = "application/x-amz-json-1.1"

    def __init__(self, state: str) -> None:
        self.malformed: list[str] = []
        self._state = state
        super().__init__()

    def answer(self, path: str, headers: Any, raw: bytes) -> tuple[int, dict[str, Any]]:
        self._check(headers, json.loads(raw))
        name = {"Disabled": "DisabledException"}.get(self._state, "KMSInvalidStateException")
        return 400, {"__type": name, "message": f"the key is {self._state}"}

    def _check(self, headers: Any, body: dict[str, Any]) -> None:
        target = headers.get("X-Amz-Target", "")
        fields = {"TrentService.Encrypt": "Plaintext", "TrentService.Decrypt": "CiphertextBlob"}
        if target not in fields or not _SIGNED.fullmatch(headers.get("Authorization", "")):
            self.malformed.append("target or signature")
        elif set(body) != {"KeyId", fields[target], "EncryptionContext"}:
            self.malformed.append("fields")

"""A fake of the AWS KMS endpoint that knows key states, which moto does not: form and refusals of the API Reference."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/cn-north-1/kms/aws4_request, SignedHeaders=[a-z0-9;-]*x-amz-target"
    r"[a-z0-9;-]*, Signature=[0-9a-f]{64}"
)


class FakeKms:
    """Answers every well-formed request as the service does for a key in `state`."""

    def __init__(self, state: str) -> None:
        self.malformed: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.check(self.headers, body)
                name = {"Disabled": "DisabledException"}.get(state, "KMSInvalidStateException")
                data = json.dumps({"__type": name, "message": f"the key is {state}"}).encode()
                self.send_response(400)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def check(self, headers: Any, body: dict[str, Any]) -> None:
        target = headers.get("X-Amz-Target", "")
        fields = {"TrentService.Encrypt": "Plaintext", "TrentService.Decrypt": "CiphertextBlob"}
        if target not in fields or not _SIGNED.fullmatch(headers.get("Authorization", "")):
            self.malformed.append("target or signature")
        elif set(body) != {"KeyId", fields[target], "EncryptionContext"}:
            self.malformed.append("fields")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

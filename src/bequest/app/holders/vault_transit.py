"""HashiCorp Vault (or OpenBao): a key of its transit engine encrypts the master key; the key never leaves it.

`POST /v1/MOUNT/encrypt/KEY` and `…/decrypt/KEY` (transit API), with `associated_data`, which takes a key of an AEAD
type such as aes256-gcm96.
"""

import base64
import binascii
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from bequest.crypto.masters import USE, follow_secret
from bequest.kernel.errors import InputError, StateError
from bequest.kernel.secret import Secrets
from bequest.sources.here import is_here

TIMEOUT_SECONDS = 15
MAX_ANSWER_BYTES = 64 * 1024


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected request would carry the token to another place."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


class VaultTransit:
    """One key of the engine."""

    def __init__(self, settings: Mapping[str, str], secrets: Secrets) -> None:
        parts = urlsplit(settings["address"])
        near = parts.scheme == "http" and is_here(parts.hostname or "-")
        if not parts.hostname or not (parts.scheme == "https" or near) or parts.query or parts.username:
            raise InputError(
                "address of the vault must begin with https://", hint="http is taken only on this machine."
            )
        self._base = settings["address"].rstrip("/")
        self._mount, self._key = settings.get("mount") or "transit", settings["key"]
        self._headers = {
            "Content-Type": "application/json",
            "X-Vault-Request": "true",
            "X-Vault-Token": follow_secret(secrets, settings["token"], "the token of the vault"),
        }
        if settings.get("namespace"):
            self._headers["X-Vault-Namespace"] = settings["namespace"]

    def wrap(self, master: bytes) -> bytes:
        """The master key encrypted by the engine: its text `vault:vN:…`.

        Raises:
            StateError: where it cannot be reached or refuses.
        """
        return str(self._ask("encrypt", {"plaintext": base64.b64encode(master).decode()})["ciphertext"]).encode()

    def unwrap(self, wrapped: bytes) -> bytes:
        """The master key.

        Raises:
            StateError: where it cannot be reached or refuses.
        """
        found = self._ask("decrypt", {"ciphertext": wrapped.decode("ascii", "replace")})
        try:
            return base64.b64decode(str(found["plaintext"]), validate=True)
        except binascii.Error:
            raise _odd() from None

    def _ask(self, what: str, body: dict[str, str]) -> dict[str, Any]:
        url = f"{self._base}/v1/{quote(self._mount.strip('/'))}/{what}/{quote(self._key, safe='')}"
        data = json.dumps(body | {"associated_data": base64.b64encode(USE).decode()}).encode()
        call = urllib.request.Request(url, data=data, headers=self._headers, method="POST")  # noqa: S310
        try:
            with urllib.request.build_opener(_NoRedirect).open(call, timeout=TIMEOUT_SECONDS) as answer:
                found = json.loads(answer.read(MAX_ANSWER_BYTES))["data"]
        except urllib.error.HTTPError as error:
            error.close()
            raise StateError(
                f"the vault refuses to {what} ({error.code})",
                hint="Check that it is unsealed, that the token lives and its policy lets it update"
                f" {self._mount}/{what}/{self._key}, and that the key is aes256-gcm96 of a version still allowed.",
            ) from None
        except (OSError, http.client.HTTPException) as error:
            raise StateError(
                f"the vault cannot be reached ({type(error).__name__})", hint="Check its address and its certificate."
            ) from None
        except (ValueError, KeyError, TypeError):
            raise _odd() from None
        if not isinstance(found, dict) or not ({"ciphertext", "plaintext"} & set(found)):
            raise _odd()
        return found


def _odd() -> StateError:
    return StateError(
        "the vault answers with something else", hint="Check that address and mount are a transit engine."
    )

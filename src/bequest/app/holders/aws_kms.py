"""AWS Key Management Service, or whatever speaks its API: a symmetric key there, never here.

`Encrypt` and `Decrypt` with an encryption context (AWS KMS API Reference): what was wrapped for another use is refused
there. Credentials come as every AWS program takes them (environment, profile, role of the machine).
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bequest.crypto.masters import USE
from bequest.kernel.errors import InputError, StateError
from bequest.sources.here import is_here

_CONTEXT = {"bequest": USE.decode()}


class AwsKms:
    """One key of the service."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        endpoint = settings.get("endpoint", "")
        parts = urlsplit(endpoint)
        if endpoint and not (parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname or "-"))):
            raise InputError(
                "endpoint of the key service must begin with https://", hint="http is taken only on this machine."
            )
        self._key = settings["key"]
        try:
            self._client = botocore.session.Session().create_client(
                "kms",
                region_name=settings["region"],
                endpoint_url=endpoint or None,
                config=Config(connect_timeout=10, read_timeout=20, retries={"mode": "standard", "max_attempts": 3}),
            )
        except (BotoCoreError, ValueError) as error:
            raise InputError(
                f"the settings of the key service cannot be used ({type(error).__name__})",
                hint="region is one such as cn-north-1; key an id, an ARN or alias/NAME.",
            ) from None

    def wrap(self, master: bytes) -> bytes:
        """The master key encrypted by the service.

        Raises:
            StateError: where it cannot be reached or refuses.
        """
        try:
            answer = self._client.encrypt(KeyId=self._key, Plaintext=master, EncryptionContext=_CONTEXT)
        except (ClientError, BotoCoreError) as error:
            raise _refused(error) from None
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes) -> bytes:
        """The master key. The key is named, so that the service opens with no other (a confused deputy).

        Raises:
            StateError: where it cannot be reached or refuses.
        """
        try:
            answer = self._client.decrypt(KeyId=self._key, CiphertextBlob=wrapped, EncryptionContext=_CONTEXT)
        except (ClientError, BotoCoreError) as error:
            raise _refused(error) from None
        return bytes(answer["Plaintext"])


def _refused(error: Exception) -> StateError:
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
    return StateError(
        f"the key service does not do it ({code or type(error).__name__})",
        hint="Check that it can be reached, that the key is enabled, and that this account may Encrypt and Decrypt with"
        " it. Without the key the master key is restored from its shares only (`bequest key join`).",
    )

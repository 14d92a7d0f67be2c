"""Talking to an identity provider: short, bounded, never redirected, over TLS or on this machine alone."""

import base64
import http.client
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bequest.kernel.errors import StateError

TIMEOUT_SECONDS = 10
MOST_BYTES = 512 * 1024


class _Straight(urllib.request.HTTPRedirectHandler):
    """A code or a secret goes where it is meant to, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def is_web_address(address: str) -> bool:
    """Whether it is an https address, or one of this machine."""
    try:
        parts = urlsplit(address)
        local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
        return (parts.scheme == "https" or local) and bool(parts.hostname) and not parts.fragment
    except ValueError:
        return False


def get_json(address: str) -> dict[str, Any]:
    """The object at an address.

    Raises:
        StateError: where there is none.
    """
    return _read(urllib.request.Request(address, headers={"Accept": "application/json"}))  # noqa: S310


def post_form(address: str, client: tuple[str, str], form: dict[str, str]) -> dict[str, Any]:
    """The object that answers a form. The client proves itself by HTTP Basic (RFC 6749 §2.3.1) where it has a secret.

    Raises:
        StateError: where the answer is none or a refusal; its text may hold secrets and is not passed on.
    """
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    name, secret = client
    if secret:
        both = f"{quote(name, safe='')}:{quote(secret, safe='')}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(both).decode()
    else:
        form = form | {"client_id": name}
    return _read(urllib.request.Request(address, urlencode(form).encode(), headers, method="POST"))  # noqa: S310


def _read(call: urllib.request.Request) -> dict[str, Any]:
    host = urlsplit(call.full_url).hostname
    try:
        with urllib.request.build_opener(_Straight).open(call, timeout=TIMEOUT_SECONDS) as got:
            found = json.loads(got.read(MOST_BYTES + 1)[:MOST_BYTES])
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = f"status {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
        raise StateError(
            f"the identity provider {host} gives no usable answer: {reason}",
            hint="Look whether it runs and knows this client, then sign in again.",
        ) from error
    if not isinstance(found, dict):
        raise StateError(
            f"the identity provider {host} gives no usable answer: no object",
            hint="Look whether it runs and knows this client, then sign in again.",
        )
    return found

"""One message to one address: signed, sent to the address that was looked at, nothing followed, nothing read back."""

import http.client
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult

from bequest import __version__
from bequest.app.webhooks.guard import addresses_of, read_url
from bequest.crypto.tokens import signature
from bequest.kernel.errors import BequestError, GuardError

TIMEOUT_SECONDS = 15
GONE = 410
"""The receiver wants no more: the address is ended."""


@dataclass(frozen=True, slots=True)
class Called:
    """How a call ended: status of the answer, or what hindered it."""

    status: int | None
    trouble: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300


def call(url: str, secret: str, message_id: str, timestamp: int, body: bytes, *, allow_private: bool) -> Called:
    """Send a message (Standard Webhooks 1.0); every failure is an outcome, none is raised."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"bequest/{__version__}",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id, timestamp, body),
    }
    try:
        parts = read_url(url, allow_private=allow_private)
        address, port = addresses_of(parts, allow_private=allow_private)
        return Called(_post(parts, address, port, headers, body))
    except GuardError:
        return Called(None, "guard")
    except BequestError:
        return Called(None, "address")
    except TimeoutError:
        return Called(None, "timeout")
    except ssl.SSLError:
        return Called(None, "tls")
    except (socket.gaierror, UnicodeError):
        return Called(None, "name")
    except (OSError, http.client.HTTPException):
        return Called(None, "connection")


def _post(parts: SplitResult, address: str, port: int, headers: dict[str, str], body: bytes) -> int:
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    plain = socket.create_connection((address, port), timeout=TIMEOUT_SECONDS)
    try:
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        else:
            connection.sock = plain
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers | {"Host": parts.netloc})
        return connection.getresponse().status
    finally:
        connection.close()
        plain.close()

"""Where a web hook may go: to addresses of the public web over TLS, unless the address was declared as one inside.

A server that can be made to call any address is a way into the house (server-side request forgery). So the name is
resolved here, every address it resolves to is looked at, and the call goes to that very address: a name that is
resolved otherwise a moment later changes nothing. Nothing is followed to another place.
"""

import ipaddress
import socket
from urllib.parse import SplitResult, urlsplit

from bequest.kernel.errors import GuardError, InputError

LONGEST = 1000
_PORTS = {"https": 443, "http": 80}
_WRAPPED = tuple(ipaddress.ip_network(n) for n in ("64:ff9b::/96", "2002::/16", "2001::/32"))
"""IPv6 addresses that bear an IPv4 address inside: nobody publishes a web server there."""


def read_url(url: str, *, allow_private: bool) -> SplitResult:
    """The parts of an address that may be declared.

    Raises:
        InputError: for what is no address of the web, or not over TLS where that is needed.
    """
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        parts, port, host = urlsplit(""), None, None
    fit = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    if not fit or not host or parts.scheme not in _PORTS or port == 0:
        raise InputError("that is no address of the web", hint="Write https://HOST/PATH.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise InputError(
            "an address of a web hook bears no name, no password and no fragment", hint="The secret signs each message."
        )
    if parts.scheme == "http" and not allow_private:
        raise InputError("a web hook goes over TLS", hint="Write https://, or allow an address inside the house.")
    return parts


def addresses_of(parts: SplitResult, *, allow_private: bool) -> tuple[str, int]:
    """The address and port to call.

    Raises:
        GuardError: where any address of the name is not one of the public web, and none inside is allowed.
        OSError: where the name cannot be resolved.
    """
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not allow_private and not all(is_public(a) for a in found):
        raise GuardError(
            "this web hook leads to an address inside the house: it is not called",
            hint="Declare it with --allow-private where that is meant.",
        )
    return found[0], port


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public web."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in n for n in _WRAPPED):
            return False
    return found.is_global and not found.is_multicast

"""Whether a server is on this machine, so that a connection to it leaves no wire to listen on."""

import ipaddress


def is_here(host: str) -> bool:
    """Whether the host is this machine: none, a socket (a path, or @ for an abstract one), or a loopback address."""
    if host in {"", "localhost"} or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

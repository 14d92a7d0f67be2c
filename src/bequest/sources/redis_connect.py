"""Connections to a Redis server: one database of one server, TLS unless it is on this machine.

The address is redis-py's: `redis://ACCOUNT:PASSWORD@HOST:PORT/NUMBER`, or `rediss://` for TLS.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import redis
from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    NoPermissionError,
    ReadOnlyError,
    RedisError,
)

from bequest.kernel.errors import InputError, SourceError
from bequest.kernel.secret import Secrets
from bequest.model.case import Source
from bequest.sources.codes import CANNOT_CONNECT, LOCKED, NO_RIGHT, NO_ROOM
from bequest.sources.here import is_here

CONNECT_SECONDS = 15
ANSWER_SECONDS = 300
_OPTIONS = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})


class Keys:
    """One source's database; each phase may have an account of its own."""

    def __init__(self, spec: Source, secrets: Secrets) -> None:
        self.name = spec.name
        self._spec = spec
        self._secrets = secrets

    def __repr__(self) -> str:
        return f"Keys({self.name})"

    @contextmanager
    def connected(self, use: str = "url") -> Iterator[Any]:
        """A connection for a phase (`url`, `delete_url`, `scrub_url`); empty means that of `url`. Values are bytes.

        Raises:
            SourceError: whatever the server refuses, also inside the block.
        """
        what = f"{use} of source {self.name}"
        url = self._secrets.follow(getattr(self._spec, use) or self._spec.url, what)
        check_address(url, what)
        db = redis.Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS, decode_responses=False
        )
        try:
            with told(self.name):
                self._one_server(db)
                yield db
        finally:
            db.close()

    def _one_server(self, db: Any) -> None:
        if db.info("cluster").get("cluster_enabled"):
            raise SourceError(
                f"source {self.name}: the server is part of a cluster, whose keys lie on several servers",
                hint="Clusters are not read. Copy the keys into one server, or declare it as held-elsewhere.",
                code=CANNOT_CONNECT,
            )


def check_address(url: str, what: str) -> None:
    """Refuse what is no address of a Redis, or would cross the network in clear.

    Raises:
        InputError: then; its text is not repeated.
    """
    try:
        parts = urlsplit(url)
        host, path, _ = parts.hostname or "", parts.path.strip("/"), parts.port
        options = {k for k, _ in parse_qsl(parts.query)}
    except ValueError:
        parts, host, path, options = urlsplit(""), "", "", set()
    if parts.scheme not in {"redis", "rediss"} or not host or (path and not path.isdigit()) or options - _OPTIONS:
        raise InputError(
            f"{what} is not the address of a Redis",
            hint="It reads redis://ACCOUNT:PASSWORD@HOST:6379/0, or rediss:// for TLS.",
        )
    if parts.scheme == "redis" and not is_here(host):
        raise InputError(
            f"{what} would send everything in clear over the network",
            hint="Use rediss:// (TLS), or a tunnel that ends on this machine.",
        )


@contextmanager
def told(name: str) -> Iterator[None]:
    """What the server refuses, in our words: its own may repeat keys.

    Raises:
        SourceError: then.
    """
    try:
        yield
    except (AuthenticationError, AuthorizationError, NoPermissionError):
        raise SourceError(
            f"source {name}: the server refuses the account or a command to it",
            hint="Check account and password; `bequest source roles` prints what each phase must be allowed.",
            code=NO_RIGHT,
        ) from None
    except ReadOnlyError:
        raise SourceError(
            f"source {name}: the server is a replica and only reads",
            hint="Name the address of the server that it follows.",
            code=NO_RIGHT,
        ) from None
    except RedisError as error:
        raise _refusal(name, error) from None


def _refusal(name: str, error: RedisError) -> SourceError:
    said = str(error)
    if said.startswith(("LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN")):
        return SourceError(
            f"source {name}: the server is busy", hint="Run the same command again in a while.", code=LOCKED
        )
    if said.startswith(("OOM", "MISCONF")):
        return SourceError(
            f"source {name}: the server takes no writes: its memory or disk is full, or it cannot save",
            hint="Its log says why; mend it, then run the same command again.",
            code=NO_ROOM,
        )
    return SourceError(
        f"source {name}: the server cannot be reached, or broke off ({type(error).__name__})",
        hint="Check host and port in its address, whether it runs, its certificate, and the firewall.",
        code=CANNOT_CONNECT,
    )

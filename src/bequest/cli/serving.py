"""The WSGI application of a server process, made from what `bequest serve` put into its environment."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bequest.app.console.provider import read_provider
from bequest.app.context import open_context
from bequest.app.portal.carriers import Carriers
from bequest.cli.mail import mail_server
from bequest.crypto.ceremony import Party
from bequest.kernel.clock import SystemClock
from bequest.store.boot import open_store
from bequest.store.settings import database_url
from bequest.web.application import make_application
from bequest.web.site import Site

SETTING = "BEQUEST_SERVE"
"""JSON: home, parts, hosts, key, proxy, origin and provider of the console. Set for the server's own processes only."""


def carriers_of(given: dict[str, str]) -> Carriers:
    """How one-time codes go out, from the options of `bequest serve`."""
    mail = mail_server(given["smtp"], given["sender"], given["tls"]) if given.get("smtp") else None
    program = Path(given["program"]) if given.get("program") else None
    return Carriers(mail, program)


def party_of(origin: str) -> Party:
    """Where passkeys are for: the domain is the host of the console's origin."""
    return Party(urlsplit(origin).hostname or "", origin)


def application() -> Callable[..., Any]:
    """Made once per process, before its first request."""
    os.umask(0o077)
    given = json.loads(os.environ[SETTING])
    home, key = Path(given["home"]), bytes.fromhex(given["key"])
    with_portal, with_console, with_desk = (given["only"] in {"", part} for part in ("portal", "console", "desk"))
    carriers = carriers_of(given.get("carriers", {}))
    if with_console or with_desk:
        context = open_context(home, create=False, environ=os.environ, database_url=database_url())
        provider = read_provider(Path(given["provider"]), os.environ) if given.get("provider") else None
        site = Site(context.store, context.system, key, context, party_of(given["origin"]), carriers, provider)
    else:  # the portal alone: no master key, no key of a case, no reference to a source is followed
        site = Site(open_store(home, database_url()), SystemClock(), key, carriers=carriers)
    return make_application(
        site,
        with_portal=with_portal,
        with_console=with_console,
        with_desk=with_desk,
        secret_key=given["key"],
        hosts=given["hosts"],
        behind_proxy=given["proxy"],
    )

"""The WSGI application of one server process."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.core.handlers.wsgi import WSGIHandler

from bequest.app.context import Context
from bequest.app.portal.carriers import Carriers
from bequest.app.portal.replies import tell_replies
from bequest.app.portal.take import take_all
from bequest.app.portal.visitors import answer_visits, offer
from bequest.app.webhooks.endpoints import secret_of
from bequest.app.webhooks.tell import plan_messages, send_due
from bequest.kernel.errors import BequestError
from bequest.web import settings, urls
from bequest.web.site import Site, use

TAKE_EVERY_SECONDS = 3
TELL_EVERY_SECONDS = 5


def make_application(
    site: Site,
    *,
    with_portal: bool,
    with_console: bool,
    with_desk: bool,
    secret_key: str,
    hosts: list[str],
    behind_proxy: bool,
) -> Callable[..., Any]:
    """The application. Where the home is here, what was done at the portal is taken in beside the requests."""
    logging.getLogger("django").disabled = True  # it writes addresses of pages, and those of the portal bear secrets
    for name in ("django.request", "django.security", "django.security.csrf", "django.server"):
        logging.getLogger(name).disabled = True
    use(site)
    settings.apply(secret_key=secret_key, hosts=hosts, behind_proxy=behind_proxy)
    inside = site.context is not None
    urls.serve(with_portal=with_portal, with_console=with_console and inside, with_desk=with_desk and inside)
    if site.context is not None:
        offer(site.context)
        threading.Thread(target=_take_for_ever, args=(site.context, site.carriers), name="portal", daemon=True).start()
        threading.Thread(target=_tell_for_ever, args=(site.context,), name="webhooks", daemon=True).start()
    return WSGIHandler()


def _take_for_ever(ctx: Context, carriers: Carriers) -> None:
    pause = threading.Event()
    while not pause.wait(TAKE_EVERY_SECONDS):
        with suppress(BequestError):  # the database is away: the next round takes it
            answer_visits(ctx, carriers)
        with suppress(BequestError):
            tell_replies(ctx, carriers)
        with suppress(BequestError):  # a step is at work: the next round takes it
            take_all(ctx)


def _tell_for_ever(ctx: Context) -> None:
    pause = threading.Event()
    while not pause.wait(TELL_EVERY_SECONDS):
        with suppress(BequestError):  # the database is away: the next round tells it
            plan_messages(ctx)
            send_due(ctx, lambda endpoint: secret_of(ctx, endpoint))

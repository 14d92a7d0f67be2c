"""A bare Django view for `python -m bench load`: the least that answers and keeps a choice, on the same server program.

No middleware, no template, no cryptography, no check: a row of the same PostgreSQL read by its key for every page (the
very bytes that the portal answers there), a row written for every choice. `python -m bench.bare PORT PROCESSES` serves
it; the database is in the environment.
"""

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SETTING = "BARE_DATABASE_URL"
TABLES = (
    "CREATE TABLE bare_page (key text, page text, body text NOT NULL, PRIMARY KEY (key, page))",
    "CREATE TABLE bare_choice (code text PRIMARY KEY, key text NOT NULL, at timestamptz NOT NULL DEFAULT now())",
)


def application() -> Callable[..., Any]:
    """The WSGI application of one process."""
    import django
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    at = urlsplit(os.environ[SETTING])
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": at.path.strip("/"),
                "HOST": at.hostname,
                "PORT": at.port,
                "USER": at.username,
                "PASSWORD": unquote(at.password or ""),
                "CONN_MAX_AGE": None,
            }
        },
    )
    django.setup()
    _route()
    return WSGIHandler()


urlpatterns: list[Any] = []


def _route() -> None:
    from django.db import connection
    from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
    from django.urls import path

    def view(request: HttpRequest, key: str, page: str) -> HttpResponse:
        with connection.cursor() as cursor:
            if request.method == "POST":
                code = secrets.token_hex(8)
                cursor.execute("INSERT INTO bare_choice (code, key) VALUES (%s, %s)", [code, key])
                answer = HttpResponseRedirect(f"/{key}/receipt")
                answer.status_code = 303
                return answer
            cursor.execute("SELECT body FROM bare_page WHERE key = %s AND page = %s", [key, page])
            return HttpResponse(cursor.fetchone()[0])

    urlpatterns[:] = [path("<str:key>/<str:page>", view)]


def main() -> None:
    """Serve it, as `bequest serve` serves the site."""
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "bench.bare:application", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI,
        workers=int(sys.argv[2]), blocking_threads=8, factory=True, log_enabled=False, working_dir=Path.cwd(),
        websockets=False,
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main()

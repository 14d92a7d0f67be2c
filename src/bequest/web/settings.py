"""Django settings of the site, put beside those of the control database when a server starts.

No sessions, no admin, no uploads, no templates of Django's own: pages are Jinja2, as reports are. Hosts are checked.
"""

from typing import Any

from django.conf import settings as active

LARGEST_FORM = 32 * 1024
"""Bytes of a form: what a person writes, with room."""


def apply(*, secret_key: str, hosts: list[str], behind_proxy: bool) -> None:
    """Take over the settings; before the first request of the process."""
    for name, value in named(secret_key=secret_key, hosts=hosts, behind_proxy=behind_proxy).items():
        setattr(active, name, value)


def named(*, secret_key: str, hosts: list[str], behind_proxy: bool) -> dict[str, Any]:
    """The settings by name."""
    found: dict[str, Any] = {
        "SECRET_KEY": secret_key,
        "ALLOWED_HOSTS": hosts,
        "ROOT_URLCONF": "bequest.web.urls",
        "MIDDLEWARE": [
            "bequest.web.guard.guard",
            "bequest.web.api.frame.frame",
            "django.middleware.csrf.CsrfViewMiddleware",
        ],
        "CSRF_FAILURE_VIEW": "bequest.web.guard.csrf_refused",
        "CSRF_COOKIE_NAME": "bq_csrf",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_COOKIE_AGE": None,
        "FILE_UPLOAD_HANDLERS": [],
        "DATA_UPLOAD_MAX_MEMORY_SIZE": LARGEST_FORM,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 20,
        "APPEND_SLASH": False,
        "USE_I18N": False,
        "DEFAULT_CHARSET": "utf-8",
    }
    if behind_proxy:
        found["SECURE_PROXY_SSL_HEADER"] = ("HTTP_X_FORWARDED_PROTO", "https")
        found["CSRF_TRUSTED_ORIGINS"] = [f"https://{h}" for h in hosts]
    return found

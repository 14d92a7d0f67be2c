"""Django settings of the control database: the ORM and nothing else.

No admin, no sessions, no logging set-up. The default connection is an empty database in memory: each home gets its
own connection from `boot.open_store`. To write a migration after a change of `models/`:
`DJANGO_SETTINGS_MODULE=bequest.store.settings django-admin makemigrations store --no-header`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bequest.kernel.secret import Secrets

INSTALLED_APPS = ["bequest.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LOGGING_CONFIG = None
DEBUG = False
DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}

LOCK_WAIT_SECONDS = 30
"""How long a transaction waits for another process to finish its own."""


def database(path: Path) -> dict[str, Any]:
    """The connection settings of a SQLite control database.

    `IMMEDIATE` takes the write lock at the start, so that two transactions never both read and then fail to write.
    `synchronous=FULL` because an intent that was told to be on record must still be there after a power cut.
    `secure_delete` overwrites what is deleted.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": LOCK_WAIT_SECONDS,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
        },
    }


def database_url(environ: Mapping[str, str] = os.environ) -> str:
    """The address of a PostgreSQL control database; empty for a SQLite file in the home.

    It is `BEQUEST_DATABASE_URL`, or what stands in the file that `BEQUEST_DATABASE_URL_FILE` names.

    Raises:
        InputError: when that file cannot be read.
    """
    url = environ.get("BEQUEST_DATABASE_URL", "").strip()
    file = environ.get("BEQUEST_DATABASE_URL_FILE", "").strip()
    if url or not file:
        return url
    return Secrets().follow(f"file:{file}", "BEQUEST_DATABASE_URL_FILE")


def named() -> dict[str, Any]:
    """All settings above by name."""
    return {name: value for name, value in globals().items() if name.isupper()}

"""On a SQLite file one worker runs at a time: a second one would only wait for the first one's transactions."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bequest.kernel.errors import LeaseError
from bequest.store.address import PLACE_NAME
from bequest.store.repositories import Store

LOCK_NAME = "worker.lock"


@contextmanager
def alone_on_sqlite(store: Store) -> Iterator[None]:
    """Hold the home's place for a worker until the block ends; on PostgreSQL there is room for any number.

    Raises:
        LeaseError: where another worker of this home runs.
    """
    if (store.home / PLACE_NAME).is_file():
        yield
        return
    handle = os.open(store.home / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LeaseError(
                "another worker of this home is running, and its control database is a file",
                hint="One worker is enough for a file. Several work side by side on PostgreSQL (BEQUEST_DATABASE_URL).",
            ) from None
        yield
    finally:
        os.close(handle)

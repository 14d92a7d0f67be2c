"""The control database as a SQLite file in the home directory: nothing to set up, one machine."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from bequest.kernel.errors import BequestError, InputError, StateError
from bequest.store import settings
from bequest.store.settings import LOCK_WAIT_SECONDS


class Sqlite:
    """A file. `BEGIN IMMEDIATE` gives each transaction its turn; the file locks of the home do the rest."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def settings(self) -> dict[str, Any]:
        """The connection settings for Django."""
        return settings.database(self._path)

    def begin(self, connection: BaseDatabaseWrapper) -> None:
        """Nothing more: the transaction has begun with the write lock."""

    def begin_beside(self, connection: BaseDatabaseWrapper, name: str) -> None:
        """Nothing more: a file has one who writes."""

    def run(self, connection: BaseDatabaseWrapper, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Beside whoever writes, where it only reads."""
        kept: list[Any] = [
            connection.ops.adapt_datetimefield_value(v) if isinstance(v, datetime) else v for v in values
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement, kept)
            return [tuple(map(_in_utc, row)) for row in cursor.fetchall()]

    @contextmanager
    def reading(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """With its turn like any other; writing is refused."""
        driver = connection.connection  # not the cursor of the ORM, which refuses once something has failed
        driver.execute("PRAGMA query_only = ON")
        try:
            yield
        finally:
            driver.execute("PRAGMA query_only = OFF")

    def is_lost(self, connection: BaseDatabaseWrapper) -> bool:  # noqa: ARG002
        """Never: a file does not hang up."""
        return False

    def trouble(self, error: Exception, *, connected: bool) -> BequestError | None:  # noqa: ARG002
        """What a user can do something about."""
        text = str(error)
        if "locked" in text:
            return StateError(
                f"the control database is in use by another process for over {LOCK_WAIT_SECONDS} seconds",
                hint="Wait until the other command has finished, then run this one again.",
            )
        if "not a database" in text or "malformed" in text:
            return InputError(
                f"{self._path.name} in this home is not a control database, or is damaged",
                hint="Restore it from a backup, or name another home.",
            )
        if "full" in text or "readonly" in text or "disk I/O" in text:
            why = "the disk is full" if "full" in text else "the disk refuses"
            return StateError(
                f"the control database cannot be written: {why}",
                hint="Make room or set the rights, then run the same command again: it goes on where it stopped.",
            )
        return None

    def alone(self, connection: BaseDatabaseWrapper, name: str, wait_seconds: float) -> AbstractContextManager[None]:  # noqa: ARG002
        """Nothing more: whoever shares the file shares the machine, and the file locks of the home hold there."""
        return nullcontext()


def _in_utc(value: object) -> object:
    """An instant as it was kept: the file bears no time zone."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value

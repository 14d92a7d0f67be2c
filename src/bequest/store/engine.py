"""What a database engine must give the control database, beside what the ORM gives.

Every transaction of a home runs alone, as if there were no other: what it has read still holds when it writes, so that
numbers count up without gaps and nothing is decided on a state that is already past. A transaction cannot be tried
again by the store, since the block of its caller runs once; therefore it waits for its turn at the beginning.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from django.db.backends.base.base import BaseDatabaseWrapper

from bequest.kernel.errors import BequestError


class Engine(Protocol):
    """One kind of database."""

    def settings(self) -> dict[str, Any]:
        """The connection settings for Django."""

    def begin(self, connection: BaseDatabaseWrapper) -> None:
        """The first thing in a transaction: wait until no other one of this control database is open."""

    def begin_beside(self, connection: BaseDatabaseWrapper, name: str) -> None:
        """The same for one of those that may be open together, unless they bear the same name; no other one may be."""

    def run(self, connection: BaseDatabaseWrapper, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """One statement in SQL that gives rows, and these.

        Outside a transaction it sees what is committed at one moment, and nobody waits for it.
        """

    def reading(self, connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
        """The first thing in a transaction that only reads: one moment's state, and every write is refused."""

    def is_lost(self, connection: BaseDatabaseWrapper) -> bool:
        """Whether an idle connection is open no longer."""

    def trouble(self, error: Exception, *, connected: bool) -> BequestError | None:
        """An error of the database as people should see it; none for what only a defect can cause.

        `connected`: whether there was a connection before.
        """

    def alone(self, connection: BaseDatabaseWrapper, name: str, wait_seconds: float) -> AbstractContextManager[None]:
        """Hold a name among all processes of all machines, over several transactions."""

"""The control database of a home, and the transaction: one object with all repositories, alive until the block ends."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.db import Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from bequest.kernel.errors import StateError
from bequest.store.engine import Engine
from bequest.store.postgresql import lost
from bequest.store.repositories.accounts import Accounts
from bequest.store.repositories.cases import Cases
from bequest.store.repositories.copies import Copies
from bequest.store.repositories.doing import Custody, Deliveries, Destructions, Receipts, Residuals
from bequest.store.repositories.grants import Grants
from bequest.store.repositories.leases import Leases
from bequest.store.repositories.looks import Inbox, Looks
from bequest.store.repositories.orders import Orders
from bequest.store.repositories.outbox import Outbox
from bequest.store.repositories.people import Memberships, People
from bequest.store.repositories.policies import Approvals, Policies, Populations
from bequest.store.repositories.portal import Attempts, Portal, Visits
from bequest.store.repositories.register import Accesses, Keys, Settings, Stores
from bequest.store.repositories.remarks import Remarks
from bequest.store.repositories.tasks import Tasks
from bequest.store.repositories.telling import Answers, Notices
from bequest.store.repositories.tokens import Tokens
from bequest.store.repositories.webhooks import Webhooks
from bequest.store.repositories.work import DataMaps, Steps
from bequest.store.unit import Unit


class Tx:
    """All repositories on one open transaction. Methods name their case, but for people, settings, copies, accounts."""

    def __init__(self, unit: Unit) -> None:
        self.people = People(unit)
        self.memberships = Memberships(unit, self.people)
        self.cases = Cases(unit, self.people, self.memberships)
        self.datamaps = DataMaps(unit)
        self.steps = Steps(unit)
        self.leases = Leases(unit)
        self.orders = Orders(unit)
        self.grants = Grants(unit)
        self.outbox = Outbox(unit)
        self.policies = Policies(unit)
        self.approvals = Approvals(unit)
        self.remarks = Remarks(unit)
        self.populations = Populations(unit)
        self.notices = Notices(unit)
        self.answers = Answers(unit)
        self.deliveries = Deliveries(unit)
        self.receipts = Receipts(unit)
        self.destructions = Destructions(unit)
        self.custody = Custody(unit)
        self.residuals = Residuals(unit)
        self.tasks = Tasks(unit)
        self.keys = Keys(unit)
        self.stores = Stores(unit)
        self.settings = Settings(unit)
        self.access = Accesses(unit)
        self.copies = Copies(unit)
        self.portal = Portal(unit)
        self.visits = Visits(unit)
        self.attempts = Attempts(unit)
        self.accounts = Accounts(unit, self.people)
        self.tokens = Tokens(unit)
        self.webhooks = Webhooks(unit)


T = TypeVar("T")
DATABASE_NAME = "control.db"

Fence = tuple[str, str, int]
"""Case, step, fencing number."""
_fences: ContextVar[dict[str, Fence | None] | None] = ContextVar("fences", default=None)


class Store:
    """The open control database of one home."""

    def __init__(self, home: Path, alias: str, engine: Engine) -> None:
        self.home = home
        self.path = home / DATABASE_NAME
        self._alias = alias
        self._engine = engine
        self._holds = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """All or nothing: what is done inside is on disk when the block ends, and undone when it raises.

        No other transaction of this control database is open meanwhile: keep it short, and do no bulk work inside.

        Raises:
            StateError: inside another transaction of this home, when another process holds the lock too long, or when
                the server is lost.
            LeaseError: inside `fenced`, when the step was taken over.
        """
        connection = self._outside()
        unit = Unit(self._alias)
        self._take_up()
        with self._told(), transaction.atomic(using=self._alias, durable=True):
            self._engine.begin(connection)
            tx = Tx(unit)
            try:
                fence = (_fences.get() or {}).get(self._alias)
                if fence is not None:
                    tx.leases.check(*fence)
                yield tx
            finally:
                unit.end()

    @contextmanager
    def beside(self, name: str) -> Iterator[Inbox]:
        """A transaction that may be open beside others of its kind, but for those of the same name.

        For what one person adds at the portal, where many do so at once: nothing that another person's row depends on
        is read or written inside. Beside any other transaction it is alone as usual, so whoever looks there whether
        something waits misses nothing that was told to be on record.

        Raises:
            StateError: as `transaction`.
        """
        connection = self._outside()
        with self._told(), ExitStack() as stack:
            self._again(connection, lambda: stack.enter_context(self._begun_beside(connection, name)))
            yield Inbox(partial(self._engine.run, connection))

    @contextmanager
    def _begun_beside(self, connection: BaseDatabaseWrapper, name: str) -> Iterator[None]:
        with transaction.atomic(using=self._alias, durable=True):
            self._engine.begin_beside(connection, name)
            yield

    @property
    def looks(self) -> Looks:
        """Looks without a transaction, each at what is committed at its own moment: nobody waits for them.

        Raises:
            StateError: with the look, inside a transaction of this home, or when the server is lost.
        """
        return Looks(self._fetch)

    def _fetch(self, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        connection = self._outside()
        with self._told():
            return self._again(connection, lambda: self._engine.run(connection, statement, values))

    def _again(self, connection: BaseDatabaseWrapper, what: Callable[[], T]) -> T:
        """Do the first thing on a connection; once more on a new one, where the server ended the old one meanwhile.

        Cheaper than to ask beforehand whether it still answers.
        """
        connection.ensure_connection()
        used = connection.connection
        try:
            return what()
        except Error:
            is_gone = connection.connection is not used or self._engine.is_lost(connection)  # a rollback may renew it
            if getattr(self._holds, "any", False) or not is_gone:
                raise
            connection.close()
            connection.ensure_connection()
            return what()

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """A look at what is committed at one moment; nothing can be written inside.

        On a server nobody waits for it and it waits for nobody: what was read may have changed when the block ends, so
        nothing is decided on it that is written later without a look in a transaction.

        Raises:
            StateError: inside another transaction of this home, or when the server is lost.
        """
        connection = self._outside()
        unit = Unit(self._alias, reads_only=True)
        self._take_up()
        with self._told(), transaction.atomic(using=self._alias, durable=True), self._engine.reading(connection):
            try:
                yield Tx(unit)
            finally:
                unit.end()

    @contextmanager
    def fenced(self, fence: Fence | None) -> Iterator[None]:
        """What this thread does inside counts only while the lease is its own: each transaction checks it first.

        So a process that stood still and wakes up after another took over writes nothing any more. None: no fence.
        """
        before = _fences.get() or {}
        _fences.set({**before, self._alias: fence})
        try:
            yield
        finally:
            _fences.set(before)

    @contextmanager
    def alone(self, name: str, wait_seconds: float) -> Iterator[None]:
        """Hold a name among all processes that use this control database, over several transactions.

        Raises:
            LeaseError: when another process holds it longer than `wait_seconds`.
            StateError: when the server is lost.
        """
        self._take_up()
        with self._told():
            holding = self._engine.alone(connections[self._alias], name, wait_seconds)
            holding.__enter__()
        before = getattr(self._holds, "any", False)
        self._holds.any = True
        try:
            yield
        finally:
            self._holds.any = before
            holding.__exit__(None, None, None)

    def close(self) -> None:
        """Close this thread's connection; the store opens it again when it is used again."""
        connections[self._alias].close()

    def _outside(self) -> BaseDatabaseWrapper:
        """The connection of the thread, which is in no transaction."""
        connection = connections[self._alias]
        if connection.in_atomic_block:
            raise StateError(
                "a transaction of this home is open already",
                hint="Pass the open transaction on instead of opening one.",
            )
        return connection

    def _take_up(self) -> None:
        """A new connection for one that the server ended meanwhile, unless something was held in that one."""
        connection = connections[self._alias]
        with self._told():
            if self._engine.is_lost(connection):
                connection.close()
                if getattr(self._holds, "any", False):
                    raise lost()
            connection.ensure_connection()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the database as people should see them. A connection that may be broken is not used again."""
        connected = connections[self._alias].connection is not None
        try:
            yield
        except Error as error:
            found = self._engine.trouble(error, connected=connected)
            if found is None:
                raise
            if not connections[self._alias].in_atomic_block:
                connections[self._alias].close()
            raise found from error

"""The control database of a home, and the transaction: one object with all repositories, alive until the block ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError, connections, transaction

from bequest.kernel.errors import StateError
from bequest.store import settings
from bequest.store.repositories.cases import Cases
from bequest.store.repositories.doing import Custody, Deliveries, Destructions, Receipts, Residuals
from bequest.store.repositories.leases import Leases
from bequest.store.repositories.outbox import Outbox
from bequest.store.repositories.people import Memberships, People
from bequest.store.repositories.policies import Approvals, Policies, Populations
from bequest.store.repositories.register import Accesses, Keys, Settings, Stores
from bequest.store.repositories.tasks import Tasks
from bequest.store.repositories.telling import Answers, Notices
from bequest.store.repositories.work import DataMaps, Steps
from bequest.store.unit import Unit


class Tx:
    """All repositories on one open transaction. Every method but those of people and settings names its case."""

    def __init__(self, unit: Unit) -> None:
        self.people = People(unit)
        self.memberships = Memberships(unit, self.people)
        self.cases = Cases(unit, self.people, self.memberships)
        self.datamaps = DataMaps(unit)
        self.steps = Steps(unit)
        self.leases = Leases(unit)
        self.outbox = Outbox(unit)
        self.policies = Policies(unit)
        self.approvals = Approvals(unit)
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


DATABASE_NAME = "control.db"


class Store:
    """The open control database of one home."""

    def __init__(self, home: Path, alias: str) -> None:
        self.home = home
        self.path = home / DATABASE_NAME
        self._alias = alias

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """All or nothing: what is done inside is on disk when the block ends, and undone when it raises.

        It holds the only write lock of the home: keep it short, and do no bulk work inside.

        Raises:
            StateError: inside another transaction of this home, or when another process holds the lock too long.
        """
        if connections[self._alias].in_atomic_block:
            raise StateError(
                "a transaction of this home is open already",
                hint="Pass the open transaction on instead of opening one.",
            )
        unit = Unit(self._alias)
        try:
            with transaction.atomic(using=self._alias, durable=True):
                try:
                    yield Tx(unit)
                finally:
                    unit.end()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            raise StateError(
                f"the control database is in use by another process for over {settings.LOCK_WAIT_SECONDS} seconds",
                hint="Wait until the other command has finished, then run this one again.",
            ) from error

    def close(self) -> None:
        """Close this thread's connection; the store opens it again when it is used again."""
        connections[self._alias].close()

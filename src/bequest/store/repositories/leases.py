"""Leases: one worker per step and case, across processes and machines.

Rules kept:
- the fencing number of a step only rises, and every new holder has a higher one;
- whoever was overtaken learns so at the next heartbeat or check, and at every batch it writes to a source;
- instants are those of the leases' own clock (`now`), never of a rehearsal's, which may stand still, nor of a
  machine's, which may jump: a jump must not let a second worker in, nor keep everybody out.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from django.db import connections
from django.db.models import Max

from bequest.kernel.clock import rfc3339, since_start
from bequest.kernel.errors import LeaseError
from bequest.store import models as rows
from bequest.store import postgresql
from bequest.store.holders import machine_start
from bequest.store.records import LeaseRecord
from bequest.store.register import record_of
from bequest.store.unit import CaseRepository, aware, pack, unpack

_CLOCK = "lease_clock"
_STANDS = (
    f"SELECT 1 FROM {rows.Lease._meta.db_table} WHERE case_id = %s AND step = %s AND fencing = %s AND NOT released"  # noqa: S608
)


class Leases(CaseRepository):
    """Who may work on which step now."""

    def now(self, machine: datetime) -> datetime:
        """The present instant for leases, the same for all workers; `machine` is what this machine's clock says.

        On a server it is the server's. In a SQLite file it goes on from where the first worker since the machine's
        start found it, by the time since that start; where a system does not tell that, it never goes back.
        """
        connection = connections[self._unit.alias]
        if connection.vendor == "postgresql":
            return postgresql.now(connection)
        latest = self._unit.rows(rows.Lease).aggregate(at=Max("heartbeat_at"))["at"]
        wall = aware(machine) if latest is None else max(aware(machine), latest)
        start, passed = machine_start(), since_start()
        if not start or passed is None:
            return wall
        return self._since_start(start, passed, wall)

    def _since_start(self, start: str, passed: int, wall: datetime) -> datetime:
        """The clock that this start of the machine began with `wall`."""
        row = self._unit.rows(rows.Setting).filter(scope="", name=_CLOCK).first()
        kept = cast(dict[str, str], unpack(row.value_json)) if row else {}
        if kept.get("start") != start:
            began = wall - timedelta(milliseconds=passed)
            kept = {"start": start, "began": began.isoformat()}
            self._unit.rows(rows.Setting).update_or_create(
                scope="", name=_CLOCK, defaults={"value_json": pack(kept), "updated_at": wall}
            )
        return datetime.fromisoformat(kept["began"]) + timedelta(milliseconds=passed)

    def acquire(
        self,
        case_id: str,
        step: str,
        holder: str,
        at: datetime,
        ttl_seconds: int,
        *,
        is_alive: Callable[[str], bool] | None = None,
    ) -> int:
        """Take the step; the fencing number to show at every check.

        `is_alive` may say of a holder's name that its process is certainly gone; then nobody waits for the expiry.

        Raises:
            LeaseError: naming the holder and until when, while somebody else (or an earlier call) holds it.
        """
        until = aware(at) + timedelta(seconds=ttl_seconds)
        self._locked_case(case_id)
        row = self._found(case_id, step)
        if row is None:
            row = rows.Lease(case_id=case_id, step=step, fencing=0, released=True)
        elif not row.released and row.expires_at > aware(at) and (is_alive is None or is_alive(row.holder)):
            raise LeaseError(
                f"step {step!r} of case {case_id!r} is held by {row.holder} until {rfc3339(row.expires_at)}",
                hint="Wait until it has finished, or until then if its process is gone.",
            )
        row.holder, row.fencing, row.released = holder, row.fencing + 1, False
        row.acquired_at = row.heartbeat_at = aware(at)
        row.expires_at = until
        row.save(using=self._unit.alias)
        return row.fencing

    def heartbeat(self, case_id: str, step: str, fencing: int, at: datetime, ttl_seconds: int) -> datetime:
        """Still at work: hold the step for another `ttl_seconds`; the instant until which it is held now.

        A holder that was late, but was not overtaken, keeps the step.

        Raises:
            LeaseError: when somebody else holds it, or it was released.
        """
        row = self._held(case_id, step, fencing)
        row.heartbeat_at = max(row.heartbeat_at, aware(at))
        row.expires_at = max(row.expires_at, aware(at) + timedelta(seconds=ttl_seconds))
        row.save(using=self._unit.alias, update_fields=["heartbeat_at", "expires_at"])
        return row.expires_at

    def check(self, case_id: str, step: str, fencing: int, at: datetime | None = None) -> None:
        """Nothing, while the number is the current one; with `at`, also only while the lease has not run out.

        Raises:
            LeaseError: when it is not.
        """
        if at is None and self._stands(case_id, step, fencing):
            return
        row = self._held(case_id, step, fencing)
        if at is not None and row.expires_at <= aware(at):
            raise LeaseError(
                f"the lease on step {step!r} of case {case_id!r} ran out at {rfc3339(row.expires_at)}",
                hint="Run the step again: it goes on where it stopped.",
            )

    def release(self, case_id: str, step: str, fencing: int) -> bool:
        """Give the step back; false (and nothing changed) when it was not held under this number any more."""
        row = self._found(case_id, step)
        if row is None or row.fencing != fencing or row.released:
            return False
        row.released = True
        row.save(using=self._unit.alias, update_fields=["released"])
        return True

    def get(self, case_id: str, step: str) -> LeaseRecord | None:
        """The lease of a step as it stands, if there ever was one."""
        row = self._found(case_id, step)
        return None if row is None else record_of(LeaseRecord, row)

    def _found(self, case_id: str, step: str) -> rows.Lease | None:
        return self._in(rows.Lease, case_id).select_for_update().filter(step=step).first()

    def _stands(self, case_id: str, step: str, fencing: int) -> bool:
        """Whether the step is held under that number; its row is locked then, as `_held` does.

        In plain SQL: every transaction of a step begins with it.
        """
        self._unit.rows(rows.Lease)  # only while the transaction is open
        connection = connections[self._unit.alias]
        lock = f" {connection.ops.for_update_sql()}" if connection.features.has_select_for_update else ""
        with connection.cursor() as cursor:
            cursor.execute(_STANDS + lock, (case_id, step, fencing))
            return cursor.fetchone() is not None

    def _held(self, case_id: str, step: str, fencing: int) -> rows.Lease:
        row = self._found(case_id, step)
        if row is None or row.fencing != fencing or row.released:
            now = "nobody" if row is None or row.released else f"{row.holder} since {rfc3339(row.acquired_at)}"
            raise LeaseError(
                f"step {step!r} of case {case_id!r} is no longer held under number {fencing}; held by {now}",
                hint="Run the step again once it is free: it goes on where it stopped.",
            )
        return row

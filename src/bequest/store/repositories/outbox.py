"""The transactional outbox: an evidence event is on record if and only if the change it tells of is.

`append` belongs in the transaction of that change. One sequencer per case reads `pending` in order, writes the log, and
marks what it wrote; both are idempotent by event id, so that a crash between log and mark does no harm.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from django.db.models import Max

from bequest.kernel.canonical import Json
from bequest.kernel.errors import EvidenceError
from bequest.store import models as rows
from bequest.store.records import OutboxRecord
from bequest.store.unit import CaseRepository, aware, pack, unpack


class Outbox(CaseRepository):
    """Evidence events of a case, in the order they were written."""

    def append(self, case_id: str, event_id: str, typ: str, payload: Mapping[str, Json], at: datetime) -> OutboxRecord:
        """Write an event; the same event again is the one already written.

        Raises:
            EvidenceError: when the id was used for another event.
        """
        self._locked_case(case_id)
        body = pack(payload)
        found = self._in(rows.OutboxEvent, case_id).filter(event_id=event_id).first()
        if found is not None:
            if (found.typ, found.payload_json) != (typ, body):
                raise EvidenceError(
                    f"event {event_id!r} of case {case_id!r} is on record with other content",
                    hint="An event is never changed; a different fact is another event.",
                )
            return _read(found)
        last = self._in(rows.OutboxEvent, case_id).aggregate(last=Max("seq"))["last"]
        row = rows.OutboxEvent(
            case_id=case_id,
            event_id=event_id,
            seq=(last or 0) + 1,
            typ=typ,
            payload_json=body,
            occurred_at=aware(at),
        )
        row.save(using=self._unit.alias, force_insert=True)
        return _read(row)

    def get(self, case_id: str, event_id: str) -> OutboxRecord | None:
        """The event of that id, if there is one."""
        row = self._in(rows.OutboxEvent, case_id).filter(event_id=event_id).first()
        return None if row is None else _read(row)

    def pending(self, case_id: str) -> tuple[OutboxRecord, ...]:
        """Events not yet in the log, in order."""
        found = self._in(rows.OutboxEvent, case_id).filter(published_index__isnull=True).order_by("seq")
        return tuple(_read(row) for row in found)

    def mark_published(self, case_id: str, event_id: str, index: int) -> OutboxRecord:
        """The event is leaf `index` of the log; saying so twice changes nothing.

        Raises:
            EvidenceError: when there is no such event, it has another index, or the index has another event.
        """
        found = self._in(rows.OutboxEvent, case_id)
        row = found.select_for_update().filter(event_id=event_id).first()
        if row is None:
            raise EvidenceError(f"case {case_id!r} has no event {event_id!r} in its outbox")
        if row.published_index == index:
            return _read(row)
        if row.published_index is not None:
            raise EvidenceError(
                f"event {event_id!r} is leaf {row.published_index} of the log and cannot be leaf {index} too"
            )
        if found.filter(published_index=index).exists():
            raise EvidenceError(f"leaf {index} of the log of case {case_id!r} is another event")
        row.published_index = index
        row.save(using=self._unit.alias, update_fields=["published_index"])
        return _read(row)

    def all(self, case_id: str) -> tuple[OutboxRecord, ...]:
        """All events of the case, in order."""
        return tuple(_read(row) for row in self._in(rows.OutboxEvent, case_id).order_by("seq"))

    def of_type(self, case_id: str, typ: str) -> tuple[OutboxRecord, ...]:
        """The events of one type, in order."""
        return tuple(_read(row) for row in self._in(rows.OutboxEvent, case_id).filter(typ=typ).order_by("seq"))


def _read(row: rows.OutboxEvent) -> OutboxRecord:
    return OutboxRecord(
        event_id=row.event_id,
        seq=row.seq,
        typ=row.typ,
        payload=cast(dict[str, Json], unpack(row.payload_json)),
        occurred_at=row.occurred_at,
        published_index=row.published_index,
    )

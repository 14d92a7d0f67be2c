"""Addresses that are told of events of a case, and the messages for them: each is planned once, and tried until due."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from bequest.kernel.canonical import Json
from bequest.store import models as rows
from bequest.store.api_records import EndpointRecord, MessageRecord, MessageState
from bequest.store.unit import CaseRepository, aware, pack, unpack


class Webhooks(CaseRepository):
    """Addresses and messages of a case."""

    def add(self, endpoint: EndpointRecord) -> None:
        """Declare an address."""
        self._unit.require_case(endpoint.case_id)
        rows.WebhookEndpoint(
            case_id=endpoint.case_id, endpoint_id=endpoint.endpoint_id, url=endpoint.url,
            kinds_json=pack(endpoint.kinds), secret_sealed=endpoint.secret_sealed,
            allow_private=endpoint.allow_private, created_at=aware(endpoint.created_at),
        ).save(using=self._unit.alias, force_insert=True)  # fmt: skip

    def list(self, case_id: str) -> tuple[EndpointRecord, ...]:
        """Every address of the case, the ended ones too."""
        return tuple(_endpoint(r) for r in self._in(rows.WebhookEndpoint, case_id).order_by("pk"))

    def live(self) -> tuple[EndpointRecord, ...]:
        """The addresses of all cases that are not ended."""
        return tuple(
            _endpoint(r) for r in self._unit.rows(rows.WebhookEndpoint).filter(ended_at__isnull=True).order_by("pk")
        )

    def end(self, case_id: str, endpoint_id: str, why: str, at: datetime) -> bool:
        """Tell the address nothing more; what waits is given up. False where the case has no such live address."""
        found = self._in(rows.WebhookEndpoint, case_id).filter(endpoint_id=endpoint_id, ended_at__isnull=True)
        if not found.update(ended_at=aware(at), ended_why=why):
            return False
        self._in(rows.WebhookMessage, case_id).filter(
            endpoint__endpoint_id=endpoint_id, state=MessageState.WAITING.value
        ).update(state=MessageState.GIVEN_UP.value, state_at=aware(at), next_at=None)
        return True

    def known(self, case_id: str, endpoint_id: str) -> frozenset[str]:
        """Ids of the messages that were planned for an address."""
        found = self._in(rows.WebhookMessage, case_id).filter(endpoint__endpoint_id=endpoint_id)
        return frozenset(found.values_list("message_id", flat=True))

    def plan(self, messages: Iterable[MessageRecord]) -> int:
        """Plan messages; one that was planned before stays as it is. How many are new."""
        n = 0
        for m in messages:
            endpoint = self._in(rows.WebhookEndpoint, m.case_id).select_for_update().get(endpoint_id=m.endpoint_id)
            if self._in(rows.WebhookMessage, m.case_id).filter(endpoint=endpoint, message_id=m.message_id).exists():
                continue
            rows.WebhookMessage(
                case_id=m.case_id, endpoint=endpoint, message_id=m.message_id, kind=m.kind, body_json=pack(m.body),
                state=m.state.value, tries=0, next_at=aware(m.next_at) if m.next_at else None,
                created_at=aware(m.created_at), state_at=aware(m.state_at),
            ).save(using=self._unit.alias, force_insert=True)  # fmt: skip
            n += 1
        return n

    def claim(self, at: datetime, until: datetime, most: int) -> tuple[MessageRecord, ...]:
        """Take on messages of all cases whose turn has come, the longest waiting first; until then nobody else does."""
        table = self._unit.rows(rows.WebhookMessage)
        found = table.filter(state=MessageState.WAITING.value, next_at__lte=aware(at), endpoint__ended_at__isnull=True)
        taken = list(found.select_related("endpoint").order_by("next_at", "pk")[:most])
        table.filter(pk__in=[r.pk for r in taken]).update(next_at=aware(until))
        return tuple(_message(r) for r in taken)

    def note(self, message: MessageRecord, at: datetime) -> None:
        """How a try ended."""
        self._in(rows.WebhookMessage, message.case_id).filter(
            endpoint__endpoint_id=message.endpoint_id, message_id=message.message_id
        ).update(
            state=message.state.value, tries=message.tries, status=message.status, trouble=message.trouble,
            next_at=aware(message.next_at) if message.next_at else None, state_at=aware(at),
        )  # fmt: skip

    def messages(self, case_id: str, endpoint_id: str) -> tuple[MessageRecord, ...]:
        """What was planned for an address, the newest first."""
        found = self._in(rows.WebhookMessage, case_id).filter(endpoint__endpoint_id=endpoint_id)
        found = found.exclude(state=MessageState.BEFORE.value)
        return tuple(_message(r) for r in found.select_related("endpoint").order_by("-pk"))


def _endpoint(row: rows.WebhookEndpoint) -> EndpointRecord:
    kinds: Any = unpack(row.kinds_json)
    return EndpointRecord(
        case_id=row.case_id,
        endpoint_id=row.endpoint_id,
        url=row.url,
        kinds=tuple(str(k) for k in kinds),
        secret_sealed=bytes(row.secret_sealed),
        allow_private=row.allow_private,
        created_at=row.created_at,
        ended_at=row.ended_at,
        ended_why=row.ended_why,
    )


def _message(row: rows.WebhookMessage) -> MessageRecord:
    return MessageRecord(
        case_id=row.case_id,
        endpoint_id=row.endpoint.endpoint_id,
        message_id=row.message_id,
        kind=row.kind,
        body=cast(dict[str, Json], unpack(row.body_json)),
        state=MessageState(row.state),
        created_at=row.created_at,
        state_at=row.state_at,
        tries=row.tries,
        next_at=row.next_at,
        status=row.status,
        trouble=row.trouble,
    )

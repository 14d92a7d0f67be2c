"""Cards and requests of the portal, and the counters that slow down whoever tries many."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F

from bequest.store import models as rows
from bequest.store.portal_records import AskedAtPortal, Card, RequestState
from bequest.store.unit import CaseRepository, Unit, aware

_AT_ONCE = 2_000


class Portal(CaseRepository):
    """Cards are found by a digest of the link's secret, whatever case they belong to."""

    def replace_cards(
        self, case_id: str, cards: Sequence[tuple[str, bytes]], stale: Sequence[str] | None, *,
        opens_until: datetime, at: datetime,
    ) -> None:  # fmt: skip
        """Cards made anew: `lookup`, sealed content. `stale`: lookups that go; None where all of the case go."""
        mine = self._in(rows.PortalCard, case_id)
        if stale is None:
            mine.delete()
        else:
            going = [*stale, *(lookup for lookup, _ in cards)]
            for i in range(0, len(going), _AT_ONCE):
                mine.filter(lookup__in=going[i : i + _AT_ONCE]).delete()
            mine.exclude(opens_until=aware(opens_until)).update(opens_until=aware(opens_until))
        self._unit.rows(rows.PortalCard).bulk_create(
            [
                rows.PortalCard(
                    case_id=case_id, lookup=lookup, sealed=sealed, opens_until=aware(opens_until), made_at=aware(at)
                )
                for lookup, sealed in cards
            ],
            batch_size=_AT_ONCE,
        )

    def card(self, lookup: str) -> Card | None:
        """The card of that lookup, in whatever case."""
        row = self._unit.rows(rows.PortalCard).filter(lookup=lookup).first()
        return None if row is None else Card(row.case_id, row.lookup, bytes(row.sealed), row.opens_until)

    def count_cards(self, case_id: str) -> int:
        """How many people of the case can open a page."""
        return self._in(rows.PortalCard, case_id).count()

    def drop_expired(self, at: datetime) -> int:
        """Remove cards that no link opens any more."""
        return self._unit.rows(rows.PortalCard).filter(opens_until__lt=aware(at)).delete()[0]

    def ask(self, asked: AskedAtPortal) -> None:
        """Enter a choice or request."""
        self._unit.require_case(asked.case_id)
        rows.PortalRequest(
            case_id=asked.case_id,
            code=asked.code,
            ref=asked.ref,
            kind=asked.kind,
            lot=asked.lot,
            sealed_text=asked.sealed_text,
            due_on=asked.due_on,
            state=asked.state.value,
            created_at=aware(asked.created_at),
            state_at=aware(asked.created_at),
        ).save(using=self._unit.alias, force_insert=True)

    def of_person(self, case_id: str, ref: str) -> tuple[AskedAtPortal, ...]:
        """What one person asked, in order."""
        return _read(self._in(rows.PortalRequest, case_id).filter(ref=ref).order_by("pk"))

    def list(self, case_id: str) -> tuple[AskedAtPortal, ...]:
        """What was asked in the case, in order."""
        return _read(self._in(rows.PortalRequest, case_id).order_by("pk"))

    def set_state(self, case_id: str, codes: Sequence[str], state: RequestState, at: datetime) -> None:
        """Move requests on."""
        found = self._in(rows.PortalRequest, case_id).filter(code__in=list(codes))
        found.update(state=state.value, state_at=aware(at))


def _read(found: Iterable[rows.PortalRequest]) -> tuple[AskedAtPortal, ...]:
    return tuple(
        AskedAtPortal(
            case_id=r.case_id,
            code=r.code,
            ref=r.ref,
            kind=r.kind,
            lot=r.lot,
            sealed_text=bytes(r.sealed_text),
            due_on=r.due_on,
            state=RequestState(r.state),
            created_at=r.created_at,
        )
        for r in found
    )


class Attempts:
    """Counters in windows of time. They name nobody: a source is a keyed digest, and old windows are removed."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def count(self, source: str, window: int) -> int:
        """How many attempts there were in a window."""
        row = self._unit.rows(rows.Attempt).filter(source=source, window=window).first()
        return row.n if row else 0

    def add(self, source: str, window: int) -> int:
        """One more; how many there are now. Counters of earlier windows go."""
        table = self._unit.rows(rows.Attempt)
        table.filter(window__lt=window).delete()
        row, made = table.get_or_create(source=source, window=window, defaults={"n": 1})
        if made:
            return 1
        table.filter(pk=row.pk).update(n=F("n") + 1)
        return row.n + 1

"""Cards and requests of the portal, and the counters that slow down whoever tries many."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connections
from django.db.models import F

from bequest.store import models as rows
from bequest.store.portal_records import (
    AskedAtPortal,
    Card,
    Message,
    ReplyTold,
    RequestOutcome,
    RequestState,
    Unsaid,
    Visit,
)
from bequest.store.unit import CaseRepository, Unit, aware

_AT_ONCE = 2_000
_CARDS = rows.PortalCard._meta.db_table
_PUT_CARD = (
    f"INSERT INTO {_CARDS} (case_id, lookup, sealed, opens_until, made_at) VALUES (%s, %s, %s, %s, %s)"  # noqa: S608
    " ON CONFLICT (lookup) DO UPDATE SET sealed = excluded.sealed, opens_until = excluded.opens_until,"
    f" made_at = excluded.made_at WHERE {_CARDS}.case_id = excluded.case_id"
)


class Portal(CaseRepository):
    """Cards are found by a digest of the link's secret, whatever case they belong to."""

    def clear_cards(self, case_id: str, gone: Sequence[str] | None, *, opens_until: datetime) -> None:
        """Remove the cards of these lookups, None: all of the case; those that stay open until that time."""
        mine = self._in(rows.PortalCard, case_id)
        if gone is None:
            mine.delete()
            return
        for i in range(0, len(gone), _AT_ONCE):
            mine.filter(lookup__in=gone[i : i + _AT_ONCE]).delete()
        mine.exclude(opens_until=aware(opens_until)).update(opens_until=aware(opens_until))

    def put_cards(
        self, case_id: str, cards: Sequence[tuple[str, bytes]], *, opens_until: datetime, at: datetime
    ) -> None:
        """Cards made anew, in the place of those under the same lookups: `lookup`, sealed content.

        One statement for all of them, without objects in between: a card for every person is written several times.
        """
        self._unit.require_case(case_id)
        connection = connections[self._unit.alias]
        until, made = (connection.ops.adapt_datetimefield_value(aware(t)) for t in (opens_until, at))
        with connection.cursor() as cursor:
            cursor.executemany(_PUT_CARD, [(case_id, lookup, sealed, until, made) for lookup, sealed in cards])

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

    def of_person(self, case_id: str, ref: str) -> tuple[AskedAtPortal, ...]:
        """What one person asked, in order."""
        return _read(self._in(rows.PortalRequest, case_id).filter(ref=ref).order_by("pk"))

    def list(self, case_id: str) -> tuple[AskedAtPortal, ...]:
        """What was asked in the case, in order."""
        return _read(self._in(rows.PortalRequest, case_id).order_by("pk"))

    def waits(self, case_id: str, apart_from: Iterable[str]) -> bool:
        """Whether anything is new, of other kinds than these."""
        new = self._in(rows.PortalRequest, case_id).filter(state=RequestState.NEW.value)
        return new.exclude(kind__in=sorted(apart_from)).exists()

    def set_state(self, case_id: str, codes: Sequence[str], state: RequestState, at: datetime) -> None:
        """Move requests on."""
        found = self._in(rows.PortalRequest, case_id).filter(code__in=list(codes))
        found.update(state=state.value, state_at=aware(at))

    def end(self, case_id: str, code: str, outcome: RequestOutcome, at: datetime) -> None:
        """A request is answered, with this outcome."""
        found = self._in(rows.PortalRequest, case_id).filter(code=code)
        found.update(state=RequestState.ANSWERED.value, outcome=outcome.value, state_at=aware(at))

    def reopen(self, case_id: str, code: str, at: datetime) -> None:
        """A request that was answered waits again."""
        found = self._in(rows.PortalRequest, case_id).filter(code=code)
        found.update(state=RequestState.NEW.value, outcome="", state_at=aware(at))

    def own(self, case_id: str, code: str, person: str) -> None:
        """Somebody takes a request on."""
        self._in(rows.PortalRequest, case_id).filter(code=code).update(owner=person)

    def by_code(self, code: str) -> AskedAtPortal | None:
        """The choice or request of a receipt code, in whatever case."""
        return next(iter(_read(self._unit.rows(rows.PortalRequest).filter(code=code))), None)

    def unsaid(self) -> tuple[Unsaid, ...]:
        """Replies of which nobody was told yet, in order."""
        waiting = self._unit.rows(rows.PortalMessage).filter(told=ReplyTold.WAITS.value).order_by("pk")
        found = list(waiting.values_list("pk", "case_id", "code"))
        of = dict(
            self._unit.rows(rows.PortalRequest).filter(code__in=[c for *_, c in found]).values_list("code", "ref")
        )
        return tuple(Unsaid(pk, case_id, of[code]) for pk, case_id, code in found)

    def was_told(self, pk: int, told: ReplyTold) -> None:
        """How telling somebody of a reply went."""
        self._unit.rows(rows.PortalMessage).filter(pk=pk).update(told=told.value)

    def say(self, case_id: str, message: Message) -> None:
        """Add a message to a request."""
        self._unit.require_case(case_id)
        rows.PortalMessage(
            case_id=case_id, code=message.code, from_staff=message.from_staff, author=message.author,
            sealed=message.sealed, created_at=aware(message.created_at), told=message.told.value,
        ).save(using=self._unit.alias, force_insert=True)  # fmt: skip

    def say_all(self, case_id: str, messages: Sequence[Message]) -> None:
        """Add many at once that nobody has to be told of."""
        self._unit.require_case(case_id)
        made = (
            rows.PortalMessage(
                case_id=case_id, code=m.code, from_staff=m.from_staff, author=m.author, sealed=m.sealed,
                created_at=aware(m.created_at), told=m.told.value,
            )
            for m in messages
        )  # fmt: skip
        self._unit.rows(rows.PortalMessage).bulk_create(list(made), batch_size=_AT_ONCE)

    def messages(self, case_id: str, codes: Sequence[str]) -> tuple[Message, ...]:
        """The messages about some requests, in order."""
        found = self._in(rows.PortalMessage, case_id).filter(code__in=list(codes)).order_by("pk")
        return tuple(
            Message(m.code, m.from_staff, m.author, bytes(m.sealed), m.created_at, ReplyTold(m.told)) for m in found
        )

    def rate(self, case_id: str, key: str, value: int, at: datetime) -> None:
        """How satisfied somebody is; a later word takes the place of an earlier one."""
        self._unit.require_case(case_id)
        self._unit.rows(rows.PortalRating).update_or_create(
            case_id=case_id, key=key, defaults={"value": value, "at": aware(at)}
        )

    def rating(self, case_id: str, key: str) -> int | None:
        """What somebody said."""
        return self._in(rows.PortalRating, case_id).filter(key=key).values_list("value", flat=True).first()

    def ratings(self, case_id: str) -> dict[int, int]:
        """How many said what."""
        found: dict[int, int] = {}
        for value in self._in(rows.PortalRating, case_id).values_list("value", flat=True):
            found[value] = found.get(value, 0) + 1
        return found


class Visits:
    """Visitors who typed an address, of no case: nobody knows yet whether it is one of anybody's."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, visit: Visit) -> None:
        """Note a visitor; whoever has run out is forgotten."""
        self._unit.rows(rows.PortalVisit).filter(ends_at__lt=aware(visit.created_at)).delete()
        rows.PortalVisit(
            lookup=visit.lookup, sealed_address=visit.sealed_address, sealed_links=visit.sealed_links, tries=0,
            created_at=aware(visit.created_at), ends_at=aware(visit.ends_at),
        ).save(using=self._unit.alias, force_insert=True)  # fmt: skip

    def waiting(self) -> tuple[Visit, ...]:
        """Visitors whose address nobody has looked at, in order."""
        found = self._unit.rows(rows.PortalVisit).exclude(sealed_address=b"").order_by("pk")
        return tuple(_visit(v) for v in found)

    def answer(self, lookup: str, sealed_links: bytes) -> None:
        """A worker has looked: the address is gone."""
        self._unit.rows(rows.PortalVisit).filter(lookup=lookup).update(sealed_address=b"", sealed_links=sealed_links)

    def attempt(self, lookup: str, at: datetime, most: int) -> Visit | None:
        """The visitor, one more try counted; None for one that is unknown, has run out, or has tried too often."""
        row = self._unit.rows(rows.PortalVisit).select_for_update().filter(lookup=lookup, ends_at__gt=aware(at)).first()
        if row is None or row.tries >= most:
            return None
        row.tries += 1
        row.save(using=self._unit.alias, update_fields=["tries"])
        return _visit(row)

    def end(self, lookup: str) -> None:
        """The visitor is in: the code works no more."""
        self._unit.rows(rows.PortalVisit).filter(lookup=lookup).delete()


def _visit(row: rows.PortalVisit) -> Visit:
    return Visit(row.lookup, bytes(row.sealed_address), bytes(row.sealed_links), row.tries, row.created_at, row.ends_at)


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
            owner=r.owner,
            outcome=RequestOutcome(r.outcome) if r.outcome else None,
            asker=r.asker,
        )
        for r in found
    )


class Attempts:
    """Counters in windows of time. They name nobody: a source is a keyed digest, and old windows are removed."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def add(self, source: str, window: int) -> int:
        """One more; how many there are now. Counters of earlier windows go."""
        table = self._unit.rows(rows.Attempt)
        table.filter(window__lt=window).delete()
        row, made = table.get_or_create(source=source, window=window, defaults={"n": 1})
        if made:
            return 1
        table.filter(pk=row.pk).update(n=F("n") + 1)
        return row.n + 1

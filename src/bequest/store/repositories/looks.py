"""What a page of the portal reads, one statement each, and the one row that a click adds.

Written out in SQL: a page is opened by thousands in an hour, and to have the statement made anew costs more than to
run it.
"""

from collections.abc import Callable, Sequence
from typing import Any

from bequest.store import models as rows
from bequest.store.portal_records import AskedAtPortal, Card, Look, LookFor, RequestOutcome, RequestState
from bequest.store.unit import aware

Run = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_CARDS, _CASES, _SETTINGS, _EVENTS, _ATTEMPTS, _ASKED = (
    m._meta.db_table
    for m in (rows.PortalCard, rows.Case, rows.Setting, rows.OutboxEvent, rows.Attempt, rows.PortalRequest)
)
_COLUMNS = "r.code, r.ref, r.kind, r.lot, r.sealed_text, r.due_on, r.state, r.created_at, r.owner, r.outcome"
_LOOK = f"""
SELECT tried.n, c.case_id, c.sealed, c.opens_until, k.rehearsal, k.clock_at, k.status, page.value_json,
 erased.value_json,
 CASE WHEN erased.value_json IS NULL THEN 0
  ELSE (SELECT count(*) FROM {_EVENTS} e WHERE e.case_id = c.case_id AND e.typ = %s) END,
 EXISTS (SELECT 1 FROM {_EVENTS} e WHERE e.case_id = c.case_id AND e.event_id = %s),
 {_COLUMNS}
FROM (SELECT 1 AS one) AS always
LEFT JOIN {_ATTEMPTS} tried ON tried.source = %s AND tried."window" = %s
LEFT JOIN {_CARDS} c ON c.lookup = %s
LEFT JOIN {_CASES} k ON k.id = c.case_id
LEFT JOIN {_SETTINGS} page ON page.scope = c.case_id AND page.name = %s
LEFT JOIN {_SETTINGS} erased ON erased.scope = c.case_id AND erased.name = %s
LEFT JOIN {_ASKED} r ON r.asker = %s AND r.case_id = c.case_id
ORDER BY r.id
"""  # noqa: S608 - our own names
_TRIED = f'SELECT n FROM {_ATTEMPTS} WHERE source = %s AND "window" = %s'  # noqa: S608
_SETTING = f"SELECT value_json FROM {_SETTINGS} WHERE scope = %s AND name = %s"  # noqa: S608
_BEFORE = f"SELECT {_COLUMNS} FROM {_ASKED} r WHERE r.asker = %s AND r.case_id = %s ORDER BY r.id"  # noqa: S608
_ADD = f"""
INSERT INTO {_ASKED} (case_id, code, ref, asker, kind, lot, sealed_text, due_on, state, created_at, state_at, owner,
 outcome)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '') RETURNING id
"""  # noqa: S608


class Looks:
    """Each method is one look at one moment."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def card(self, lookup: str, asker: str, tries: tuple[str, int], what: LookFor) -> Look:
        """The card of that lookup, in whatever case, with how its case stands and what was asked with its link.

        `tries`: source and window.
        """
        found = self._run(_LOOK, (what.refused, what.begun, *tries, lookup, what.page, what.erased, asker))
        tried, case_id, sealed, until, rehearsal, clock, status, page, erased, refused, begun = found[0][:11]
        card = None if case_id is None else Card(case_id, lookup, bytes(sealed), until)
        return Look(
            tried=tried or 0,
            card=card,
            rehearsal=bool(rehearsal),
            clock_at=clock,
            status=status or "",
            page=page,
            erased=erased,
            n_refused=refused or 0,
            has_begun=bool(begun),
            asked=tuple(_asked(case_id, asker, row[11:]) for row in found if row[11] is not None),
        )

    def tried(self, source: str, window: int) -> int:
        """How many attempts of a source there were in a window."""
        found = self._run(_TRIED, (source, window))
        return int(found[0][0]) if found else 0

    def setting(self, name: str, case_id: str) -> str | None:
        """The JSON text of a setting of the case."""
        found = self._run(_SETTING, (case_id, name))
        return str(found[0][0]) if found else None


class Inbox:
    """What is asked with one link, in a transaction that others do not wait for."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def before(self, case_id: str, asker: str) -> tuple[AskedAtPortal, ...]:
        """What was asked with the link already, in order."""
        return tuple(_asked(case_id, asker, row) for row in self._run(_BEFORE, (asker, case_id)))

    def add(self, asked: AskedAtPortal) -> None:
        """Enter a choice or request."""
        at = aware(asked.created_at)
        self._run(
            _ADD,
            (
                asked.case_id, asked.code, asked.ref, asked.asker, asked.kind, asked.lot, asked.sealed_text,
                asked.due_on, asked.state.value, at, at,
            ),
        )  # fmt: skip


def _asked(case_id: str, asker: str, row: tuple[Any, ...]) -> AskedAtPortal:
    code, ref, kind, lot, text, due, state, at, owner, outcome = row
    return AskedAtPortal(
        case_id, code, ref, kind, lot, bytes(text), due, RequestState(state), at, asker, owner,
        RequestOutcome(outcome) if outcome else None,
    )  # fmt: skip

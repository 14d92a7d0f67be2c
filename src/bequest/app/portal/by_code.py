"""How far a choice or request is, for whoever holds its receipt code alone: no name, no company, nothing written."""

from dataclasses import dataclass
from datetime import date, datetime

from bequest.app.portal.choices import Ask
from bequest.app.portal.page import page_of
from bequest.store.portal_records import RequestOutcome, RequestState
from bequest.store.repositories import Store


@dataclass(frozen=True, slots=True)
class Seen:
    """What the code alone shows. `state` and `kind` as the templates of the portal take them."""

    kind: Ask
    state: RequestState
    outcome: RequestOutcome | None
    created_at: datetime
    due_on: date | None
    replies: int
    """How many replies stand on the page."""
    timezone: str


def look_up(store: Store, code: str) -> Seen | None:
    """What the code shows; None for one that was never given, or whose page is gone."""
    with store.reading() as tx:
        asked = tx.portal.by_code(normal_code(code))
        page = page_of(tx, asked.case_id) if asked else None
        if asked is None or page is None:
            return None
        replies = sum(m.from_staff for m in tx.portal.messages(asked.case_id, [asked.code]))
    return Seen(
        Ask(asked.kind), asked.state, asked.outcome, asked.created_at, asked.due_on, replies, page.timezone
    )  # fmt: skip


def normal_code(typed: str) -> str:
    """A code as it was given, from what somebody typed: large letters, groups of four."""
    plain = "".join(c for c in typed.upper()[:40] if c.isascii() and c.isalnum())
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))

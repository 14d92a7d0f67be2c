"""What a case makes known to all: from the day of the public notice, and nothing about any person.

Small counts are not printed, as in the report; before the public notice the case is not there.
"""

from dataclasses import dataclass
from datetime import date, datetime

from bequest.app.portal.page import Page, page_of
from bequest.app.public.certificates import PublicCertificate, register_of
from bequest.app.public.revocations import revocation_in
from bequest.kernel.canonical import to_json
from bequest.kernel.codec import decode
from bequest.steps.notify.content import Notice
from bequest.store.records import CaseStatus
from bequest.store.repositories import Store
from bequest.store.transaction import Tx

DISCLOSED = "disclosed"
"""Setting of the case: the record below, from the public notice on."""
LEAST = 10


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Kept with the public notice."""

    on: date
    """The day of the public notice."""
    owed_to: int
    """Persons to be told; below `LEAST` it is not shown."""
    by_letter: int
    """Of these, told one by one."""
    log_origin: str
    law_pack: str


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Everything the public page shows."""

    page: Page
    notice: Notice
    kept: Disclosed
    moved: bool
    closed: bool
    certificates: tuple[PublicCertificate, ...]
    revoked: str
    """The number of the certificate that was revoked, if one was."""
    today: datetime


def disclose(tx: Tx, case_id: str, kept: Disclosed, at: datetime) -> None:
    """Make the case known, or renew what is said; the day of the first public notice stays."""
    before = _kept(tx, case_id)
    first = min(kept.on, before.on) if before else kept.on
    made = Disclosed(first, kept.owed_to, kept.by_letter, kept.log_origin, kept.law_pack)
    tx.settings.set(DISCLOSED, to_json(made), at, case_id=case_id)


def disclosure_of(store: Store, case_id: str, now: datetime) -> Disclosure | None:
    """What is known to all of a case; None for one that is not there, or not yet."""
    with store.transaction() as tx:
        record = next((r for r in tx.cases.list() if r.case.id == case_id), None)
        kept = _kept(tx, case_id) if record else None
        page = page_of(tx, case_id) if record else None
        if record is None or kept is None or page is None:
            return None
        certificates = register_of(tx, case_id)
        revoked = revocation_in(tx, case_id)
    notice = max(page.notices.values(), key=lambda n: len(n.items))
    at = record.clock_at if record.rehearsal and record.clock_at else now
    moved = record.status in {CaseStatus.CUT_OVER, CaseStatus.CLOSED}
    return Disclosure(
        page,
        notice,
        kept,
        moved,
        record.status is CaseStatus.CLOSED,
        certificates,
        revoked.certificate_id if revoked else "",
        at,
    )


def _kept(tx: Tx, case_id: str) -> Disclosed | None:
    found = tx.settings.get(DISCLOSED, None, case_id=case_id)
    return None if found is None else decode(Disclosed, found)

"""How far the destruction of a case is, as the record says."""

import json
from datetime import datetime

from bequest.app.evidence import event_id
from bequest.evidence.event_types import EventType
from bequest.model.case import Role
from bequest.store.portal_records import Look, LookFor
from bequest.store.transaction import Tx

RUN_ID = "destruction-1"
"""The destruction of a case; its attempts are numbered in the log."""
SIGNERS = (Role.OPERATOR, Role.VERIFIER, Role.OFFICER)
"""Who sign the certificate: three people."""
ERASED = "erased_in_attempt"
"""Setting of the case: the last attempt whose erasing came to its end."""


def attempt_number(tx: Tx, case_id: str) -> int:
    """The attempt that is next or under way: each has its own number; a refusal ends one."""
    refused = EventType.CERTIFICATE_REFUSED.value
    return 1 + sum(e.typ == refused for e in tx.outbox.all(case_id))


def has_begun(tx: Tx, case_id: str) -> bool:
    """Whether an intent to destroy is on record: from then on answers only hold back what is left."""
    return tx.outbox.get(case_id, event_id(EventType.DESTRUCTION_INTENT, "1")) is not None


def note_erased(tx: Tx, case_id: str, at: datetime) -> None:
    """Note that this attempt erases nothing more: whatever is answered now comes too late."""
    tx.settings.set(ERASED, attempt_number(tx, case_id), at, case_id=case_id)


def is_erased(tx: Tx, case_id: str) -> bool:
    """Whether the erasing of the attempt under way, or of the one that was certified, is over."""
    noted = tx.settings.get(ERASED, 0, case_id=case_id)
    return bool(noted) and noted == attempt_number(tx, case_id)


def look_for(page: str) -> LookFor:
    """What a page of the portal looks at to know the same; `page`: setting of its wording."""
    begun, refused = event_id(EventType.DESTRUCTION_INTENT, "1"), EventType.CERTIFICATE_REFUSED.value
    return LookFor(page=page, erased=ERASED, begun=begun, refused=refused)


def is_erased_at(look: Look) -> bool:
    """As `is_erased`, of what a page saw."""
    return look.erased is not None and json.loads(look.erased) == 1 + look.n_refused

"""How far the destruction of a case is, and with it what an answer can still do."""

from enum import StrEnum

from bequest.app.destruction import has_begun, is_erased, is_erased_at
from bequest.store.portal_records import Look
from bequest.store.transaction import Tx


class Phase(StrEnum):
    """How far the destruction is, and with it what an answer can still do."""

    OPEN = "open"
    """Not begun: every answer counts."""
    BEGUN = "begun"
    """Under way: what stops it is honoured for what is not erased yet; a consent comes too late."""
    ERASED = "erased"
    """Nothing is left to act on."""


TOO_LATE = {
    Phase.BEGUN: ("太迟了，销毁已经开始", "too late, the destruction has begun"),
    Phase.ERASED: ("太迟了，数据已经删除", "too late, data deleted"),
}


def phase_of(tx: Tx, case_id: str) -> Phase:
    """How far the destruction is, as the record says."""
    if is_erased(tx, case_id):
        return Phase.ERASED
    return Phase.BEGUN if has_begun(tx, case_id) else Phase.OPEN


def phase_at(look: Look) -> Phase:
    """As `phase_of`, of what a page saw."""
    if is_erased_at(look):
        return Phase.ERASED
    return Phase.BEGUN if look.has_begun else Phase.OPEN

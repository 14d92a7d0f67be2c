"""Certificates that no longer hold, as anybody may know it: number, digest, why, when. No case, no person.

The list is what this platform says; the signed statement of the two people is handed to whoever has the bundle, for
`bequest verify --later`, and the list has its digest.
"""

from dataclasses import dataclass

from bequest.model.destruction import RevocationReason
from bequest.store.transaction import Tx

SETTING = "certificate_revoked"
"""Setting of a case: certificate, reason, at, digest of the statement."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """A certificate that was revoked."""

    certificate_id: str
    reason: RevocationReason
    at: str
    statement_sha256: str = ""


def revocation_in(tx: Tx, case_id: str) -> Revocation | None:
    """The certificate of a case that was revoked; None where none was."""
    said = tx.settings.get(SETTING, None, case_id=case_id)
    if not isinstance(said, dict):
        return None
    reason = RevocationReason(str(said["reason"]))
    return Revocation(str(said["certificate"]), reason, str(said["at"]), str(said.get("statement", "")))

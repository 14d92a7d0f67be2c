"""A destruction certificate that no longer holds: two people say so, the protection officer one of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import LATER, keep_statement, publish, record
from bequest.app.public.revocations import SETTING, Revocation, revocation_in
from bequest.app.signing_people import two_people
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, Subject, read_statement
from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import ApprovalError, StateError
from bequest.model.case import Role
from bequest.model.destruction import RevocationReason
from bequest.store.records import CaseStatus


@dataclass(frozen=True, slots=True)
class Revoked:
    """The certificate that was revoked, and the statement; `closed`: it lies beside the bundle, not in it."""

    certificate_id: str
    statement: Path
    closed: bool


def revoke_certificate(ctx: Context, case_id: str, reason: RevocationReason, keys: Sequence[Path]) -> Revoked:
    """Revoke the certificate that stands. Said again, it is the same.

    Raises:
        StateError: where no certificate was issued.
        ApprovalError: where not two people sign, or none is the protection officer.
    """
    case = ctx.case(case_id).case
    people = two_people(case, keys)
    if not any(Role.OFFICER in person.roles for person, _ in people):
        raise ApprovalError(
            "neither of the two is the protection officer", hint="The officer accepted the destruction, and revokes it."
        )
    workspace = ctx.workspace(case_id)
    path = standing_certificate(workspace.dir("statements"))
    if path is None:
        raise StateError(f"case {case_id} has no certificate", hint="There is nothing to revoke.")
    envelope = path.read_bytes()
    certificate_id = str(read_statement(envelope).statement.predicate["certificate_id"])
    closed = ctx.case(case_id).status is CaseStatus.CLOSED
    out = workspace.dir(LATER if closed else "statements") / f"revocation-{path.name}"
    at, digest = ctx.now(case_id), hashlib.sha256(envelope).hexdigest()
    if not out.is_file():
        said: dict[str, Json] = {
            "caseRef": case_id, "certificateId": certificate_id, "reason": reason.value, "at": rfc3339(at),
            "by": [person.id for person, _ in people], "rehearsal": case.rehearsal,
        }  # fmt: skip
        subject = Subject(f"urn:bequest:certificate:{certificate_id}", digest)
        keep_statement(out, Statement("CertificateRevocation", (subject,), said), [key for _, key in people])
    with ctx.store.transaction() as tx:
        if not tx.settings.get(SETTING, None, case_id=case_id):
            said = {
                "certificate": certificate_id, "reason": reason.value, "at": rfc3339(at),
                "statement": hashlib.sha256(out.read_bytes()).hexdigest(),
            }  # fmt: skip
            tx.settings.set(SETTING, said, at, case_id=case_id)
        if not closed:
            refs = {"certificate": digest, "statement": hashlib.sha256(out.read_bytes()).hexdigest()}
            record(
                ctx, tx, case_id, EventType.CERTIFICATE_REVOKED, "1", at=at, refs=refs,
                content={"reason": reason.value},
            )  # fmt: skip
    if not closed:
        publish(ctx, case_id)
    return Revoked(certificate_id, out, closed)


def standing_certificate(statements: Path) -> Path | None:
    """The certificate in force: the final one, else the first issued."""
    found = [statements / f"{name}.dsse.json" for name in ("certificate-final", "certificate")]
    return next((path for path in found if path.is_file()), None)


def revocation(ctx: Context, case_id: str) -> Revocation | None:
    """The certificate that was revoked, why, and when; None where none was."""
    with ctx.store.transaction() as tx:
        return revocation_in(tx, case_id)

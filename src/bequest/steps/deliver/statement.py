"""DataDelivery and DeliveryReceipt as in-toto statements; who signs them is the caller's business."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bequest.crypto.cipher import commit, is_commitment
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import Json, canonical
from bequest.kernel.clock import rfc3339
from bequest.steps.deliver.content import DeliveredTable, DeliverySpec

DELIVERY = "DataDelivery"
RECEIPT = "DeliveryReceipt"
INNER_MANIFEST = "inner-manifest"

Sign = Callable[[Statement], bytes]
"""Signs a statement and returns the envelope (DSSE JSON) as bytes: `evidence.statement.sign_statement` with a key."""
Open = Callable[[bytes], Statement]
"""Checks the signatures of an envelope and returns the statement: `evidence.statement.verify_statement` with keys."""


@dataclass(frozen=True, slots=True)
class Volume:
    """One encrypted volume; `path` begins with `data/`."""

    path: str
    n_bytes: int
    sha256: str


def delivery_statement(
    spec: DeliverySpec,
    volumes: Sequence[Volume],
    tables: Sequence[DeliveredTable],
    counts: Mapping[str, int],
    *,
    inner_manifest_sha256: str,
    datapackage_sha256: str,
) -> Statement:
    """What the sender states about the ciphertext: age itself names no sender."""
    predicate: dict[str, Json] = {
        "deliveryId": spec.delivery_id,
        "caseRef": spec.case_id,
        "rehearsal": spec.rehearsal,
        "senderOrg": spec.sender,
        "recipientOrg": spec.receiver,
        "recipients": [{"ageRecipient": r.recipient, "role": r.role} for r in spec.recipients],
        "lots": list(spec.lots),
        "volumes": [{"path": v.path, "bytes": v.n_bytes, "sha256": v.sha256} for v in volumes],
        "innerManifestCommit": commit_manifest(spec.commit_salt, inner_manifest_sha256),
        "datapackageSha256": datapackage_sha256,
        "counts": dict(counts),
        "columns": {t.id: list(t.names) for t in tables},
        "policyDigest": spec.policy_digest,
        "dispositionRoot": spec.disposition_root,
        "legalRoute": spec.legal_route,
        "purposes": list(spec.purposes),
        "restrictions": list(spec.restrictions),
        "undertakings": list(spec.undertakings),
        "agreement": dict(spec.agreement),
        "nonceCommit": hashlib.sha256(spec.nonce).hexdigest(),
        "createdAt": rfc3339(spec.created_at),
    }
    if spec.released_by:
        predicate["keyRelease"] = {"escrowOrg": spec.released_by, "releasedTo": spec.released_to}
    # a urn, because the ciphertext lies with the receiver and not in the evidence bundle
    subjects = tuple(Subject(f"urn:bequest:delivery:{spec.delivery_id}/{v.path}", v.sha256) for v in volumes)
    return Statement(DELIVERY, subjects, predicate)


def commit_manifest(salt: bytes, inner_manifest_sha256: str) -> str:
    """The commitment to the inner manifest, base64url without padding; the salt lies inside the ciphertext."""
    return _base64url(commit(salt, INNER_MANIFEST, canonical(inner_manifest_sha256)))


def opens_manifest(commitment: str, salt: bytes, inner_manifest_sha256: str) -> bool:
    """Whether salt and manifest digest open the commitment."""
    try:
        data = base64.urlsafe_b64decode(commitment + "=" * (-len(commitment) % 4))
        return is_commitment(data, salt, INNER_MANIFEST, canonical(inner_manifest_sha256))
    except ValueError:
        return False


def receipt_statement(
    *,
    delivery: Statement,
    stage: str,
    volumes_verified: Sequence[str],
    counts_confirmed: Mapping[str, int],
    exceptions: Sequence[str],
    undertakings: Sequence[str],
    received_at: datetime,
    inner_manifest_sha256: str = "",
    nonce: bytes = b"",
    imported: Mapping[str, Json] | None = None,
) -> Statement:
    """What the receiver states at a stage: `ciphertext`, or `decrypted` (which quotes nonce and inner manifest)."""
    sent = delivery.predicate
    predicate: dict[str, Json] = {
        "deliveryId": sent["deliveryId"],
        "caseRef": sent["caseRef"],
        "rehearsal": sent["rehearsal"],
        "recipientOrg": sent["recipientOrg"],
        "stage": stage,
        "volumesVerified": list(volumes_verified),
        "innerManifestSha256": inner_manifest_sha256,
        "nonce": nonce.hex(),
        "countsConfirmed": dict(counts_confirmed),
        "exceptions": list(exceptions),
        "undertakings": list(undertakings),
        "receivedAt": rfc3339(received_at),
    }
    if imported is not None:
        predicate["imported"] = dict(imported)
    return Statement(RECEIPT, delivery.subjects, predicate)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")

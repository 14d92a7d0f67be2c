"""A small rehearsal case with everything a bundle can hold, and ways for a dishonest platform to change it.

Whoever holds the platform's and the log's key can sign anything anew; the checks behind the signatures are for that.
"""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bequest.crypto.signing import Signer
from bequest.evidence import bag
from bequest.evidence.approval import sign_approval
from bequest.evidence.bundle import BundleParts, build_bundle
from bequest.evidence.checkpoint import checkpoint_body
from bequest.evidence.disposition_tree import DispositionTree
from bequest.evidence.event import Event, Ref
from bequest.evidence.event_types import EventType
from bequest.evidence.jcs import decode_object, encode
from bequest.evidence.log import Log
from bequest.evidence.merkle import Tree, leaf_hash
from bequest.evidence.note import ED25519_NOTE, NoteKey, sign_note
from bequest.evidence.sequencer import drain
from bequest.evidence.statement import Statement, Subject, sign_statement
from bequest.evidence.tiles import files_of
from bequest.evidence.trust import Trust, TrustedPerson
from bequest.kernel.canonical import Json, digest, to_json
from bequest.kernel.clock import rfc3339
from bequest.model.destruction import Certificate, CertificateState, Finding, Level, SearchResult, TableSums
from bequest.model.plan import Approval

CASE = "demo-e5"
ORIGIN = f"bequest.example/{CASE}"
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
PLATFORM, LOG = Signer.from_bytes(b"p" * 32), Signer.from_bytes(b"l" * 32)
PEOPLE = {
    role: Signer.from_bytes(role.ljust(32).encode()) for role in ("it", "legal", "officer", "verifier", "receiver")
}
POLICY = encode({"case_id": CASE, "cells": []})
POLICY_DIGEST = hashlib.sha256(POLICY).hexdigest()
TREE = DispositionTree((bytes([n]) * 16, bytes([n]) * 32, "as_is delete") for n in range(20))
REPORT = b"%PDF-1.7 the report\n"


def person(role: str) -> str:
    return f"p-{role}"


def trust(event: str = "E5") -> Trust:
    return Trust(
        case=CASE,
        event=event,
        origin=ORIGIN,
        rehearsal=True,
        log_vkey=NoteKey(ORIGIN, ED25519_NOTE, LOG.public).vkey,
        platform_key=PLATFORM.public.line,
        persons=tuple(TrustedPerson(person(role), (role,), key.public.line) for role, key in PEOPLE.items()),
        required_roles=("it", "legal", "officer"),
    )


def approval(role: str, *, policy_digest: str = POLICY_DIGEST, who: str = "", at: datetime = AT) -> Approval:
    return sign_approval(
        PEOPLE[(who or person(role)).removeprefix("p-")],
        case=CASE,
        policy_digest=policy_digest,
        person=who or person(role),
        role=role,
        signed_at=rfc3339(at),
    )


def certificate(**fields: object) -> Certificate:
    values: dict[str, object] = {
        "certificate_id": "dc-1",
        "case_id": CASE,
        "rehearsal": True,
        "issued_at": rfc3339(AT + timedelta(days=60)),
        "state": CertificateState.FINAL,
        "why": (),
        "ground": ("PIPL-47",),
        "transferor_zh": "示例公司",
        "transferor_en": "Example Ltd",
        "receivers": (),
        "policy_digest": POLICY_DIGEST,
        "tables": (TableSums("crm", "customers", 20, 0, 100, 60, 0, 40, 0, 0),),
        "searches": (SearchResult("crm", "exact", Level.LOGICAL, 8, 1000, 50, 50, 0, 0, 0, Finding.CLEAR),),
        "residuals": (),
        "kept": (),
        "signers": (),
    }
    return Certificate(**{**values, **fields})  # type: ignore[arg-type]


def predicate(value: object) -> dict[str, Json]:
    found = to_json(value)
    assert isinstance(found, dict)
    return found


CASE_SUBJECT = (Subject(f"urn:bequest:case:{CASE}", digest(CASE)),)
RESCAN = sign_statement(Statement("RescanReport", CASE_SUBJECT, {"caseRef": CASE}), [PEOPLE["verifier"]])
NONCE = b"n" * 16
VOLUMES = (
    Subject("urn:bequest:delivery:d1:vol-1", digest("vol-1")),
    Subject("data/report/report.pdf", hashlib.sha256(REPORT).hexdigest()),
)
SENT: dict[str, Json] = {"deliveryId": "d1", "caseRef": CASE, "rehearsal": True, "recipientOrg": "buyer"}


def receipt(role: str = "receiver", *, volumes: tuple[Subject, ...] = VOLUMES, **fields: Json) -> bytes:
    """What the receiver signs for the delivery of the scene."""
    said: dict[str, Json] = {**SENT, "stage": "decrypted", "nonce": NONCE.hex(), **fields}
    return sign_statement(Statement("DeliveryReceipt", volumes, said), [PEOPLE[role]])


@dataclass
class Scene:
    """What the case did; change a part, then `build`."""

    event: str = "E5"
    statements: dict[str, bytes] = field(default_factory=dict)
    receipts: dict[str, bytes] = field(default_factory=dict)
    approvals: tuple[Approval, ...] = ()
    policy: bytes = POLICY
    disposition: bytes = b""
    change_entries: Callable[[list[dict[str, Json]]], object] | None = None
    """What the platform does to the log's entries before signing them."""
    change_parts: Callable[[BundleParts], BundleParts] | None = None
    trust: Trust | None = None

    def events(self) -> list[tuple[EventType, dict[str, object]]]:
        """Type and further fields, in order."""
        ref = {name: Ref("statement", hashlib.sha256(data).hexdigest()) for name, data in self.all_statements().items()}
        approved: dict[str, object] = {"refs": (Ref("policy", POLICY_DIGEST),)}
        begin: list[tuple[EventType, dict[str, object]]] = [
            (EventType.CASE_OPENED, {}),
            (EventType.SOURCE_INVENTORY, {"counts": {"rows": 20, "minors": 3}}),
            (EventType.POLICY_PROPOSED, approved),
            (EventType.PLAN_APPROVED, approved),
            (EventType.NOTICE_INTENT, {}),
            (EventType.NOTICE_OUTCOME, {"intent": "e4", "counts": {"delivered": 18, "bounced": 2}}),
        ]
        if self.event == "E2":
            return begin
        return [
            *begin,
            (EventType.CUTOVER_INTENT, {}),
            (EventType.CUTOVER_OUTCOME, {"intent": "e6", "refs": (ref["dispositions"],)}),
            (EventType.EXPORT_INTENT, {}),
            (EventType.EXPORT_OUTCOME, {"intent": "e8"}),
            (EventType.DELIVERY_SENT, {"refs": (ref["delivery"],)}),
            (EventType.DELIVERY_RECEIPT, {"refs": (ref["receipt"],)}),
            (EventType.DESTRUCTION_INTENT, {}),
            (EventType.DESTRUCTION_OUTCOME, {"intent": "e12"}),
            (EventType.RESCAN_REPORT, {"refs": (ref["rescan"],)}),
            (EventType.CERTIFICATE_ISSUED, {"refs": (ref["certificate"],)}),
            (EventType.DISPOSITION_FIXED, {"refs": (Ref("root", TREE.root.hex()),)}),
        ]

    def all_statements(self) -> dict[str, bytes]:
        """Name without ending → envelope."""
        return {name.removesuffix(".dsse.json"): data for name, data in {**self.statements, **self.receipts}.items()}

    def build(self, top: Path) -> Path:
        """Log, bundle, and the trust file beside it; the bundle."""
        log_dir = top / "log"
        shutil.rmtree(log_dir, ignore_errors=True)
        proofs = self._write_log(log_dir)
        if self.change_entries is not None:
            self._rewrite_log(log_dir)
            proofs = {}
        parts = BundleParts(
            trust=self.trust or trust(self.event),
            log=log_dir,
            platform=PLATFORM,
            bagged_on=date(2027, 1, 15),
            approvals=self.approvals,
            policy=self.policy,
            statements=self.statements,
            receipts=self.receipts,
            proofs=proofs,
            report={"report.pdf": REPORT},
            disposition={"disposition.leaves": self.disposition} if self.disposition else {},
            notices={"notice.txt": "告知书\n".encode()},
        )
        return build_bundle(top / "out", self.change_parts(parts) if self.change_parts else parts)

    def _write_log(self, log_dir: Path) -> dict[str, bytes]:
        proofs = {}
        with Log(log_dir, ORIGIN, LOG) as log:
            events = [
                Event(id=f"e{n}", type=kind, case=CASE, at=AT + timedelta(days=n), actor=PLATFORM.public.key_id, **more)  # type: ignore[arg-type]
                for n, (kind, more) in enumerate(self.events())
            ]
            drain(events, log, AT)
            closing = replace(
                events[0],
                id="closed",
                type=EventType.LOG_CLOSED,
                at=AT + timedelta(days=99),
                counts=log.counts_by_type(),
            )
            drain([closing], log, AT)
            for leaf in log.entries():
                for name, data in self.all_statements().items():
                    if hashlib.sha256(data).hexdigest() in {ref.sha256 for ref in leaf.refs}:
                        proofs[f"{name}.tlog-proof"] = log.prove(leaf.seq).render().encode()
        return proofs

    def _rewrite_log(self, log_dir: Path) -> None:
        with Log(log_dir, ORIGIN, LOG) as log:
            values = [decode_object(log.entry_bytes(index), "entry") for index in range(log.size)]
        assert self.change_entries is not None
        self.change_entries(values)
        write_raw_log(log_dir, [encode(value) for value in values])


def write_raw_log(log_dir: Path, entries: list[bytes], *, signer: Signer = LOG, size: int | None = None) -> None:
    """A log of any entries at all, correctly hashed and signed."""
    shutil.rmtree(log_dir, ignore_errors=True)
    tree = Tree(leaf_hash(entry) for entry in entries)
    for path, data in files_of(tree, entries):
        (log_dir / path).parent.mkdir(parents=True, exist_ok=True)
        (log_dir / path).write_bytes(data)
    body = checkpoint_body(ORIGIN, tree.size if size is None else size, tree.root())
    log_dir.mkdir(parents=True, exist_ok=True)
    (log_dir / "checkpoint").write_text(sign_note(body, ORIGIN, signer))


def scene_e5() -> Scene:
    """The whole flow, honest."""
    delivery = Statement("DataDelivery", VOLUMES, {**SENT, "nonceCommit": hashlib.sha256(NONCE).hexdigest()})
    dispositions = Statement(
        "DispositionRoot", (Subject("urn:bequest:disposition-tree", TREE.root.hex()),), {"caseRef": CASE}
    )
    return Scene(
        disposition=b"".join(TREE.leaves()),
        statements={
            "delivery.dsse.json": sign_statement(delivery, [PLATFORM]),
            "rescan.dsse.json": RESCAN,
            "certificate.dsse.json": sign_certificate(certificate()),
            "dispositions.dsse.json": sign_statement(dispositions, [PLATFORM]),
        },
        receipts={"receipt.dsse.json": receipt()},
        approvals=tuple(approval(role) for role in ("it", "legal", "officer")),
    )


def scene_e2() -> Scene:
    """A share deal: notice and approval, nothing moved."""
    return Scene(event="E2", approvals=tuple(approval(role) for role in ("it", "legal", "officer")))


def sign_certificate(
    value: Certificate,
    roles: tuple[str, ...] = ("it", "verifier", "officer"),
    rescan: bytes | None = None,
    subjects: tuple[Subject, ...] = CASE_SUBJECT,
) -> bytes:
    verification: dict[str, Json] = {"reportSha256": hashlib.sha256(RESCAN if rescan is None else rescan).hexdigest()}
    statement = Statement("DataDestruction", subjects, {**predicate(value), "verification": verification})
    return sign_statement(statement, [PEOPLE[role] for role in roles])


def reseal(bundle: Path, signer: Signer = PLATFORM) -> None:
    """What the platform can do after changing files: new manifests, new signatures."""
    paths = sorted(p for p in (bundle / "data").rglob("*") if p.is_file())
    digests = {p.relative_to(bundle).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
    info = bag.render_bag_info(
        case=CASE,
        rehearsal=True,
        bagged_on="2027-01-15",
        n_bytes=sum(p.stat().st_size for p in paths),
        n_files=len(paths),
    )
    manifest = bag.render_manifest(digests)
    (bundle / bag.BAG_INFO).write_bytes(info)
    (bundle / bag.MANIFEST).write_bytes(manifest)
    (bundle / bag.MANIFEST_SIG).write_text(signer.sshsig(manifest))
    tags = {name: hashlib.sha256((bundle / name).read_bytes()).hexdigest() for name in bag.TAG_FILES}
    tagmanifest = bag.render_manifest(tags)
    (bundle / bag.TAGMANIFEST).write_bytes(tagmanifest)
    (bundle / bag.TAGMANIFEST_SIG).write_text(signer.sshsig(tagmanifest))

"""Deliveries with their parts and receipts; destructions with their certificates; custody and what remains."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db.models import QuerySet

from bequest.kernel.canonical import Json
from bequest.kernel.codec import decode
from bequest.kernel.errors import DeliveryError, StateError
from bequest.model.destruction import Certificate
from bequest.store import models as rows
from bequest.store.records import (
    BucketState,
    CertificateRecord,
    CustodyBucket,
    DeliveryPart,
    DeliveryRecord,
    DeliveryState,
    DestructionRecord,
    DestructionState,
    ReceiptRecord,
    ResidualRecord,
    ResidualState,
)
from bequest.store.register import Onward, StatefulRegister, columns_of, record_of
from bequest.store.unit import CaseRepository, aware, pack


class Deliveries(StatefulRegister[DeliveryRecord, rows.Delivery, DeliveryState]):
    """Packages. A part that comes out different when it is made again spoils the delivery id."""

    table, cls, key = rows.Delivery, DeliveryRecord, "delivery_id"
    moves = frozenset({"path", "manifest_digest"})
    onward: ClassVar[Onward] = {
        "prepared": frozenset({"sealed", "aborted"}),
        "sealed": frozenset({"sent", "received", "aborted"}),
        "sent": frozenset({"received", "aborted"}),
    }

    def seal(self, case_id: str, delivery_id: str, *, manifest_digest: str, path: str, at: datetime) -> DeliveryRecord:
        """All parts are written: note the manifest and where the package lies.

        Raises:
            StateError: when the package was sealed with another manifest, or was aborted.
        """
        row = self._row(case_id, delivery_id)
        if row.state == DeliveryState.PREPARED.value or row.state == DeliveryState.ABORTED.value:
            return self._move(
                case_id, delivery_id, DeliveryState.SEALED, at, manifest_digest=manifest_digest, path=path
            )
        if row.manifest_digest != manifest_digest:
            raise StateError(f"delivery {delivery_id!r} was sealed with another manifest")
        return self._read(row)

    def put_part(self, case_id: str, delivery_id: str, part: DeliveryPart) -> DeliveryPart:
        """Note a part. Made again with the same content it takes the new ciphertext, until the package is sealed.

        Raises:
            DeliveryError: when the content differs from what was noted before: abort this delivery id.
            StateError: when the package is sealed and the part would change it.
        """
        delivery = self._row(case_id, delivery_id)
        columns = columns_of(part, rows.DeliveryPart)
        row = self._parts(case_id, delivery).filter(name=part.name).first()
        if row is not None and record_of(DeliveryPart, row) == part:
            return part
        if row is not None and row.plaintext_digest != part.plaintext_digest:
            raise DeliveryError(
                f"part {part.name!r} of delivery {delivery_id!r} came out with other content than before",
                hint="The source has changed meanwhile: abort this delivery and start one with a new id.",
            )
        if delivery.state != DeliveryState.PREPARED.value:
            raise StateError(f"delivery {delivery_id!r} is {delivery.state}; its parts no longer change")
        if row is None:
            row = rows.DeliveryPart(case_id=case_id, delivery=delivery, **columns)
        else:
            row.ciphertext_digest, row.n_bytes = part.ciphertext_digest, part.n_bytes
        row.save(using=self._unit.alias)
        return record_of(DeliveryPart, row)

    def parts(self, case_id: str, delivery_id: str) -> tuple[DeliveryPart, ...]:
        """The parts of a package, by name."""
        found = self._parts(case_id, self._row(case_id, delivery_id)).order_by("name")
        return tuple(record_of(DeliveryPart, row) for row in found)

    def _parts(self, case_id: str, delivery: rows.Delivery) -> QuerySet[rows.DeliveryPart]:
        return self._in(rows.DeliveryPart, case_id).filter(delivery=delivery)


class Receipts(CaseRepository):
    """Signed receipts."""

    def add(self, case_id: str, receipt: ReceiptRecord) -> ReceiptRecord:
        """Keep a receipt; the party's second one of the same stage for the same package is the first.

        Raises:
            StateError: when there is no such delivery, or the party signed another text for it.
        """
        delivery = self._in(rows.Delivery, case_id).filter(delivery_id=receipt.delivery_id).first()
        if delivery is None:
            raise StateError(f"case {case_id!r} has no delivery {receipt.delivery_id!r}")
        mine = self._in(rows.Receipt, case_id).filter(delivery=delivery, party=receipt.party)
        row = mine.filter(stage=receipt.stage).first()
        if row is None:
            row = rows.Receipt(case_id=case_id, delivery=delivery, **_receipt_columns(receipt))
            row.save(using=self._unit.alias, force_insert=True)
        elif row.text != receipt.text:
            raise StateError(
                f"{receipt.party!r} has signed another receipt for delivery {receipt.delivery_id!r}",
                hint="A receipt is signed once for a package at each stage.",
            )
        return record_of(ReceiptRecord, row, delivery_id=receipt.delivery_id)

    def of(self, case_id: str, delivery_id: str) -> tuple[ReceiptRecord, ...]:
        """The receipts for a package, in the order they came in."""
        found = self._in(rows.Receipt, case_id).filter(delivery__delivery_id=delivery_id).order_by("pk")
        return tuple(record_of(ReceiptRecord, row, delivery_id=delivery_id) for row in found)

    def list(self, case_id: str) -> tuple[ReceiptRecord, ...]:
        """All receipts of the case, in the order they came in."""
        found = self._in(rows.Receipt, case_id).select_related("delivery").order_by("pk")
        return tuple(record_of(ReceiptRecord, row, delivery_id=row.delivery.delivery_id) for row in found)


def _receipt_columns(receipt: ReceiptRecord) -> dict[str, object]:
    """The columns; the delivery's text id gives way to its row."""
    return {k: v for k, v in columns_of(receipt, rows.Receipt).items() if k != "delivery_id"}


class Destructions(StatefulRegister[DestructionRecord, rows.Destruction, DestructionState]):
    """Destruction runs, and the certificates issued for them."""

    table, cls, key = rows.Destruction, DestructionRecord, "destruction_id"
    moves = frozenset({"counts", "ledger_digest", "intent_event_id"})
    onward: ClassVar[Onward] = {
        "intended": frozenset({"running"}),
        "running": frozenset({"done"}),
        "done": frozenset({"verified", "refused", "running"}),
        "refused": frozenset({"running", "verified"}),
        "verified": frozenset({"refused"}),
    }

    def set_progress(
        self, case_id: str, destruction_id: str, *, ledger_digest: str, counts: Mapping[str, Json]
    ) -> DestructionRecord:
        """What the ledger holds now, and the values gone by source and table.

        Raises:
            StateError: when the run is not there.
        """
        return self._change(case_id, destruction_id, ledger_digest=ledger_digest, counts_json=pack(counts))

    def add_certificate(
        self, case_id: str, destruction_id: str, certificate: Certificate, at: datetime
    ) -> CertificateRecord:
        """Keep a certificate as issued.

        Raises:
            StateError: when it is for another case, or its id was used for another certificate.
        """
        if certificate.case_id != case_id:
            raise StateError(f"the certificate is for case {certificate.case_id!r}, not for {case_id!r}")
        run = self._row(case_id, destruction_id)
        body = pack(certificate)
        found = self._in(rows.Certificate, case_id).select_related("destruction")
        row = found.filter(certificate_id=certificate.certificate_id).first()
        if row is None:
            row = rows.Certificate(
                case_id=case_id,
                destruction=run,
                certificate_id=certificate.certificate_id,
                digest=hashlib.sha256(body.encode()).hexdigest(),
                state=certificate.state.value,
                body_json=body,
                issued_at=aware(at),
            )
            row.save(using=self._unit.alias, force_insert=True)
        elif row.body_json != body:
            raise StateError(
                f"certificate {certificate.certificate_id!r} was issued with other content",
                hint="A certificate is never changed; issue a further one.",
            )
        return _read_certificate(row)

    def certificates(self, case_id: str) -> tuple[CertificateRecord, ...]:
        """The certificates of the case, in the order they were issued."""
        found = self._in(rows.Certificate, case_id).select_related("destruction").order_by("pk")
        return tuple(_read_certificate(row) for row in found)


def _read_certificate(row: rows.Certificate) -> CertificateRecord:
    return CertificateRecord(
        certificate=decode(Certificate, json.loads(row.body_json)),
        destruction_id=row.destruction.destruction_id,
        digest=row.digest,
        issued_at=row.issued_at,
    )


class Custody(StatefulRegister[CustodyBucket, rows.CustodyBucket, BucketState]):
    """Sealed buckets by due month. While a bucket is open its content moves."""

    table, cls, key = rows.CustodyBucket, CustodyBucket, "bucket_id"
    moves = frozenset({"digest", "n_rows", "n_values", "path"})
    order = ("due_month", "bucket_id")
    onward: ClassVar[Onward] = {"open": frozenset({"sealed"}), "sealed": frozenset({"destroyed"})}

    def seal(
        self, case_id: str, bucket_id: str, *, digest: str, n_rows: int, n_values: int, path: str, at: datetime
    ) -> CustodyBucket:
        """The bucket is closed and holds this.

        Raises:
            StateError: when it was sealed with other content, or is destroyed.
        """
        held = {"digest": digest, "n_rows": n_rows, "n_values": n_values, "path": path}
        row = self._row(case_id, bucket_id)
        if row.state == BucketState.SEALED.value and {k: getattr(row, k) for k in held} != held:
            raise StateError(f"custody bucket {bucket_id!r} was sealed with other content")
        if row.state == BucketState.SEALED.value:
            return self._read(row)
        return self._move(case_id, bucket_id, BucketState.SEALED, at, **held)

    def due(self, case_id: str, month: str) -> tuple[CustodyBucket, ...]:
        """Sealed buckets whose month has come (`month` as 2036-12)."""
        return tuple(b for b in self.list(case_id) if b.state is BucketState.SEALED and b.due_month <= month)


class Residuals(StatefulRegister[ResidualRecord, rows.Residual, ResidualState]):
    """What remains until a date."""

    table, cls, key = rows.Residual, ResidualRecord, "residual_id"
    order = ("due_on", "residual_id")
    onward: ClassVar[Onward] = {"open": frozenset({"resolved"})}

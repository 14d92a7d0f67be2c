"""The receiver signs for a delivery, in stages; the sender checks what was signed (fair exchange, evidence §4.3).

`undertaken`: what the package asks for is undertaken, before any of it is fetched. `ciphertext`: these volumes came
whole. `decrypted`: they were opened, quoting the nonce that lies only inside, and the manifest of the inner bag. Only
the last lets the destruction at the source begin. Each repeats the undertakings.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bequest.evidence.statement import Statement
from bequest.kernel.canonical import Json
from bequest.kernel.clock import parse_rfc3339
from bequest.kernel.errors import DeliveryError
from bequest.steps.deliver.importing import Imported
from bequest.steps.deliver.receipt_stage import CIPHERTEXT as CIPHERTEXT
from bequest.steps.deliver.receipt_stage import DECRYPTED as DECRYPTED
from bequest.steps.deliver.receipt_stage import UNDERTAKEN as UNDERTAKEN
from bequest.steps.deliver.receive import Received
from bequest.steps.deliver.statement import RECEIPT, Open, Sign, opens_manifest, receipt_statement
from bequest.steps.deliver.undertakings import required


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that was checked against the delivery it is for."""

    delivery_id: str
    stage: str
    received_at: datetime
    counts: dict[str, int]
    exceptions: tuple[str, ...]
    imported: dict[str, int]
    """Rows imported by table, where the receiver imported what came."""

    @property
    def lets_destroy(self) -> bool:
        """Whether the copy at the source may go: opened, and nothing missing."""
        return self.stage == DECRYPTED and not self.exceptions


def undertaking_receipt(delivery: Statement, at: datetime) -> Statement:
    """What the receiver signs before anything is fetched: what it undertakes for this delivery."""
    return _not_opened(delivery, UNDERTAKEN, (), at)


def ciphertext_receipt(delivery: Statement, volumes: Sequence[str], received_at: datetime) -> Statement:
    """What the receiver signs once these volumes came whole."""
    return _not_opened(delivery, CIPHERTEXT, volumes, received_at)


def _not_opened(delivery: Statement, stage: str, volumes: Sequence[str], at: datetime) -> Statement:
    return receipt_statement(
        delivery=delivery,
        stage=stage,
        volumes_verified=volumes,
        counts_confirmed={},
        exceptions=(),
        undertakings=required(delivery.predicate),
        received_at=at,
    )


def sign_ciphertext_receipt(
    delivery: Statement, volumes: Sequence[str], received_at: datetime, sign: Sign
) -> tuple[Statement, bytes]:
    """Statement and signed envelope of the first receipt."""
    statement = ciphertext_receipt(delivery, volumes, received_at)
    return statement, sign(statement)


def opened_receipt(delivery: Statement, nonce: bytes, inner_manifest_sha256: str, received_at: datetime) -> Statement:
    """What a receiver signs who opened the package with standard tools and found all of it there."""
    counts = {k: int(str(v)) for k, v in _of(delivery.predicate.get("counts")).items()}
    return receipt_statement(
        delivery=delivery,
        stage=DECRYPTED,
        volumes_verified=volumes_of(delivery),
        counts_confirmed=counts,
        exceptions=(),
        undertakings=required(delivery.predicate),
        received_at=received_at,
        inner_manifest_sha256=inner_manifest_sha256,
        nonce=nonce,
    )


def volumes_of(delivery: Statement) -> tuple[str, ...]:
    """The paths of a delivery's volumes, in its bag."""
    return tuple(str(_of(v).get("path")) for v in _list(delivery.predicate.get("volumes")))


def sign_receipt(
    received: Received,
    received_at: datetime,
    sign: Sign,
    *,
    exceptions: Sequence[str] = (),
    imported: Imported | None = None,
) -> tuple[Statement, bytes]:
    """Statement and signed envelope of the second stage; `imported`: what it came to where it was imported."""
    statement = receipt_statement(
        delivery=received.statement,
        stage=DECRYPTED,
        volumes_verified=received.volumes,
        counts_confirmed=received.counts,
        exceptions=exceptions,
        undertakings=required(received.statement.predicate),
        received_at=received_at,
        inner_manifest_sha256=received.inner_manifest_sha256,
        nonce=received.nonce,
        imported=None if imported is None else _said_of(imported),
    )
    return statement, sign(statement)


def check_receipt(envelope: bytes, open_receipt: Open, delivery: Statement, commit_salt: bytes) -> Receipt:
    """The receipt in a signed envelope, checked against the sender's own delivery statement.

    `open_receipt` checks the receiver's signature; it knows the key the case names for the receiver.

    Raises:
        DeliveryError: where it is for another delivery, names other volumes, or quotes a wrong nonce or manifest.
        VerificationError: from `open_receipt`, where the signature does not hold.
    """
    statement = open_receipt(envelope)
    said, sent = statement.predicate, delivery.predicate
    if statement.name != RECEIPT:
        raise _wrong("it is not a delivery receipt")
    for name in ("deliveryId", "caseRef", "rehearsal", "recipientOrg"):
        if said.get(name) != sent.get(name):
            raise _wrong(f"it is for another delivery ({name})")
    if statement.subjects != delivery.subjects:
        raise _wrong("it names other volumes")
    stage = said.get("stage")
    verified = () if stage == UNDERTAKEN else volumes_of(delivery)
    if sorted(map(str, _list(said.get("volumesVerified")))) != sorted(verified):
        raise _wrong("not every volume was verified")
    undertaken = set(map(str, _list(said.get("undertakings"))))
    missing = [u for u in required(sent) if u not in undertaken]
    if missing:
        raise _wrong(f"the receiver does not undertake {', '.join(missing)}")
    if stage == DECRYPTED:
        _check_opened(said, sent, commit_salt)
    elif stage not in {UNDERTAKEN, CIPHERTEXT}:
        raise _wrong("its stage is unknown")
    counts = {k: int(str(v)) for k, v in _of(said.get("countsConfirmed")).items()}
    exceptions = tuple(map(str, _list(said.get("exceptions"))))
    at = parse_rfc3339(str(said["receivedAt"]))
    return Receipt(str(said["deliveryId"]), str(stage), at, counts, exceptions, _imported(said, sent))


def _said_of(imported: Imported) -> dict[str, Json]:
    return {
        "kind": imported.kind,
        "rows": {t: d.rows for t, d in imported.tables.items()},
        "leftOut": {t: d.left_out for t, d in imported.tables.items() if d.left_out},
    }


def _imported(said: Mapping[str, Json], sent: Mapping[str, Json]) -> dict[str, int]:
    """Rows imported by table; with those left out as withdrawn before they must be what was sent."""
    if "imported" not in said:
        return {}
    told = _of(said["imported"])
    rows = {k: int(str(v)) for k, v in _of(told.get("rows")).items()}
    left_out = {k: int(str(v)) for k, v in _of(told.get("leftOut")).items()}
    sum_of = {t: n + left_out.get(t, 0) for t, n in rows.items()}
    if sum_of != sent.get("counts"):
        raise _wrong("it says that other rows were imported than were sent")
    return rows


def _check_opened(said: Mapping[str, Json], sent: Mapping[str, Json], commit_salt: bytes) -> None:
    try:
        nonce = bytes.fromhex(str(said.get("nonce")))
    except ValueError:
        raise _wrong("its nonce is no hexadecimal text") from None
    if hashlib.sha256(nonce).hexdigest() != sent.get("nonceCommit"):
        raise _wrong("it does not quote the nonce that lies in the package")
    if not opens_manifest(str(sent.get("innerManifestCommit")), commit_salt, str(said.get("innerManifestSha256"))):
        raise _wrong("it names another inner manifest")
    if said.get("countsConfirmed") != sent.get("counts") and not said.get("exceptions"):
        raise _wrong("its counts differ and it states no exception")


def _of(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise _wrong("it is not built as a statement")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise _wrong("it is not built as a statement")
    return value


def _wrong(why: str) -> DeliveryError:
    return DeliveryError(
        f"the receipt is refused: {why}",
        hint="Ask the receiver for a receipt made with `bequest receive` from this package.",
        code="BQ-DELIVERY-5",
    )

"""The sender's side of an escrowed delivery: first receipt, then the escrow's release, then the second receipt."""

import hashlib
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import event_id, publish, record
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.crypto.verify import parse_public_line
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, verify_statement
from bequest.kernel.errors import DeliveryError, VerificationError
from bequest.model.case import Case, Role
from bequest.steps.deliver.receipt_stage import CIPHERTEXT, DECRYPTED
from bequest.steps.deliver.release import check_release, is_escrowed
from bequest.store.transaction import Tx


def receipt_file(workspace: Workspace, delivery_id: str, stage: str) -> Path:
    """Where the receipt of a stage is kept."""
    return workspace.dir("receipts") / f"receipt-{delivery_id}-{stage}.dsse.json"


def check_order(tx: Tx, case: Case, sent: Statement, stage: str) -> None:
    """Nothing, where a receipt of this stage may come now: the second one only after the key was released.

    Raises:
        DeliveryError: then.
    """
    number = str(sent.predicate["deliveryId"])
    released = tx.outbox.get(case.id, event_id(EventType.KEY_RELEASED, number)) is not None
    if stage == DECRYPTED and is_escrowed(sent) and not released:
        raise DeliveryError(
            f"the key of delivery {number} was not released yet, and the receipt says it was opened",
            hint="Enter the first receipt and the escrow's statement (release-….dsse.json) before it, with"
            " `bequest receipt`. Where there was no release, ask receiver and escrow how it was opened.",
            code="BQ-DELIVERY-10",
        )


def enter_release(ctx: Context, case: Case, envelope: bytes, sent: Statement, at: datetime) -> str:
    """Keep the escrow's statement that it released the key of a delivery; its id. Entered twice, it is one.

    Raises:
        DeliveryError: where the escrow did not sign it, or it does not fit delivery and first receipt.
    """
    people = [p for p in case.people if Role.ESCROW in p.roles and p.public_key]
    try:
        release = verify_statement(envelope, [parse_public_line(p.public_key) for p in people]).statement
    except VerificationError:
        raise DeliveryError(
            "the release of the key is not signed by the escrow",
            hint=f"In the case file the role escrow has {', '.join(p.id for p in people) or 'nobody with a key'}.",
            code="BQ-DELIVERY-10",
        ) from None
    workspace, number = ctx.workspace(case.id), str(sent.predicate["deliveryId"])
    first = receipt_file(workspace, number, CIPHERTEXT)
    if not first.is_file():
        raise DeliveryError(
            f"the first receipt of delivery {number} was not entered yet",
            hint="Enter it with `bequest receipt` before the escrow's statement.",
            code="BQ-DELIVERY-10",
        )
    digest = hashlib.sha256(first.read_bytes()).hexdigest()
    check_release(release, sent, digest)
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case.id, EventType.KEY_RELEASED, number, at=at,
            refs={"release": hashlib.sha256(envelope).hexdigest(), "receipt": digest},
        )  # fmt: skip
        write_file(workspace.dir("receipts") / f"release-{number}.dsse.json", envelope)
    publish(ctx, case.id)
    return number

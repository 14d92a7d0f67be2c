"""The receiver's signed receipt: checked against the delivery it is for, and kept."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context, require
from bequest.app.delivered import GONE_OUT
from bequest.app.evidence import platform_signer, publish, record
from bequest.app.key_release import check_order, enter_release, receipt_file
from bequest.app.user_files import read_user_bytes
from bequest.app.withdrawals import enter_change_receipt
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import hmac_sha256
from bequest.crypto.verify import parse_public_line
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, read_statement, verify_statement
from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import DeliveryError, StateError, VerificationError
from bequest.model.case import MOVES_NOTHING, RELEASES_NOTHING, Case, Role
from bequest.steps.deliver.change import CHANGE_RECEIPT, ChangeReceipt
from bequest.steps.deliver.package import ENVELOPE
from bequest.steps.deliver.receipt import Receipt, check_receipt
from bequest.steps.deliver.receipt_stage import DECRYPTED
from bequest.steps.deliver.release import RELEASE
from bequest.store.records import DeliveryRecord, DeliveryState, ReceiptRecord


@dataclass(frozen=True, slots=True)
class KeyReleased:
    """The escrow's statement that it released the key of a delivery was entered."""

    delivery_id: str


def nothing_moves(case: Case, what: str) -> None:
    """Refuse deliver and destroy where the event moves nothing.

    Raises:
        StateError: for a share deal or a rename.
    """
    if case.event in MOVES_NOTHING:
        raise StateError(f"event {case.event} moves nothing: there is no {what}", hint="Go on with `bequest close`.")


def nobody_receives(case: Case, what: str) -> None:
    """Refuse a delivery or its receipt where nothing moves, or nobody takes over.

    Raises:
        StateError: then.
    """
    nothing_moves(case, what)
    if case.event in RELEASES_NOTHING:
        raise StateError(
            f"event {case.event} releases nothing to anybody: there is no {what}",
            hint="Go on with `bequest destroy`: what must be kept goes to the keeper, sealed.",
        )


def package_folders(ctx: Context, case_id: str) -> Iterator[tuple[DeliveryRecord, Path]]:
    """The packages of a case that went out; neither unfinished ones nor those thrown away."""
    with ctx.store.transaction() as tx:
        records = [d for d in tx.deliveries.list(case_id) if d.state in GONE_OUT]
    for d in records:
        yield d, ctx.home / d.path


def receipts_are_in(ctx: Context, case: Case) -> None:
    """Nothing, where every package of every lot is finished and signed for.

    Raises:
        StateError: naming those that are not.
    """
    with ctx.store.transaction() as tx:
        found = tx.deliveries.list(case.id)
    unfinished = [d.delivery_id for d in found if d.state is DeliveryState.PREPARED]
    if unfinished:
        raise StateError(
            f"delivery {', '.join(unfinished)} is not finished: nothing is destroyed before",
            hint=f"Run `bequest deliver {case.id} --wave` again.",
        )
    missing = [d.delivery_id for d in found if d.state not in {DeliveryState.RECEIVED, DeliveryState.ABORTED}]
    received = {d.lot for d in found if d.state is DeliveryState.RECEIVED}
    if case.event not in RELEASES_NOTHING:
        missing += [f"lot {lot.id}" for lot in case.lots if lot.id not in received | {d.lot for d in found}]
    if missing:
        raise StateError(
            f"the receiver has not signed for {', '.join(missing)}: nothing is destroyed before",
            hint="Enter the receipt with `bequest receipt`.",
        )


def enter_receipt(ctx: Context, case_id: str, path: Path) -> Receipt | ChangeReceipt | KeyReleased:
    """Check a receiver's signed receipt against the delivery, or the message of withdrawals, that it is for; keep it.

    An escrow's signed statement that it released the key of a delivery is taken in here, too.

    Raises:
        DeliveryError: where it is for another delivery, signed by another person, or does not open the commitments.
        InputError: where the file is missing.
        StateError: before the delivery, or for an event that moves nothing.
    """
    case = ctx.case(case_id).case
    nobody_receives(case, "receipt")
    require(ctx, case_id, "deliver")
    envelope = read_user_bytes(path, "receipt", hint="The receiver makes it with `bequest receive … --sign-key FILE`.")
    everybody = [p for p in case.people if Role.RECEIVER in p.roles and p.public_key]
    wanted = _delivery_named(envelope)
    parties = {lot.id: lot.receiver for lot in case.lots}

    def opened(data: bytes) -> Statement:
        try:
            return verify_statement(data, keys).statement
        except VerificationError:
            names = ", ".join(p.id for p in receivers) or "nobody with a public key"
            raise DeliveryError(
                f"{path.name} is no receipt, or none that the receiver signed",
                hint=f"In the case file the role receiver has {names}: that person opens the package and signs, by"
                " `bequest receive … --sign-key FILE`.",
                code="BQ-DELIVERY-5",
            ) from None

    evidence_key = ctx.keys(case_id).get("evidence")
    at = ctx.now(case_id)
    receivers = everybody
    keys = [parse_public_line(p.public_key) for p in receivers]
    if _name_of(envelope) == CHANGE_RECEIPT:
        return enter_change_receipt(ctx, case_id, opened(envelope), envelope, at)
    if _name_of(envelope) == RELEASE:
        return _enter_release(ctx, case, envelope, wanted, at)
    for delivery, folder in package_folders(ctx, case_id):
        receivers = [p for p in everybody if p.party in {"", parties[delivery.lot]} or wanted != delivery.delivery_id]
        keys = [parse_public_line(p.public_key) for p in receivers]
        sent = _sent(ctx, case_id, folder)
        if opened(envelope).predicate.get("deliveryId") != delivery.delivery_id:
            continue
        salt = hmac_sha256(evidence_key, b"delivery-salt\0" + delivery.delivery_id.encode())
        receipt = check_receipt(envelope, opened, sent, salt)
        with ctx.store.transaction() as tx:
            check_order(tx, case, sent, receipt.stage)
        signer = verify_statement(envelope, keys).signers[0]
        person = next(p for p, k in zip(receivers, keys, strict=True) if k.fingerprint == signer.fingerprint)
        _keep_receipt(ctx, case_id, delivery, receipt, envelope, person.id, signer.fingerprint, at)
        return receipt
    raise DeliveryError(
        f"the receipt {path.name} is for no delivery of case {case_id}", hint="Check the case and the file."
    )


def _sent(ctx: Context, case_id: str, folder: Path) -> Statement:
    """What we stated about a package."""
    envelope = (folder / ENVELOPE).read_bytes()
    return verify_statement(envelope, [platform_signer(ctx, case_id).public]).statement


def _enter_release(ctx: Context, case: Case, envelope: bytes, wanted: str, at: datetime) -> KeyReleased:
    for delivery, folder in package_folders(ctx, case.id):
        if delivery.delivery_id == wanted:
            return KeyReleased(enter_release(ctx, case, envelope, _sent(ctx, case.id, folder), at))
    raise DeliveryError(f"the release is for no delivery of case {case.id}", hint="Check the case and the file.")


def _name_of(envelope: bytes) -> str:
    """What kind of statement an envelope holds, before its signature is looked at; empty where it is none."""
    with suppress(VerificationError):
        return read_statement(envelope).statement.name
    return ""


def _delivery_named(envelope: bytes) -> str:
    """The delivery that an envelope speaks of, before its signature is looked at; empty where it is none."""
    with suppress(VerificationError):
        return str(read_statement(envelope).statement.predicate.get("deliveryId", ""))
    return ""


def _keep_receipt(
    ctx: Context, case_id: str, delivery: DeliveryRecord, receipt: Receipt, envelope: bytes, person: str,
    fingerprint: str, at: datetime,
) -> None:  # fmt: skip
    path = receipt_file(ctx.workspace(case_id), delivery.delivery_id, receipt.stage)
    digest = hashlib.sha256(envelope).hexdigest()
    body: dict[str, Json] = {
        "stage": receipt.stage,
        "exceptions": list(receipt.exceptions),
        "counts": dict(receipt.counts),
        "imported": dict(receipt.imported),
    }
    with ctx.store.transaction() as tx:
        if receipt.stage == DECRYPTED:  # the first one stands in the log and among the receipts
            tx.receipts.add(
                case_id,
                ReceiptRecord(
                    delivery_id=delivery.delivery_id, party=delivery.receiver, signer=person,
                    text=envelope.decode(), signature=digest, fingerprint=fingerprint,
                    signed_at=rfc3339(receipt.received_at), created_at=at,
                ),
            )  # fmt: skip
        if receipt.lets_destroy:
            tx.deliveries.set_state(case_id, delivery.delivery_id, DeliveryState.RECEIVED, at)
        record(
            ctx, tx, case_id, EventType.DELIVERY_RECEIPT, f"{delivery.delivery_id}-{receipt.stage}", at=at,
            refs={"receipt": digest}, content=body,
        )  # fmt: skip
        write_file(path, envelope)  # only now: another receipt is refused above
    publish(ctx, case_id)

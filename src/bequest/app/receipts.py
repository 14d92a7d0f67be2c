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
from bequest.app.passed_on import enter_change_receipt, passed_on
from bequest.app.user_files import read_user_bytes
from bequest.crypto.atomic import write_file
from bequest.crypto.cipher import hmac_sha256
from bequest.crypto.verify import parse_public_line
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, read_statement, verify_statement
from bequest.kernel.canonical import Json
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import DeliveryError, StateError, VerificationError
from bequest.model.case import ENTRUSTS, MOVES_NOTHING, RELEASES_NOTHING, Case, Role
from bequest.steps.deliver.change import CHANGE_RECEIPT, ChangeReceipt
from bequest.steps.deliver.package import ENVELOPE
from bequest.steps.deliver.receipt import Receipt, check_receipt
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


def nothing_ends(case: Case, what: str) -> None:
    """Refuse destroy and what follows it where everything stays in use at the source.

    Raises:
        StateError: for an event that moves nothing, and for entrusting.
    """
    nothing_moves(case, what)
    if case.event in ENTRUSTS:
        raise StateError(
            f"event {case.event} destroys nothing at the source: there is no {what}", hint="Go on with `bequest close`."
        )


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
            f"delivery {', '.join(unfinished)} is not finished: that comes first",
            hint=f"Run `bequest deliver {case.id} --wave` again.",
        )
    missing = [d.delivery_id for d in found if d.state not in {DeliveryState.RECEIVED, DeliveryState.ABORTED}]
    received = {d.lot for d in found if d.state is DeliveryState.RECEIVED}
    if case.event not in RELEASES_NOTHING:
        missing += [f"lot {lot.id}" for lot in case.lots if lot.id not in received | {d.lot for d in found}]
    if missing:
        raise StateError(
            f"the receiver has not signed for {', '.join(missing)}: that comes first",
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
    check_receivable(ctx, case_id)
    envelope = read_user_bytes(path, "receipt", hint="The receiver makes it with `bequest receive … --sign-key FILE`.")
    return take_receipt(ctx, case_id, envelope, path.name)


def check_receivable(ctx: Context, case_id: str) -> None:
    """Nothing, where there can be a receipt.

    Raises:
        StateError: before the delivery, or for an event that moves nothing.
    """
    nobody_receives(ctx.case(case_id).case, "receipt")
    require(ctx, case_id, "deliver")


def take_receipt(ctx: Context, case_id: str, envelope: bytes, name: str) -> Receipt | ChangeReceipt | KeyReleased:
    """The same for a receipt that came another way; `name` is what it is called.

    Raises:
        DeliveryError: see `enter_receipt`.
    """
    case, at = ctx.case(case_id).case, ctx.now(case_id)
    what, wanted = named_in(envelope)
    if what == CHANGE_RECEIPT:
        lots = {m.message_id: m.lot for m in passed_on(ctx, case_id)}
        signers = _Signers(case, lots.get(wanted, ""), name)
        return enter_change_receipt(ctx, case_id, signers.opened(envelope), envelope, at)
    found = next(((d, f) for d, f in package_folders(ctx, case_id) if d.delivery_id == wanted), None)
    if what == RELEASE:
        if found is None:
            raise DeliveryError(
                f"the release is for no delivery of case {case_id}", hint="Check the case and the file."
            )
        return KeyReleased(enter_release(ctx, case, envelope, sent_statement(ctx, case_id, found[1]), at))
    signers = _Signers(case, found[0].lot if found else "", name)
    signers.opened(envelope)
    if found is None:
        raise DeliveryError(
            f"the receipt {name} is for no delivery of case {case_id}", hint="Check the case and the file."
        )
    delivery, folder = found
    sent = sent_statement(ctx, case_id, folder)
    salt = hmac_sha256(ctx.keys(case_id).get("evidence"), b"delivery-salt\0" + delivery.delivery_id.encode())
    receipt = check_receipt(envelope, signers.opened, sent, salt)
    with ctx.store.transaction() as tx:
        check_order(tx, case, sent, receipt.stage)
    person, fingerprint = signers.who(envelope)
    _keep_receipt(ctx, case_id, delivery, receipt, envelope, person, fingerprint, at)
    return receipt


def sent_statement(ctx: Context, case_id: str, folder: Path) -> Statement:
    """What we stated about a package, our own signature checked."""
    envelope = (folder / ENVELOPE).read_bytes()
    return verify_statement(envelope, [platform_signer(ctx, case_id).public]).statement


class _Signers:
    """Who may sign for a lot: people in the role receiver, of the party it goes to; of any party for no known lot."""

    def __init__(self, case: Case, lot: str, name: str) -> None:
        party = next((x.receiver for x in case.lots if x.id == lot), "")
        self._name = name
        self._people = [
            p
            for p in case.people
            if Role.RECEIVER in p.roles and p.public_key and (not party or p.party in {"", party})
        ]
        self._keys = [parse_public_line(p.public_key) for p in self._people]

    def opened(self, envelope: bytes) -> Statement:
        """The statement, signed by one of them."""
        try:
            return verify_statement(envelope, self._keys).statement
        except VerificationError:
            names = ", ".join(p.id for p in self._people) or "nobody with a public key"
            raise DeliveryError(
                f"{self._name} is no receipt, or none that the receiver signed",
                hint=f"In the case file the role receiver has {names}: that person opens the package and signs, by"
                " `bequest receive … --sign-key FILE`.",
                code="BQ-DELIVERY-5",
            ) from None

    def who(self, envelope: bytes) -> tuple[str, str]:
        """Person and fingerprint of the first signature."""
        signer = verify_statement(envelope, self._keys).signers[0]
        person = next(p for p, k in zip(self._people, self._keys, strict=True) if k.fingerprint == signer.fingerprint)
        return person.id, signer.fingerprint


def named_in(envelope: bytes) -> tuple[str, str]:
    """Kind of statement and the delivery or message it speaks of, its signature not looked at; empty for none."""
    with suppress(VerificationError):
        found = read_statement(envelope).statement
        key = "messageId" if found.name == CHANGE_RECEIPT else "deliveryId"
        return found.name, str(found.predicate.get(key, ""))
    return "", ""


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
        tx.receipts.add(
            case_id,
            ReceiptRecord(
                delivery_id=delivery.delivery_id, party=delivery.receiver, stage=receipt.stage, signer=person,
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

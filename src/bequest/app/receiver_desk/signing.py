"""Receipts at the desk: a signed file, or a text that is signed where the key is, and the signature pasted.

Both end in the same statement and the same checks as `bequest receipt`; nothing is entered here that is not addressed
to the party of whoever enters it.
"""

import re

from bequest.app.context import Context
from bequest.app.passed_on import passed_on
from bequest.app.receipts import KeyReleased, named_in, package_folders, sent_statement, take_receipt
from bequest.app.receiver_desk.seats import DeskSeat, note_look
from bequest.app.signed_elsewhere import signing_instant
from bequest.crypto.verify import parse_public_line
from bequest.evidence.statement import Statement, bytes_to_sign, envelope_signed_elsewhere
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import ApprovalError, DeliveryError, InputError, VerificationError
from bequest.steps.deliver.change import ChangeReceipt
from bequest.steps.deliver.receipt import (
    CIPHERTEXT,
    DECRYPTED,
    UNDERTAKEN,
    Receipt,
    ciphertext_receipt,
    opened_receipt,
    undertaking_receipt,
    volumes_of,
)

STAGES = (UNDERTAKEN, CIPHERTEXT, DECRYPTED)
_HEX = re.compile(r"(?:[0-9a-f]{2})+")
_NAME = "what was handed in"


def text_to_sign(
    ctx: Context, seat: DeskSeat, delivery_id: str, stage: str, *, signed_at: str = "", nonce: str = "",
    manifest: str = "",
) -> tuple[bytes, str]:  # fmt: skip
    """What is signed with `ssh-keygen -Y sign`, and the instant that stands in it.

    `nonce`, `manifest`: what the receiver found in the opened package, for the last stage.

    Raises:
        InputError: where there is no such delivery or stage, or what was found in the package is no hexadecimal text.
        ApprovalError: where the instant is too old.
    """
    statement, at = _statement(ctx, seat, delivery_id, stage, signed_at, nonce, manifest)
    return bytes_to_sign(statement), at


def enter_signature(
    ctx: Context, seat: DeskSeat, delivery_id: str, stage: str, *, signed_at: str, signature: str, nonce: str = "",
    manifest: str = "",
) -> Receipt:  # fmt: skip
    """Take in a signature that the person made over `text_to_sign`.

    Raises:
        ApprovalError: where the person has no key in the case file, or the signature does not fit.
        DeliveryError: where the package was not opened, or the stage is signed already with another text.
    """
    statement, _ = _statement(ctx, seat, delivery_id, stage, signed_at, nonce, manifest)
    line = seat.case.person(seat.who.person).public_key
    if not line:
        raise ApprovalError(
            f"{seat.who.person} has no key in the case file: nothing can be signed",
            hint="Send your public key to the transferor's officer, who enters it in the case file.",
        )
    try:
        envelope = envelope_signed_elsewhere(statement, parse_public_line(line), signature)
    except VerificationError as e:
        raise ApprovalError(e.message, hint="Paste the whole .sig file, from BEGIN to END.") from e
    receipt = take_receipt(ctx, seat.case.id, envelope, _NAME)
    note_look(ctx, seat, f"signed.{stage}", delivery_id)
    assert isinstance(receipt, Receipt)  # noqa: S101 - the statement above is one
    return receipt


def enter_file(ctx: Context, seat: DeskSeat, envelope: bytes) -> Receipt | ChangeReceipt | KeyReleased:
    """Take in a signed receipt: one that `bequest receive` or `bequest carry-out` wrote.

    Raises:
        DeliveryError: where it is none, is for nothing addressed to this party, or does not hold.
    """
    _, named = named_in(envelope)
    mine = {d.delivery_id for d, _ in package_folders(ctx, seat.case.id) if d.lot in _lots(seat)}
    mine |= {m.message_id for m in passed_on(ctx, seat.case.id) if m.lot in _lots(seat)}
    if named not in mine:
        raise DeliveryError(
            "this is no receipt for anything that was handed over here",
            hint="Hand in the file that `bequest receive … --sign-key` or `bequest carry-out` wrote.",
        )
    receipt = take_receipt(ctx, seat.case.id, envelope, _NAME)
    note_look(ctx, seat, "receipt", named)
    return receipt


def _statement(
    ctx: Context, seat: DeskSeat, delivery_id: str, stage: str, signed_at: str, nonce: str, manifest: str
) -> tuple[Statement, str]:
    folder = next((f for d, f in package_folders(ctx, seat.case.id) if d.delivery_id == delivery_id
                   and d.lot in _lots(seat)), None)  # fmt: skip
    if folder is None or stage not in STAGES:
        raise InputError("there is no such delivery or stage", hint="Open the page of the delivery again.")
    now = ctx.now(seat.case.id)
    at = signing_instant(signed_at, now) if signed_at else now
    sent = sent_statement(ctx, seat.case.id, folder)
    if stage == UNDERTAKEN:
        return undertaking_receipt(sent, at), rfc3339(at)
    if stage == CIPHERTEXT:
        return ciphertext_receipt(sent, volumes_of(sent), at), rfc3339(at)
    found = [x.strip().lower() for x in (nonce, manifest)]
    if not all(_HEX.fullmatch(x) for x in found):
        raise InputError(
            "what was found in the opened package is missing, or no hexadecimal text",
            hint="Give what receipt-nonce.txt holds, and the SHA-256 of manifest-sha256.txt of the inner bag.",
        )
    return opened_receipt(sent, bytes.fromhex(found[0]), found[1], at), rfc3339(at)


def _lots(seat: DeskSeat) -> frozenset[str]:
    return frozenset(x.id for x in seat.lots)

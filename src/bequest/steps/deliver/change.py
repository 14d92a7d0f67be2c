"""Withdrawals and corrections after a delivery: a signed message to the receiver, and the receiver's signed receipt.

    withdrawal-<id>/
      DeliveryChange.dsse.json   who says so, about which deliveries, how many rows and cells; nobody is named
      changes.age                encrypted to the receiver: row tokens to delete, cells to correct, a random number

What was encrypted is bound by its digest, and the receipt quotes the number: who signs it has opened the message.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from bequest.crypto.age import decrypt_stream, encrypt_stream
from bequest.crypto.atomic import PUBLIC, write_file
from bequest.evidence.statement import Statement, Subject
from bequest.kernel.canonical import Json, canonical
from bequest.kernel.clock import parse_rfc3339, rfc3339
from bequest.kernel.errors import DeliveryError
from bequest.sources.landing import ROW, TableChange, TableChanged
from bequest.steps.deliver.statement import Open, Sign

CHANGE = "DeliveryChange"
CHANGE_RECEIPT = "DeliveryChangeReceipt"
ENVELOPE = "DeliveryChange.dsse.json"
SEALED = "changes.age"
_RETRY = "Nothing was changed. Ask the sender for the message again."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSpec:
    """Everything of a message but the changes. `nonce` (32 bytes) lies inside what is encrypted."""

    message_id: str
    case_id: str
    rehearsal: bool
    sender: str
    receiver: str
    recipients: tuple[str, ...]
    lot: str
    deliveries: tuple[str, ...]
    people: Mapping[str, int]
    """How many people by what they did: withdraw, object, correct."""
    created_at: datetime
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenedChange:
    """A message that was opened and found right."""

    message_id: str
    statement: Statement
    changes: tuple[TableChange, ...]
    nonce: bytes


@dataclass(frozen=True, slots=True)
class ChangeReceipt:
    """A receipt checked against the message it is for. `asked`, `done`: rows to delete and cells to correct, in all."""

    message_id: str
    executed_at: datetime
    asked: tuple[int, int]
    done: tuple[int, int]

    @property
    def is_short(self) -> bool:
        """Whether less was done than asked: what was never imported, or gone before, cannot be deleted."""
        return self.done[0] < self.asked[0] or self.done[1] < self.asked[1]


def write_message(spec: ChangeSpec, changes: Sequence[TableChange], folder: Path, sign: Sign) -> bytes:
    """Write the message; gives the signed statement, which names nobody."""
    folder.mkdir(parents=True, exist_ok=True)
    sealed = io.BytesIO()
    encrypt_stream(io.BytesIO(_payload(spec, changes)), sealed, spec.recipients)
    write_file(folder / SEALED, sealed.getvalue(), mode=PUBLIC)
    digest = hashlib.sha256(sealed.getvalue()).hexdigest()
    predicate: dict[str, Json] = {
        "messageId": spec.message_id,
        "caseRef": spec.case_id,
        "rehearsal": spec.rehearsal,
        "senderOrg": spec.sender,
        "recipientOrg": spec.receiver,
        "lot": spec.lot,
        "deliveries": list(spec.deliveries),
        "people": dict(spec.people),
        "rows": {c.table: len(c.gone) for c in changes},
        "cells": {c.table: sum(f.height for f in c.corrected.values()) for c in changes},
        "nonceCommit": hashlib.sha256(spec.nonce).hexdigest(),
        "createdAt": rfc3339(spec.created_at),
    }
    envelope = sign(
        Statement(CHANGE, (Subject(f"urn:bequest:withdrawal:{spec.message_id}/{SEALED}", digest),), predicate)
    )
    write_file(folder / ENVELOPE, envelope, mode=PUBLIC)
    return envelope


def open_message(folder: Path, secrets: Sequence[str], open_statement: Open) -> OpenedChange:
    """Check and decrypt a message; nothing of it is written anywhere.

    Raises:
        DeliveryError: where it is none, was changed, or is not for this key.
        VerificationError: where the sender's signature does not hold.
    """
    try:
        envelope, sealed = (folder / ENVELOPE).read_bytes(), (folder / SEALED).read_bytes()
    except OSError:
        raise DeliveryError(
            f"{folder.name} is no message: {ENVELOPE} or {SEALED} is missing",
            hint="It is the folder withdrawal-… that the sender gave you.",
        ) from None
    statement = open_statement(envelope)
    digests = [s.sha256 for s in statement.subjects]
    if statement.name != CHANGE or digests != [hashlib.sha256(sealed).hexdigest()]:
        raise DeliveryError("the message is not the one that was signed", hint=_RETRY, code="BQ-DELIVERY-2")
    plain = io.BytesIO()
    decrypt_stream(io.BytesIO(sealed), plain, secrets)
    said = json.loads(plain.getvalue())
    nonce = bytes.fromhex(said["nonce"])
    changes = tuple(
        TableChange(
            t["table"],
            pl.Series("row", t["gone"], dtype=pl.String),
            {c: pl.DataFrame(cells, schema=_CELLS, orient="row") for c, cells in t["corrected"].items()},
        )
        for t in said["tables"]
    )
    predicate = statement.predicate
    counted = {c.table: len(c.gone) for c in changes}
    if hashlib.sha256(nonce).hexdigest() != predicate.get("nonceCommit") or counted != predicate.get("rows"):
        raise DeliveryError("the message is not the one that was signed", hint=_RETRY, code="BQ-DELIVERY-2")
    return OpenedChange(str(predicate.get("messageId")), statement, changes, nonce)


def sign_change_receipt(
    opened: OpenedChange, done: Mapping[str, TableChanged], kind: str, executed_at: datetime, sign: Sign
) -> bytes:
    """The receiver's signed receipt: what was deleted and corrected, table by table."""
    sent = opened.statement.predicate
    predicate: dict[str, Json] = {
        "messageId": opened.message_id,
        "caseRef": sent["caseRef"],
        "rehearsal": sent["rehearsal"],
        "recipientOrg": sent["recipientOrg"],
        "nonce": opened.nonce.hex(),
        "kind": kind,
        "rows": {t: d.gone for t, d in done.items()},
        "cells": {t: d.corrected for t, d in done.items()},
        "executedAt": rfc3339(executed_at),
    }
    return sign(Statement(CHANGE_RECEIPT, opened.statement.subjects, predicate))


def check_change_receipt(receipt: Statement, sent: Statement) -> ChangeReceipt:
    """A receipt whose signature was checked, against the sender's own message.

    Raises:
        DeliveryError: where it is for another message, or whoever signed it has not opened it.
    """
    said, asked = receipt.predicate, sent.predicate
    if receipt.name != CHANGE_RECEIPT or receipt.subjects != sent.subjects:
        raise _wrong("it is for another message")
    for name in ("messageId", "caseRef", "rehearsal", "recipientOrg"):
        if said.get(name) != asked.get(name):
            raise _wrong(f"it is for another message ({name})")
    try:
        nonce = bytes.fromhex(str(said.get("nonce")))
    except ValueError:
        raise _wrong("its number is no hexadecimal text") from None
    if hashlib.sha256(nonce).hexdigest() != asked.get("nonceCommit"):
        raise _wrong("it does not quote the number that lies in the message")
    at = parse_rfc3339(str(said.get("executedAt")))
    return ChangeReceipt(str(said["messageId"]), at, asked_of(asked), asked_of(said))


def asked_of(predicate: Mapping[str, Json]) -> tuple[int, int]:
    """Rows and cells in all, as a message or its receipt counts them."""
    return _sum(predicate.get("rows")), _sum(predicate.get("cells"))


def _sum(counts: Json) -> int:
    if not isinstance(counts, dict):
        raise _wrong("it is not built as a statement")
    return sum(int(str(n)) for n in counts.values())


_CELLS = {ROW: pl.String, "value": pl.String}


def _payload(spec: ChangeSpec, changes: Sequence[TableChange]) -> bytes:
    tables: list[Json] = [
        {
            "table": c.table,
            "gone": c.gone.to_list(),
            "corrected": {k: [list(r) for r in f.select(ROW, "value").rows()] for k, f in c.corrected.items()},
        }
        for c in changes
    ]
    return canonical({"message": spec.message_id, "nonce": spec.nonce.hex(), "tables": tables})


def _wrong(why: str) -> DeliveryError:
    return DeliveryError(
        f"the receipt is refused: {why}",
        hint="Ask the receiver for the receipt that `bequest carry-out` wrote for this message.",
        code="BQ-DELIVERY-5",
    )

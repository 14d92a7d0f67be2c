"""What receivers were told after a delivery, as it is on record, and their receipts for it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bequest.app.context import Context
from bequest.app.evidence import event_id, publish, record
from bequest.app.workspace import Workspace
from bequest.crypto.atomic import write_file
from bequest.evidence.event_types import EventType
from bequest.evidence.statement import Statement, read_statement
from bequest.kernel.clock import rfc3339
from bequest.kernel.errors import StateError
from bequest.steps.deliver.change import ChangeReceipt, asked_of, check_change_receipt
from bequest.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class PassedOn:
    """A message to a receiver. `asked`, `done`: rows to delete, cells to correct; `done` is None while outstanding."""

    message_id: str
    receiver: str
    lot: str
    created_at: str
    asked: tuple[int, int]
    done: tuple[int, int] | None = None
    executed_at: str = ""
    folder: Path = Path()


def passed_on(ctx: Context, case_id: str) -> tuple[PassedOn, ...]:
    """Every message on record, oldest first, and what the receiver signed for."""
    with ctx.store.transaction() as tx:
        return messages_on_record(ctx.workspace(case_id), tx, case_id)


def messages_on_record(workspace: Workspace, tx: Tx, case_id: str) -> tuple[PassedOn, ...]:
    """The same, in the caller's transaction."""
    found = []
    for path in sorted(workspace.dir("statements").glob("withdrawal-*.dsse.json")):
        sent = read_statement(path.read_bytes()).statement
        words = ("messageId", "recipientOrg", "lot", "createdAt")
        this, receiver, lot, at = (str(sent.predicate[k]) for k in words)
        if tx.outbox.get(case_id, event_id(EventType.WITHDRAWAL_SENT, this)) is None:
            continue
        message = PassedOn(
            this, receiver, lot, at, asked_of(sent.predicate), folder=workspace.dir("delivery") / f"withdrawal-{this}"
        )
        receipt = _receipt_file(workspace, this)
        if receipt.is_file():
            done = check_change_receipt(read_statement(receipt.read_bytes()).statement, sent)
            message = replace(message, done=done.done, executed_at=rfc3339(done.executed_at))
        found.append(message)
    return tuple(sorted(found, key=lambda p: (p.created_at, p.message_id)))


def enter_change_receipt(
    ctx: Context, case_id: str, receipt: Statement, envelope: bytes, at: datetime
) -> ChangeReceipt:
    """Keep a receipt whose signature was checked.

    Raises:
        DeliveryError: where it is not for a message of this case.
        StateError: where it is for no message at all.
    """
    workspace = ctx.workspace(case_id)
    this = str(receipt.predicate.get("messageId"))
    known = {p.message_id for p in passed_on(ctx, case_id)}
    if this not in known:
        raise StateError(f"the receipt is for no message of case {case_id}", hint="Check the case and the file.")
    found = check_change_receipt(receipt, _sent(workspace, this))
    kept = _receipt_file(workspace, this)
    if kept.is_file():  # the first one stays, and is put on record where a killed run did not come to it
        envelope = kept.read_bytes()
        found = check_change_receipt(read_statement(envelope).statement, _sent(workspace, this))
    write_file(kept, envelope)
    with ctx.store.transaction() as tx:
        record(
            ctx, tx, case_id, EventType.WITHDRAWAL_RECEIPT, this, at=at,
            refs={"receipt": hashlib.sha256(envelope).hexdigest()},
            counts={"rows": found.done[0], "cells": found.done[1]},
        )  # fmt: skip
    publish(ctx, case_id)
    return found


def _sent(workspace: Workspace, this: str) -> Statement:
    return read_statement(statement_file(workspace, this).read_bytes()).statement


def statement_file(workspace: Workspace, this: str) -> Path:
    """Where the signed statement of a message is kept."""
    return workspace.dir("statements") / f"withdrawal-{this}.dsse.json"


def _receipt_file(workspace: Workspace, this: str) -> Path:
    return workspace.dir("receipts") / f"withdrawal-{this}.dsse.json"

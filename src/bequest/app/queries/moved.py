"""What was handed over, signed for, taken back and sealed in a case, read from the record."""

from dataclasses import dataclass

from bequest.app.context import Context
from bequest.store.records import DeliveryPart, DeliveryRecord, ReceiptRecord


@dataclass(frozen=True, slots=True)
class Handed:
    """A package with its files and what was signed for it."""

    delivery: DeliveryRecord
    parts: tuple[DeliveryPart, ...]
    receipts: tuple[ReceiptRecord, ...]


def handed_over(ctx: Context, case_id: str) -> tuple[Handed, ...]:
    """Every package, the aborted ones too, in the order they were made."""
    with ctx.store.transaction() as tx:
        return tuple(
            Handed(d, tx.deliveries.parts(case_id, d.delivery_id), tuple(tx.receipts.of(case_id, d.delivery_id)))
            for d in tx.deliveries.list(case_id)
        )

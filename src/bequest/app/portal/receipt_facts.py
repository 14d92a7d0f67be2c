"""What the receipt of an answer is made of, from the page of a case and the wording that somebody was sent."""

from datetime import date

from bequest.app.portal.page import Page, PageLot, Side
from bequest.steps.notify.answer_receipt import ReceiptFacts, ReceiptLot, ReceiptParty, Said
from bequest.steps.notify.content import Notice


def receipt_facts(
    page: Page,
    notice: Notice,
    ref: str,
    number: str,
    lots: tuple[str, ...],
    said: tuple[Said, ...],
    *,
    told_on: date | None,
) -> ReceiptFacts:
    """What the receipt of an answer is made of."""
    return ReceiptFacts(
        case_id=page.case_id, rehearsal=page.rehearsal, number=number, ref=ref, notice=notice,
        told_on=told_on,
        controller=_party(page.transferor, "transferor"),
        lots=tuple(_lot(x) for x in page.lots if x.id in lots),
        authority=page.complaint_authority, said=said,
    )  # fmt: skip


def _lot(lot: PageLot) -> ReceiptLot:
    return ReceiptLot(lot.id, _party(lot.receiver, f"receiver-{lot.id}"), lot.purposes, lot.new_purposes)


def _party(side: Side, role: str) -> ReceiptParty:
    return ReceiptParty(side.id or role, side.name, side.name_en, side.contact, side.address, side.country)

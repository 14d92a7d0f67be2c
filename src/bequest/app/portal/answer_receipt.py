"""The receipt of an answer, for whoever holds the link: made from what the portal has, with no key of the case."""

from datetime import date

from bequest.app.portal.choices import REQUESTS, Ask, question_of
from bequest.app.portal.open_card import Opened
from bequest.app.portal.page import Page, PageLot, Side
from bequest.steps.notify.answer_receipt import ReceiptFacts, ReceiptLot, ReceiptParty, Said, render_receipt
from bequest.steps.notify.content import Notice
from bequest.store.portal_records import AskedAtPortal

PORTAL = "portal"


def receipt_file(opened: Opened, made: AskedAtPortal) -> bytes:
    """The receipt of one choice or request as JSON-LD; of a choice with all that was said to that question before."""
    said = (made,) if Ask(made.kind) in REQUESTS else tuple(_before(opened, made))
    return render_receipt(
        receipt_facts(
            opened.page, opened.notice, opened.ref, made.code, opened.lots,
            tuple(Said(a.kind, a.created_at, PORTAL, a.lot, (a.outcome or a.state).value) for a in said),
            told_on=opened.told_on,
        )
    )  # fmt: skip


def _before(opened: Opened, made: AskedAtPortal) -> list[AskedAtPortal]:
    question = question_of(Ask(made.kind))
    upto = opened.asked[: [a.code for a in opened.asked].index(made.code) + 1]
    return [a for a in upto if Ask(a.kind) in question and a.lot in {made.lot, ""}]


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

"""The receipt of an answer, for whoever holds the link: made from what the portal has, with no key of the case."""

import zlib
from collections.abc import Iterable

from bequest.app.portal.choices import REQUESTS, Ask, question_of
from bequest.app.portal.open_card import Opened
from bequest.app.portal.receipt_facts import receipt_facts
from bequest.crypto.links import open_card, secret_of
from bequest.steps.notify.answer_receipt import Said, render_receipt
from bequest.store.portal_records import AskedAtPortal
from bequest.store.repositories import Store

PORTAL = "portal"
_LONGEST = 1 << 20


def receipt_file(opened: Opened, made: AskedAtPortal) -> bytes:
    """The receipt of one choice or request as JSON-LD, without a proof: of one that is not in the log, or not yet.

    Of a choice with all that was said to that question before.
    """
    upto = opened.asked[: [a.code for a in opened.asked].index(made.code)]
    before = () if Ask(made.kind) in REQUESTS else history(upto, made)
    return render_receipt(
        receipt_facts(
            opened.page, opened.notice, opened.ref, made.code, opened.lots, (*before, _said(made)),
            told_on=opened.told_on,
        )
    )  # fmt: skip


def kept_receipt(store: Store, opened: Opened, made: AskedAtPortal) -> bytes | None:
    """The receipt of a choice with its proof; None where it was not taken yet, or by an earlier version."""
    if Ask(made.kind) in REQUESTS:
        return None
    with store.reading() as tx:
        found = tx.portal.messages(opened.page.case_id, [made.code])
    if not found:
        return None
    packed = open_card(secret_of(opened.token) or bytes(16), found[-1].sealed, opened.page.case_id)
    return None if packed is None else zlib.decompressobj().decompress(packed, _LONGEST)


def history(earlier: Iterable[AskedAtPortal], this: AskedAtPortal) -> tuple[Said, ...]:
    """What the same person said before to the question that `this` answers."""
    question = question_of(Ask(this.kind))
    return tuple(_said(a) for a in earlier if Ask(a.kind) in question and a.lot in {this.lot, ""})


def _said(asked: AskedAtPortal) -> Said:
    return Said(asked.kind, asked.created_at, PORTAL, asked.lot, (asked.outcome or asked.state).value)

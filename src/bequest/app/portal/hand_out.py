"""Receipts with their proof, made inside when a choice is taken and sealed to the link of whoever made it.

They lie among the messages to the link, as what staff write does: the portal needs neither a key of the case nor its
files to hand them out (`answer_receipt.kept_receipt`), and can open none without the link.
"""

import zlib

import polars as pl

from bequest.app.answer_lines import receipts_with_proof
from bequest.app.context import Context
from bequest.app.portal.links import link_tokens
from bequest.crypto.links import seal_card
from bequest.store.portal_records import Message


def hand_out(ctx: Context, case_id: str, key: str) -> int:
    """Seal the receipts of a batch to the links of those who answered; how many. None where nothing was committed.

    Cut off and run again each is there twice: the same receipt under another head of the log.
    """
    given = receipts_with_proof(ctx, case_id, key)
    if not given:
        return 0
    secrets = link_tokens(ctx, case_id, pl.Series("ref", [r.ref for r in given])).str.decode("hex").to_list()
    at = ctx.now(case_id)
    messages = [
        Message(r.number, True, "", seal_card(secret, zlib.compress(r.file), case_id), at)
        for r, secret in zip(given, secrets, strict=True)
    ]
    with ctx.store.transaction() as tx:
        tx.portal.say_all(case_id, messages)
    return len(messages)

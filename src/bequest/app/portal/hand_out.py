"""Receipts with their proof, made inside when a choice is taken and sealed to the link of whoever made it.

They lie among the messages to the link, as what staff write does: the portal needs neither a key of the case nor its
files to hand them out (`answer_receipt.kept_receipt`), and can open none without the link.
"""

import zlib
from collections.abc import Collection

import polars as pl

from bequest.app.answer_lines import batches, receipts_with_proof
from bequest.app.context import Context
from bequest.app.portal.links import link_tokens
from bequest.crypto.links import seal_card
from bequest.store.portal_records import Message


def hand_out(ctx: Context, case_id: str, key: str, codes: Collection[str]) -> int:
    """Seal the receipts of a batch to the links of those who answered; how many. None where nothing was committed.

    `codes`: of everybody who waits for one. Whoever is not in the batch is in an earlier one, whose run was cut off
    before it handed out. Cut off and run again each is there twice: the same receipt under another head of the log.
    """
    given = receipts_with_proof(ctx, case_id, key)
    if missing := set(codes) - {r.number for r in given}:
        earlier = (k for k in batches(ctx, case_id) if k != key)
        given += [r for k in earlier for r in receipts_with_proof(ctx, case_id, k, numbers=missing)]
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

"""Links of people: made from the reference of their letter, in bulk, and again whenever they are needed inside."""

import polars as pl

from bequest.app.context import Context
from bequest.app.open_case import make_keys
from bequest.crypto.cipher import aes_ecb, derive
from bequest.engine.kernels.cmac import tokens

KEY = "cards"


def link_tokens(ctx: Context, case_id: str, refs: pl.Series) -> pl.Series:
    """The secret of each reference's link, as hexadecimal text."""
    make_keys(ctx, case_id, (KEY,), ctx.now(case_id))
    ecb = aes_ecb(derive(ctx.keys(case_id).get(KEY), KEY, "link"))
    return tokens(refs, ecb, "portal-link\x1f").bin.encode("hex")


def link_of(address: str, token: str) -> str:
    """The whole link."""
    return f"{address.rstrip('/')}/o/{token}"

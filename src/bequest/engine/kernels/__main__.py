"""Compile all kernels into numba's cache, so that no case waits for it: run at set-up."""

import time

import polars as pl

from bequest.engine.kernels import mask, normalise, spans
from bequest.engine.kernels.cmac import row_digests, tokens
from bequest.engine.kernels.union_find import components


def warm() -> float:
    """Call every kernel once on a few values; returns seconds."""
    began = time.perf_counter()
    values = pl.Series("v", ["电话13800138000，证号11010519491231002X，a@example.com", None, ""])
    tags = tokens(values, lambda blocks: bytes(len(blocks)), "warm\x1f")
    row_digests(values.to_frame(), lambda blocks: bytes(len(blocks)), "warm\x1f")
    components(len(values), [tags])
    spans.redact(values)
    mask.mask_phone(values)
    values.to_frame().select(
        normalise.phone(pl.col("v")).alias("p"), normalise.national_id(pl.col("v")).alias("i"),
        normalise.bank_card(pl.col("v")).alias("b"),
    )  # fmt: skip
    return time.perf_counter() - began


if __name__ == "__main__":
    import sys

    sys.stdout.write(f"kernels compiled in {warm():.1f} s\n")

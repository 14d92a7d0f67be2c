"""Column tokens against Python's own HMAC, value by value."""

import hmac
from collections.abc import Iterator

import polars as pl
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bench import rows, timing
from bequest.engine.kernels.cmac import row_digests, tokens

KEY = bytes(range(16))
PREFIX = "phone\x1f"


def ecb(blocks: bytes) -> bytes:
    return Cipher(algorithms.AES(KEY), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - CMAC is built from it


def run(n: int) -> Iterator[dict[str, object]]:
    values = rows.phones(n)
    column = pl.Series("phone", values)
    taken = timing.seconds(
        {
            "cmac tokens": lambda: tokens(column, ecb, PREFIX),
            "hmac loop": lambda: [hmac.digest(KEY, (PREFIX + v).encode(), "sha256") for v in values],
        }
    )
    yield timing.result("tokens", n, "cmac tokens", "hmac loop", taken, at_least=12)
    texts = rows.remarks(n)
    frame = pl.DataFrame({"a": values, "b": texts, "c": values})
    taken = timing.seconds(
        {
            "row digests": lambda: row_digests(frame, ecb, PREFIX),
            "hmac loop": lambda: [hmac.digest(KEY, "\x1f".join(r).encode(), "sha256") for r in frame.iter_rows()],
        }
    )
    yield timing.result("row digests", n, "row digests", "hmac loop", taken)

"""Format-preserving encryption of a column of 11-digit numbers, end to end, against ff3 value by value.

ff3 is FF3-1 in Python over the same AES; it meets a hundredth of the rows and is counted per row.
"""

from collections.abc import Iterator

import polars as pl
from ff3 import FF3Cipher

from bench import rows, timing
from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels.preserve import PHONE, encrypt

KEY = bytes(range(16))


def run(n: int) -> Iterator[dict[str, object]]:
    values = rows.phones(n)
    column = pl.Series("phone", values)
    peer = FF3Cipher(KEY.hex(), "00" * 7)
    ecb = aes_ecb(KEY)
    few = values[: max(n // 100, 1)]
    taken = timing.seconds(
        {
            "ff1 column": lambda: encrypt(column, PHONE, ecb, b"phone"),
            "ff3": lambda: [peer.encrypt(v) for v in few],
        }
    )
    taken["ff3"] = [t * n / len(few) for t in taken["ff3"]]
    yield timing.result("ff1", n, "ff1 column", "ff3", taken, at_least=300)

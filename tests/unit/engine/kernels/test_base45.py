"""Base45 of many values at once: RFC 9285 section 4.3, and the encoder of single values."""

import numpy as np
import pytest

from bequest.documents.qr import base45_encode
from bequest.engine.kernels.base45 import encode


@pytest.mark.parametrize(("text", "said"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")])
def test_the_examples_of_the_standard(text: bytes, said: str) -> None:
    assert encode(np.frombuffer(text, np.uint8).reshape(1, -1)).tobytes().decode() == said


@pytest.mark.parametrize("width", [1, 2, 5, 64])
def test_each_row_as_it_is_encoded_alone(width: int) -> None:
    rows = np.random.default_rng(width).integers(0, 256, (300, width), dtype=np.uint8)
    assert [r.tobytes().decode() for r in encode(rows)] == [base45_encode(r.tobytes()) for r in rows]

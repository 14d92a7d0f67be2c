"""Cutting and splicing buffers."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.engine.kernels.buffers import tag_array, tag_series, text_buffers, text_series
from bequest.engine.kernels.slices import gather, splice


@settings(deadline=None, max_examples=80)
@given(st.lists(st.one_of(st.none(), st.text(max_size=20)), max_size=10), st.integers(0, 5), st.integers(0, 9))
def test_text_columns_survive_the_way_into_buffers_and_back(values: list[str | None], start: int, n: int) -> None:
    column = pl.Series("v", values, dtype=pl.String).slice(start, n)
    text = text_buffers(column)
    assert text_series("v", text.offsets, text.data, text.valid).to_list() == column.to_list()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.binary(min_size=16, max_size=16)), max_size=9))
def test_tags_survive_the_way_into_an_array_and_back(values: list[bytes | None]) -> None:
    tags, valid = tag_array(pl.Series(values, dtype=pl.Binary))
    assert tag_series("t", tags, valid).to_list() == values


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_splicing_is_what_slicing_of_bytes_does(data: st.DataObject) -> None:
    body = data.draw(st.binary(max_size=40))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=8)))
    cuts = cuts[: len(cuts) // 2 * 2]
    starts, ends = np.array(cuts[::2], np.int64), np.array(cuts[1::2], np.int64)
    texts = data.draw(st.lists(st.one_of(st.none(), st.text(max_size=4)), min_size=len(starts), max_size=len(starts)))
    expected, at = b"", 0
    for s, e, t in zip(starts, ends, texts, strict=True):
        expected += body[at:s] + (t or "").encode()
        at = int(e)
    expected += body[at:]
    got = splice(np.frombuffer(body, np.uint8), starts, ends, pl.Series(texts, dtype=pl.String))
    assert got.tobytes() == expected


def test_pieces_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError):
        splice(np.zeros(9, np.uint8), np.array([0, 2]), np.array([3, 4]))


def test_a_negative_start_gathers_nothing() -> None:
    body = np.frombuffer("张三x".encode(), np.uint8)
    assert gather("n", body, np.array([0, -1, 6]), np.array([6, -1, 7])).to_list() == ["张三", None, "x"]

"""Keyed tags: RFC 4493 vectors, agreement with an independent CMAC, and what rows must not share."""

import polars as pl
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given, settings
from hypothesis import strategies as st

from bequest.engine.kernels.cmac import row_digests, tag, tokens

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
    "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
RFC_4493 = {
    "empty": (0, "bb1d6929e95937287fa37d129b756746"),
    "16 bytes": (16, "070a16b46b4d4144f79bdd9dd04a287c"),
    "40 bytes": (40, "dfa66747de9ae63030ca32611497c827"),
    "64 bytes": (64, "51f0bebf7e3b9d92fc49741779363cfe"),
}


def ecb(blocks: bytes) -> bytes:
    return Cipher(algorithms.AES(KEY), modes.ECB()).encryptor().update(blocks)  # noqa: S305 - CMAC is built from it


def reference(message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(KEY))
    mac.update(message)
    return mac.finalize()


@pytest.mark.parametrize(("length", "expected"), RFC_4493.values(), ids=RFC_4493)
def test_vectors_of_rfc_4493(length: int, expected: str) -> None:
    assert tag(MESSAGE[:length], ecb).hex() == expected


@settings(deadline=None, max_examples=80)
@given(st.lists(st.one_of(st.none(), st.text(max_size=70)), max_size=12), st.text(max_size=40))
def test_tokens_are_the_cmac_of_prefix_and_value_and_null_stays_null(values: list[str | None], prefix: str) -> None:
    got = tokens(pl.Series("v", values, dtype=pl.String), ecb, prefix)
    assert got.dtype == pl.Binary
    assert got.to_list() == [None if v is None else reference((prefix + v).encode()) for v in values]


@pytest.mark.parametrize("size", [15, 16, 17, 31, 32, 33])
def test_prefixes_that_end_on_a_block_border(size: int) -> None:
    got = tokens(pl.Series(["", "x"]), ecb, "p" * size)
    assert got.to_list() == [reference(b"p" * size), reference(b"p" * size + b"x")]


def test_a_sliced_and_chunked_column_gives_the_tokens_of_its_own_rows() -> None:
    whole = pl.concat([pl.Series("v", ["a", None, "长文本" * 9]), pl.Series("v", ["b", "", "c"])], rechunk=False)
    assert tokens(whole.slice(2, 3), ecb, "p").to_list() == tokens(whole, ecb, "p").to_list()[2:5]


def test_more_rows_than_one_round_holds() -> None:
    values = [str(i) for i in range(40_000)]
    got = tokens(pl.Series(values), ecb, "n\x1f")
    assert got[39_999] == reference(b"n\x1f39999")
    assert got.n_unique() == 40_000


DIFFERENT_ROWS = {
    "null and empty": ({"a": [None], "b": ["x"]}, {"a": [""], "b": ["x"]}),
    "text moved over a border": ({"a": ["ab"], "b": ["c"]}, {"a": ["a"], "b": ["bc"]}),
    "columns swapped": ({"a": ["x"], "b": ["y"]}, {"a": ["y"], "b": ["x"]}),
    "value and null swapped": ({"a": ["x"], "b": [None]}, {"a": [None], "b": ["x"]}),
    "bytes that look like a length": ({"a": ["\x01\x00"], "b": [""]}, {"a": ["\x01"], "b": ["\x00"]}),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT_ROWS.values(), ids=DIFFERENT_ROWS)
def test_rows_with_different_content_have_different_digests(
    one: dict[str, list[str | None]], other: dict[str, list[str | None]]
) -> None:
    schema = {"a": pl.String, "b": pl.String}
    digests = [row_digests(pl.DataFrame(rows, schema=schema), ecb, "p")[0] for rows in (one, other)]
    assert digests[0] != digests[1]


def test_a_digest_depends_on_its_row_only() -> None:
    frame = pl.DataFrame({"a": [str(i % 7) for i in range(20_000)], "b": ["文" * (i % 5) for i in range(20_000)]})
    whole = row_digests(frame, ecb, "p")
    assert whole[19_999] == row_digests(frame.tail(1), ecb, "p")[0]
    assert whole.n_unique() == 35


def test_an_empty_column_and_an_empty_frame_give_nothing() -> None:
    assert tokens(pl.Series("v", [], dtype=pl.String), ecb, "p").to_list() == []
    assert row_digests(pl.DataFrame({"a": []}, schema={"a": pl.String}), ecb, "p").to_list() == []


def test_slices_in_several_chunks_with_nulls_are_encoded_row_by_row() -> None:
    values = [None, "", "a", "张伟", "x" * 40, None, "b" * 16, "", "汉" * 7, "z"]
    one, two = pl.DataFrame({"a": values[:4], "b": values[3:7]}), pl.DataFrame({"a": values, "b": values[::-1]})
    part = pl.concat([one, two]).slice(1, 11)

    def encoded(row: tuple[str | None, ...]) -> bytes:
        fields = [(v is not None, (v or "").encode()) for v in row]
        return b"".join(bytes([there]) + len(text).to_bytes(4, "little") + text for there, text in fields)

    assert row_digests(part, ecb, "p").to_list() == [reference(b"p" + encoded(row)) for row in part.rows()]

"""Columns through FF1: form kept, check characters right, joins kept, nothing shown of what has no form."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels import normalise, preserve
from bequest.engine.kernels.preserve import BANK_CARD, CODE, NATIONAL_ID, NUMBER, PHONE, Format

ECB = aes_ecb(bytes(range(16)))
TWEAK = b"crm\x1fcustomer"


def through(form: Format, *values: str | None) -> list[str | None]:
    return preserve.encrypt(pl.Series("v", values, dtype=pl.String), form, ECB, TWEAK).to_list()


def spelled(form: Format, *values: str) -> list[str | None]:
    frame = pl.DataFrame({"v": values})
    return frame.select(form.spelling(pl.col("v")))["v"].to_list()


def _luhn_sum(number: str) -> int:
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(number))]
    return sum(d - 9 * (d > 9) for d in doubled)


def back(form: Format, values: list[str | None]) -> list[str | None]:
    return preserve.decrypt(pl.Series("v", values, dtype=pl.String), form, ECB, TWEAK).to_list()


@pytest.mark.parametrize(
    ("form", "values"),
    [
        (PHONE, ["13800138000", "010-6666 7777", "0755-88886666"]),
        (NATIONAL_ID, ["11010519491231002X", "440524188001010014"]),
        (BANK_CARD, ["6222021234567890128", "4111111111111111"]),
        (NUMBER, ["100200", "12345678901234567890123456789012"]),
        (CODE, ["E12345678", "LSVAA4187E2184841", "AB12"]),
    ],
)
def test_form_is_kept_and_the_key_turns_it_back(form: Format, values: list[str]) -> None:
    plain = spelled(form, *values)
    assert None not in plain
    found = through(form, *values)
    assert [len(v or "") for v in found] == [len(v or "") for v in plain]
    assert not set(found) & set(plain)
    assert back(form, found) == plain


def test_cards_keep_a_right_check_digit() -> None:
    found = through(BANK_CARD, "6222021234567890128", "4111111111111111")
    assert [_luhn_sum(v or "") % 10 for v in found] == [0, 0]


def test_id_numbers_keep_a_right_check_character() -> None:
    bodies = pl.Series([f"1101051990{month:02d}{i:05d}" for month in range(1, 13) for i in range(1001, 2801, 10)])
    ids = (bodies + normalise._check_character(bodies)).to_list()
    assert spelled(NATIONAL_ID, *ids) == ids
    found = pl.Series("v", through(NATIONAL_ID, *ids))
    assert (normalise._check_character(found.str.head(17)) == found.str.tail(1)).all()
    assert found.n_unique() == len(ids)


def test_spellings_of_one_value_meet() -> None:
    found = through(PHONE, "13800138000", "+86 138-0013-8000", "１３８００１３８０００")
    assert len(set(found)) == 1
    assert len(set(through(NATIONAL_ID, "11010519491231002X", "110105491231002"))) == 1
    other = preserve.encrypt(pl.Series(["13800138000"]), PHONE, ECB, b"another").to_list()
    assert other != found[:1]


@pytest.mark.parametrize(
    ("form", "value"),
    [(PHONE, "call me"), (NATIONAL_ID, "110105194912310021"), (BANK_CARD, "6222021234567890123"), (NUMBER, "12345"),
     (NUMBER, "7" * 33), (CODE, "AB1"), (CODE, "编号12345"), (CODE, "X" * 40)],
)  # fmt: skip
def test_what_has_no_form_is_hidden(form: Format, value: str) -> None:
    assert through(form, value) == ["****"]


def test_null_and_blank_stay() -> None:
    assert through(PHONE, None, "", "  ") == [None, "", "  "]
    assert through(PHONE) == []


@given(st.lists(st.text("0123456789", min_size=6, max_size=32), min_size=1, max_size=20))
def test_any_mix_of_lengths_turns_back(values: list[str]) -> None:
    found = through(NUMBER, *values)
    assert back(NUMBER, found) == values
    assert len(set(found)) == len(set(values))

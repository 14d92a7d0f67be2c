"""Marks are small, found again in part, in any order and spelling, and accuse nobody by chance."""

import random

import polars as pl
import pytest

from bequest.crypto.cipher import aes_ecb
from bequest.engine.kernels.watermark import agreement, anchor_form, bit_of, chance, mark

ONE, OTHER = aes_ecb(b"1" * 32), aes_ecb(b"2" * 32)
DRAW = random.Random(5)  # noqa: S311
PHONES = pl.Series("phone", [str(13_000_000_000 + i * 7) for i in range(400)])
TIMES = pl.Series(
    "at", [f"2026-0{1 + i % 9}-1{i % 10} 0{i % 9}:{DRAW.randrange(60):02}:{DRAW.randrange(60):02}" for i in range(400)]
)
POINTS = pl.Series("points", [str(DRAW.randrange(10_000)) for _ in range(400)])


@pytest.mark.parametrize("values", [TIMES, POINTS], ids=["times", "numbers"])
def test_a_mark_changes_at_most_one_second_or_unit(values: pl.Series) -> None:
    marked = mark(values, PHONES, ONE)
    changed = [(a, b) for a, b in zip(values, marked, strict=True) if a != b]
    assert 120 < len(changed) < 280
    for a, b in changed:
        assert a[:-1] == b[:-1]
        assert abs(int(a[-1]) - int(b[-1])) == 1
    assert mark(marked, PHONES, ONE).equals(marked)


@pytest.mark.parametrize("values", [TIMES, POINTS], ids=["times", "numbers"])
def test_it_is_found_for_whom_it_was_made_and_for_nobody_else(values: pl.Series) -> None:
    marked = mark(values, PHONES, ONE)
    assert agreement(marked, PHONES, ONE) == (400, 400)
    assert chance(400, 400) < 1e-100
    for other in (agreement(marked, PHONES, OTHER), agreement(values, PHONES, ONE)):
        assert chance(*other) > 1e-4


def test_part_of_it_in_another_order_and_spelling_is_enough() -> None:
    leak = pl.DataFrame([PHONES, mark(TIMES, PHONES, ONE)]).sample(60, shuffle=True, seed=3)
    phone = "+86 " + leak["phone"].str.slice(0, 3) + "-" + leak["phone"].str.slice(3)
    at = leak["at"].str.replace_all("-", "/") + ".000"
    fits, rows = agreement(at, phone, ONE)
    assert (fits, rows) == (60, 60)
    assert chance(fits, rows) < 1e-15


def test_values_without_a_bit_or_an_anchor_stay() -> None:
    values = pl.Series(["2026-01-01", "12.50", None, "", "7", "10:00:59"])
    anchors = pl.Series(["13800000001"] * 4 + [None, "short"])
    assert mark(values, anchors, ONE).to_list() == values.to_list()
    assert bit_of(values).to_list() == [None, None, None, None, 1, 1]
    assert anchor_form(pl.Series(["０１０-66 66", "abc"])).to_list() == ["0106666", None]


def test_the_chance_is_the_tail_of_a_fair_coin() -> None:
    assert chance(0, 10) == 1
    assert chance(10, 10) == pytest.approx(1 / 1024)
    assert chance(9, 10) == pytest.approx(11 / 1024)
    assert chance(1_200, 2_000) >= 2**-2000
    assert chance(900, 2_000) == 1

"""Hierarchies of dates and places, bands, leading digits, top coding, noise."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bequest.engine.kernels import generalise as g

DATES = {
    "month": ("1990-02-03", "month", "1990-02"),
    "month of a compact date": ("19900203", "month", "1990-02"),
    "month in Chinese": ("1990年2月3日", "month", "1990-02"),
    "month with slashes": ("1990/12/3", "month", "1990-12"),
    "no such month": ("1990-13-01", "month", None),
    "a year has no month": ("1990", "month", None),
    "year": ("1990-02-03 10:00:00", "year", "1990"),
    "decade": ("1987-02-03", "decade", "1980-1989"),
    "no date": ("abc", "decade", None),
    "null": (None, "month", None),
}
ADDRESS = "浙江省杭州市西湖区文三路1号2幢301室"
PLACES = {
    "district": (ADDRESS, "district", "浙江省杭州市西湖区"),
    "city": (ADDRESS, "city", "浙江省杭州市"),
    "province": (ADDRESS, "province", "浙江省"),
    "a city ruled directly": ("上海市浦东新区世纪大道1号", "province", "上海市"),
    "an autonomous region": ("广西壮族自治区南宁市青秀区民族大道1号", "province", "广西壮族自治区"),
    "a prefecture": ("云南省大理白族自治州大理市下关镇", "city", "云南省大理白族自治州"),
    "no place": ("某处", "province", None),
}


@pytest.mark.parametrize(("value", "level", "coarser"), DATES.values(), ids=DATES)
def test_dates(value: str | None, level: str, coarser: str | None) -> None:
    assert g.generalise_date(pl.Series("c", [value], dtype=pl.Utf8), level).to_list() == [coarser]


@pytest.mark.parametrize(("value", "level", "coarser"), PLACES.values(), ids=PLACES)
def test_places(value: str, level: str, coarser: str | None) -> None:
    assert g.generalise_place(pl.Series("c", [value]), level).to_list() == [coarser]


def test_bands() -> None:
    values = pl.Series("c", ["37", "40", "12,345.60", "-3", "x", None, "0"])
    assert g.band(values, 10).to_list() == [
        "30-39", "40-49", "[12340, 12350)", "[-10, 0)", None, None, "0-9",
    ]  # fmt: skip


def test_leading_digits() -> None:
    assert g.leading(pl.Series("c", ["310012", "3100", None]), 2).to_list() == ["31****", None, None]


def test_top_and_bottom_coding() -> None:
    values = pl.Series("c", ["5", "99.50", "100000", "-4", "n/a", None])
    assert g.cap(values, 0, 100).to_list() == ["5", "99.50", "100", "0", None, None]
    assert g.cap(values, None, 100.5).to_list() == ["5", "99.50", "100.5", "-4", None, None]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 0.999999)), min_size=1))
def test_noise_stays_within_its_reach_and_its_decimals(rows: list[tuple[int, float]]) -> None:
    cents = [f"{n / 100:.2f}" for n, _ in rows]
    moved = g.noise(pl.Series("c", cents), pl.Series([d for _, d in rows]), 0.05, relative=True).to_list()
    for before, after in zip(cents, moved, strict=True):
        assert abs(float(after) - float(before)) <= float(before) * 0.05 + 0.006
        assert after.partition(".")[2].isdigit()
        assert len(after.partition(".")[2]) == 2


def test_noise_of_odd_values_and_signs() -> None:
    values = pl.Series("c", ["1", "-10", "ten", None])
    assert g.noise(values, pl.Series([0.0, 0.999999, 0.5, 0.5]), 5, relative=False).to_list() == ["0", "-5", None, None]

"""Dates as real tables write them; ages in whole years."""

from datetime import date

import polars as pl
import pytest

from bequest.engine.dates import age_band, parse_date

DATES = {
    "ISO": ("2026-01-05", date(2026, 1, 5)),
    "slashes, time": ("2026/1/5 13:00:01", date(2026, 1, 5)),
    "Chinese": ("2026年1月5日", date(2026, 1, 5)),
    "compact": ("20260105", date(2026, 1, 5)),
    "full-width": ("２０２６－０１－０５", date(2026, 1, 5)),
    "UTC is the next day in Shanghai": ("2026-05-01T23:30:00Z", date(2026, 5, 2)),
    "naive time is local": ("2026-05-01T23:30:00", date(2026, 5, 1)),
    "no such day": ("2026-02-30", None),
    "words": ("不详", None),
    "empty": ("", None),
    "null": (None, None),
}


@pytest.mark.parametrize(("text", "expected"), DATES.values(), ids=DATES)
def test_a_date_is_read(text: str | None, expected: date | None) -> None:
    frame = pl.DataFrame({"d": pl.Series([text], dtype=pl.Utf8)})
    assert frame.select(parse_date(pl.col("d"), "Asia/Shanghai")).item() == expected


def test_in_a_mixed_column_each_date_is_read_as_alone() -> None:
    texts, expected = zip(*DATES.values(), strict=True)
    frame = pl.DataFrame({"d": pl.Series([*texts, *reversed(texts)], dtype=pl.Utf8)})
    assert frame.select(parse_date(pl.col("d"), "Asia/Shanghai"))["d"].to_list() == [*expected, *reversed(expected)]
    assert frame.clear().select(parse_date(pl.col("d"), "Asia/Shanghai"))["d"].dtype == pl.Date


BANDS = {
    "fourteenth birthday today": (date(2012, 12, 31), "14_17"),
    "fourteen tomorrow": (date(2013, 1, 1), "under_14"),
    "eighteenth birthday today": (date(2008, 12, 31), "adult"),
    "eighteen tomorrow": (date(2009, 1, 1), "14_17"),
    "placeholder": (date(1900, 1, 1), None),
    "unborn": (date(2027, 1, 1), None),
    "born on a leap day": (date(2012, 2, 29), "14_17"),
}


@pytest.mark.parametrize(("born", "expected"), BANDS.values(), ids=BANDS)
def test_the_band_changes_on_the_birthday(born: date, expected: str | None) -> None:
    frame = pl.DataFrame({"b": [born]})
    assert frame.select(age_band(pl.col("b"), date(2026, 12, 31), 14, 18)).item() == expected

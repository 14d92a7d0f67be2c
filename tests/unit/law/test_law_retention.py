from datetime import date

import pytest

from bequest.law.days import add_months
from bequest.law.loader import load_pack
from bequest.law.retention import band_of, bands, due_on
from bequest.model.disposition import ReasonStatus
from bequest.model.facts import FACT_VALUES, Fact

PACK = load_pack("cn")
LAW_DATE = date(2026, 12, 31)
BANDS = bands(PACK, LAW_DATE)


def test_the_bands_are_the_values_of_the_fact() -> None:
    assert set(BANDS) == set(FACT_VALUES[Fact.RETENTION]) - {"none"}


def test_each_band_says_how_long_from_when_and_how_sure() -> None:
    assert {
        b.id: (b.years, b.months, b.from_year_end, b.from_law_date, b.articles, b.status, b.counting_status)
        for b in BANDS.values()
    } == {
        "invoice_10y": (10, 0, True, False, ("TAXR-29",), ReasonStatus.VERIFIED, ReasonStatus.OURS),
        "log_6m": (0, 6, False, False, ("CSL-23",), ReasonStatus.VERIFIED, ReasonStatus.VERIFIED),
        "record_3y": (3, 0, False, True, ("PIPL-56", "NDSR-12"), ReasonStatus.VERIFIED, ReasonStatus.OURS),
        "platform_3y": (3, 0, False, False, ("ECL-31",), ReasonStatus.VERIFIED, ReasonStatus.VERIFIED),
        "voucher_30y": (30, 0, True, False, ("ACCT-23", "ACCTA-14"), ReasonStatus.SECONDARY, ReasonStatus.SECONDARY),
        "aml_10y": (10, 0, False, False, ("AML-34",), ReasonStatus.VERIFIED, ReasonStatus.VERIFIED),
        "securities_20y": (20, 0, False, False, ("SEC-137",), ReasonStatus.VERIFIED, ReasonStatus.OURS),
        "outpatient_15y": (15, 0, False, False, ("MED-29",), ReasonStatus.SECONDARY, ReasonStatus.SECONDARY),
        "inpatient_30y": (30, 0, False, False, ("MED-29",), ReasonStatus.SECONDARY, ReasonStatus.SECONDARY),
    }
    assert "10" in BANDS["invoice_10y"].zh
    assert "6 months" in BANDS["log_6m"].en


DUE = {
    "an invoice of January": ("invoice_10y", "2024-01-05", "2034-12-31"),
    "an invoice of the last day": ("invoice_10y", "2024-12-31", "2034-12-31"),
    "a log line": ("log_6m", "2026-09-15", "2027-03-15"),
    "a log line of a day the sixth month lacks": ("log_6m", "2026-08-31", "2027-02-28"),
    "a log line before a leap day": ("log_6m", "2027-08-31", "2028-02-29"),
    "a record counts from the law date, whenever it was made": ("record_3y", "2020-02-02", "2029-12-31"),
}


@pytest.mark.parametrize(("band", "start", "due"), DUE.values(), ids=DUE)
def test_the_last_day_of_keeping(band: str, start: str, due: str) -> None:
    assert due_on(BANDS[band], date.fromisoformat(start), LAW_DATE).isoformat() == due


@pytest.mark.parametrize(("day", "months", "end"), [("2026-12-31", 2, "2027-02-28"), ("2026-01-31", 12, "2027-01-31")])
def test_months_end_on_the_same_day_or_the_last_of_the_month(day: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(day), months).isoformat() == end


def test_the_band_of_a_disposition() -> None:
    assert band_of("retention:log_6m") == "log_6m"
    assert band_of("window") == band_of("") == ""


def test_no_band_before_its_law() -> None:
    assert "aml_10y" not in bands(PACK, date(2024, 12, 31))
    assert bands(PACK, date(2025, 1, 1))["aml_10y"].years == 10
    assert set(bands(PACK, date(2010, 1, 1))) == {"invoice_10y"}

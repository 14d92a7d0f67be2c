from datetime import date

import pytest

from bequest.kernel.errors import LawError
from bequest.law.citations import cite, instrument_of, on_date, parse_citation
from bequest.law.loader import load_pack

REGISTER = load_pack("cn").instruments

READS_AS = {
    "short Chinese": ("PIPL-22", "zh", False, "个保法 22"),
    "short English": ("PIPL-22", "en", False, "PIPL Art. 22"),
    "full Chinese": ("PIPL-22", "zh", True, "《中华人民共和国个人信息保护法》第 22 条"),
    "full English": ("PIPL-22", "en", True, "Personal Information Protection Law Art. 22"),
    "a standard has no articles": ("G35273-9.3", "en", False, "GB/T 35273 9.3"),
}


@pytest.mark.parametrize(("citation", "lang", "full", "text"), READS_AS.values(), ids=READS_AS)
def test_a_citation_as_people_read_it(citation: str, lang: str, full: bool, text: str) -> None:
    assert cite(REGISTER, citation, lang, full=full) == text


ON_DATE = {
    "the old number before the change": ("2025-12-31", ("CSL-23",), ("CSL-21",)),
    "the new number from the change": ("2026-01-01", ("CSL-23",), ("CSL-23",)),
    "an article that kept no old number": ("2025-12-31", ("CSL-1",), ("CSL-1",)),
    "not yet in force": ("2024-12-31", ("PIPL-47", "NDSR-24"), ("PIPL-47",)),
    "a draft never is": ("2026-12-31", ("LARGE-1",), ()),
    "each article once": ("2026-12-31", ("PIPL-6", "PIPL-6"), ("PIPL-6",)),
}


@pytest.mark.parametrize(("on", "citations", "expected"), ON_DATE.values(), ids=ON_DATE)
def test_citations_read_as_they_did_on_the_date(on: str, citations: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert on_date(REGISTER, citations, date.fromisoformat(on)) == expected


@pytest.mark.parametrize("text", ["PIPL", "pipl-22", "PIPL 22", "-22", "PIPL-", "第 22 条"])
def test_what_is_no_citation_is_refused(text: str) -> None:
    with pytest.raises(LawError, match="is not a citation"):
        parse_citation(text)


def test_an_instrument_that_is_not_registered_is_named() -> None:
    with pytest.raises(LawError, match="NOLAW"):
        instrument_of(REGISTER, "NOLAW-1")

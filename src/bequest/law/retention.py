"""Retention bands: duties to keep, as data for bulk use. The engine computes the dates; `due_on` is the same for one.

Counting: a period of years or months ends on the day with the same number as the one it started from, or on the last
day of the month where there is none (Civil Code Arts. 201, 202). That day is the last day of keeping.
"""

from dataclasses import dataclass
from datetime import date

from bequest.kernel.errors import LawError
from bequest.law.citations import parse_citation
from bequest.law.days import add_months
from bequest.law.evaluate import params_on
from bequest.law.pack import LawPack
from bequest.model.disposition import ReasonStatus

PREFIX = "retention:"
"""`Disposition.until` of custody is this and the band's id."""


@dataclass(frozen=True, slots=True)
class Band:
    """A duty to keep as of a date: how long, from which day, under which articles.

    `from_year_end`: counted from 31 December of the start's year. `from_law_date`: every record starts on the law
    date. `status` says how sure the duty is, `counting_status` how sure the day it is counted from.
    """

    id: str
    years: int
    months: int
    from_year_end: bool
    from_law_date: bool
    articles: tuple[str, ...]
    status: ReasonStatus
    counting_status: ReasonStatus
    zh: str
    en: str
    counting_zh: str
    counting_en: str


def _is_of(reference: str, articles: tuple[str, ...]) -> bool:
    """Whether a period is from one of the laws of a band."""
    return parse_citation(reference)[0] in {parse_citation(a)[0] for a in articles}


def bands(pack: LawPack, on: date) -> dict[str, Band]:
    """Every band of the pack that is in force on a date, with its period.

    Raises:
        LawError: where the unit of a period is neither year nor month.
    """
    params = params_on(pack, on)
    out = {}
    for text in pack.bands.values():
        if not params.holds(text.param) or not _is_of(params.held(text.param).reference, text.articles):
            continue  # the duty came later, or the period then was another law's
        unit, length = params.unit(text.param), params.number(text.param)
        if unit not in {"year", "month"}:
            raise LawError(
                f"band {text.id} is counted in {unit}",
                hint="A band's parameter is in years or months.",
                code="BQ-LAW-2",
            )
        out[text.id] = Band(
            id=text.id,
            years=length if unit == "year" else 0,
            months=length if unit == "month" else 0,
            from_year_end=text.from_year_end,
            from_law_date=text.from_law_date,
            articles=text.articles,
            status=text.status,
            counting_status=text.counting_status,
            zh=params.fill(text.zh),
            en=params.fill(text.en),
            counting_zh=text.counting_zh,
            counting_en=text.counting_en,
        )
    return out


def band_of(until: str) -> str:
    """The band named by a disposition's `until`; empty where it names none."""
    return until.removeprefix(PREFIX) if until.startswith(PREFIX) else ""


def due_on(band: Band, start: date, law_date: date) -> date:
    """The last day of keeping a record whose duty began on `start`."""
    if band.from_law_date:
        start = law_date
    if band.from_year_end:
        start = date(start.year, 12, 31)
    return add_months(start, 12 * band.years + band.months)

"""What a breach leads to: finding → civil, administrative, criminal, reputational consequence, with article and range.

A range says what the law allows, never what a court or an authority will say. A consequence none of whose articles is
in force on the date is left out, and so is a range whose day has not come.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bequest.law.citations import on_date
from bequest.law.pack import LawPack, LiabilityText, Penalty, PenaltyRange
from bequest.law.status import weakest
from bequest.model.disposition import ReasonStatus


class LiabilityKind(StrEnum):
    """Before whom somebody answers."""

    CIVIL = "civil"
    ADMINISTRATIVE = "administrative"
    CRIMINAL = "criminal"
    REPUTATION = "reputation"


@dataclass(frozen=True, slots=True)
class Liability:
    """One consequence of a finding on a date; `status` is the weakest of the text and its ranges."""

    id: str
    finding: str
    kind: LiabilityKind
    zh: str
    en: str
    penalty: Penalty
    ranges: tuple[PenaltyRange, ...]
    articles: tuple[str, ...]
    status: ReasonStatus


def liabilities(pack: LawPack, findings: Collection[str], *, on: date, industry: str = "") -> tuple[Liability, ...]:
    """The consequences of these findings under the law of a date, in the order of the pack.

    Those that bind certain industries only are there where `industry` is one of them.
    """
    penalties = {p.id: p for p in pack.penalties}
    out = []
    for text in pack.liabilities:
        articles = on_date(pack.instruments, text.articles, on)
        if text.finding not in findings or not articles or not _binds(text, industry):
            continue
        penalty = penalties[text.penalty]
        ranges = tuple(r for r in penalty.ranges if r.since <= on)
        if penalty.ranges and not ranges:
            continue
        out.append(
            Liability(
                id=text.id,
                finding=text.finding,
                kind=LiabilityKind(text.kind),
                zh=text.zh,
                en=text.en,
                penalty=penalty,
                ranges=ranges,
                articles=articles,
                status=weakest([text.status, *(r.status for r in ranges)]),
            )
        )
    return tuple(out)


def _binds(text: LiabilityText, industry: str) -> bool:
    return not text.industries or industry in text.industries


def highest_fine_yuan(found: Collection[Liability]) -> int:
    """The largest fine of a company in yuan that these name; 0 where they name none. Without shares of turnover."""
    return max((r.to for x in found for r in x.ranges if r.unit == "yuan" and r.who == "company" and r.to), default=0)
